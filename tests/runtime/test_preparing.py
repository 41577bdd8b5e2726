"""Sentences that are spoken before they are needed: which, when, and what becomes of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from flowengine.adapters.scripted.code import decode
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.commands import SlotFilled, Speak
from flowengine.conversation.contact import check_contact
from flowengine.conversation.conversation import Conversation
from flowengine.graph.compile import compile_text
from flowengine.runtime.clips import Line
from flowengine.runtime.lane import Lane
from flowengine.runtime.observed import SessionParts
from flowengine.runtime.ports import VoiceStarted
from flowengine.runtime.preparing import MOST_BYTES, MOST_SENTENCES, Preparing
from flowengine.runtime.speaking import Speaking
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import KeptRecord, Live, OpenGuard, call
from tests.runtime.some_tasks import some_tasks
from tests.virtual_time import run_virtually

FLOW = """
flow cover "Cover" inbound
  agent "Amy" of "Us"

contact
  name: text = "Sam"

outcome done

intent agree "yes"
  "yes"

state hello
  say "Hello, this is an automated assistant."
  listen 6s
    agree -> ends
    otherwise -> other

state ends
  say "Your cover ends on Friday, {{ contact.name }}."
  end done

state other
  say "Then goodbye, {{ contact.name }}."
  end done
"""
ENDS, OTHER = "Your cover ends on Friday, Sam.", "Then goodbye, Sam."


def voice_of(live: Live) -> Preparing:
    return live.session._speaking._preparing


async def talks(live: Live, text: str, seconds: float) -> None:
    """The caller's voice, so long, then the words."""
    live.recogniser.stream._reports.put(VoiceStarted(0))
    await asyncio.sleep(seconds)
    live.recogniser.stream.say(text)


def said(engine: ScriptedSynthesiser, seconds: float, text: str = "yes") -> tuple[Live, float]:
    """The call, and how long the answer took to begin after the caller's words."""
    took: list[float] = []

    async def act(live: Live) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(10)
        await talks(live, text, seconds)
        heard, began = len(live.line.audio), loop.time()
        while len(live.line.audio) == heard:  # noqa: ASYNC110 - the clock is virtual
            await asyncio.sleep(0.001)
        took.append(loop.time() - began)

    cache = CachedSynthesiser(engine)
    _, live = call(act, text=FLOW, synthesiser=cache, clips=cache)
    return live, took[0]


def test_what_was_prepared_leaves_at_once_and_is_not_synthesised_again() -> None:
    engine = ScriptedSynthesiser(delay_s=0.05)
    live, took = said(engine, seconds=4)
    assert took < 0.003
    assert decode(bytes(live.line.audio)).endswith(ENDS)
    assert engine.said.count(ENDS) == 1


def test_both_ways_were_prepared_and_the_wrong_one_is_forgotten_with_the_call() -> None:
    engine = ScriptedSynthesiser(delay_s=0.01)
    live, _ = said(engine, seconds=4)
    assert engine.said[-2:] == [ENDS, OTHER]
    assert voice_of(live).ready == ()


def test_what_is_being_prepared_when_it_is_needed_is_waited_for() -> None:
    engine = ScriptedSynthesiser(delay_s=0.03)
    _, took = said(engine, seconds=0.2)
    assert engine.said.count(ENDS) == 1
    assert 0.01 < took < 0.5


def test_what_is_in_the_way_is_given_up() -> None:
    engine = ScriptedSynthesiser(delay_s=0.05)
    _, took = said(engine, seconds=0.1, text="what?")
    assert engine.cancelled == [ENDS]
    assert engine.said[-1] == OTHER
    assert took < 0.06, "the first chunk of the engine, and nothing before it"


def test_a_call_that_ends_meanwhile_leaves_nothing_running() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(10)
        live.recogniser.stream._reports.put(VoiceStarted(0))
        await asyncio.sleep(0.1)
        live.session.on_gone("hung up")

    engine = ScriptedSynthesiser(delay_s=0.05)
    cache = CachedSynthesiser(engine)
    result, live = call(act, text=FLOW, synthesiser=cache, clips=cache)
    assert result.reason == "hung up"
    assert engine.cancelled == [ENDS]
    assert voice_of(live).ready == ()


def test_preparing_leaves_no_trace_in_the_record() -> None:
    live, _ = said(ScriptedSynthesiser(), seconds=4)
    assert not live.record.of(SlotFilled)
    assert not any("Then goodbye" in repr(entry) for entry in live.record.entries)


def test_a_voice_that_fails_while_preparing_speaks_when_it_is_needed() -> None:
    engine = ScriptedSynthesiser(fails={ENDS})
    said(engine, seconds=4)
    assert engine.said.count(ENDS) >= 2, "tried ahead, and again when it was to be said"


def test_few_sentences_are_prepared_at_once() -> None:
    ways = "".join(f'  say "Number {number}, {{{{ contact.name }}}}."\n' for number in range(40))
    flow = FLOW.replace('  say "Your cover ends on Friday, {{ contact.name }}."\n', ways)

    async def act(live: Live) -> None:
        await asyncio.sleep(10)
        live.recogniser.stream._reports.put(VoiceStarted(0))
        await asyncio.sleep(5)
        prepared.append(voice_of(live).ready)
        live.session.on_gone("hung up")

    prepared: list[tuple[str, ...]] = []
    cache = CachedSynthesiser(ScriptedSynthesiser())
    call(act, text=flow, synthesiser=cache, clips=cache)
    assert prepared == [tuple(f"Number {number}, Sam." for number in range(MOST_SENTENCES))]


def test_a_long_sentence_is_not_kept_beyond_the_limit() -> None:
    flow = FLOW.replace("Your cover ends on Friday, {{ contact.name }}.", "{{ contact.name }} " + "and so on " * 350)

    async def act(live: Live) -> None:
        await asyncio.sleep(10)
        live.recogniser.stream._reports.put(VoiceStarted(0))
        await asyncio.sleep(5)
        prepared.append(sum(len(text) for text in voice_of(live).ready))
        live.session.on_gone("hung up")

    prepared: list[int] = []
    cache = CachedSynthesiser(ScriptedSynthesiser())
    call(act, text=flow, synthesiser=cache, clips=cache)
    assert prepared[0] * 320 < MOST_BYTES


def test_a_line_at_hand_leaves_before_anything_else_is_awaited() -> None:
    async def main() -> list[int]:
        line, ticker, cache = FakeLine(), Ticker(), CachedSynthesiser(ScriptedSynthesiser())
        cache.remember([Line("Hello.")])
        await cache.fetch(cache.fixed[0])
        flow = compile_text(FLOW).flow
        assert flow is not None
        mind = Conversation(flow, check_contact(flow, {}), started=datetime(2026, 11, 24, 10, tzinfo=UTC))
        parts = SessionParts(mind, line, cache, OpenGuard(), KeptRecord(), ticker, clips=cache)
        failures, sent = list[str](), list[int]()
        async with some_tasks() as tasks:
            speaking = Speaking(parts, tasks, lambda now: speaking.playback.hasten(now), failures.append)
            speaking.say(Speak("s1", ("Hello.", "Hello, Sam.")))
            sent.append(len(line.audio))
            speaking.stop(0.0)
        assert not failures
        return sent

    assert run_virtually(main())[0] > 0


def test_a_voice_that_speaks_several_at_once_prepares_while_callers_wait_for_fewer() -> None:
    async def main() -> tuple[bool, bool]:
        lane = Lane(at_once=2)
        with lane.urgent():
            first = lane.is_free
            with lane.urgent():
                return first, lane.is_free

    assert run_virtually(main()) == (True, False)


def test_leisure_begins_when_no_caller_waits_and_comes_one_by_one() -> None:
    async def main() -> list[str]:
        lane, order = Lane(), list[str]()

        async def at_leisure(name: str) -> None:
            async with lane.at_leisure():
                order.append(f"{name} begins")
                await asyncio.sleep(0.1)
                order.append(f"{name} ends")

        with lane.urgent():
            waiting = [asyncio.create_task(at_leisure(name)) for name in ("one", "two")]
            await asyncio.sleep(1)
            order.append("the caller's sentence ends")
        await asyncio.gather(*waiting)
        return order

    expected = ["the caller's sentence ends", "one begins", "one ends", "two begins", "two ends"]
    assert run_virtually(main()) == expected
