"""From the caller's final transcript to the first byte of the answer: our own time, with many calls at once.

    python -m benchmarks.speaking [CALLS]
    python -m benchmarks.speaking rush [CALLS]

Everything is real but the engines and the line: the recogniser is scripted, the voice takes 80 ms for a sentence as the
embedded one does, and speaks four at once, as a service may. What is measured begins when the recogniser reports the
words and ends when the first audio of the answer leaves for the line. Each call hears a frame every 20 ms and takes a
turn of a second every 8 s; of ten turns six are answered from a clip, three by a sentence that was prepared while the
caller spoke, and one by a sentence that could not be (it reads what the turn itself decides): about what
`boiler_cover` does.

`rush`: so many calls want a sentence of the embedded voice in the same instant, each its own, then all the same. How
long the first, the middle and the last of them wait for their first audio, and whether any is given up.
"""

from __future__ import annotations

import asyncio
import gc
import random
import statistics
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from time import monotonic

from benchmarks.model import _Line, _Outside
from flowengine.adapters.local.synthesiser import LocalSynthesiser
from flowengine.adapters.scripted.recogniser import ScriptedRecogniser, ScriptedStream
from flowengine.conversation.contact import check_contact
from flowengine.conversation.conversation import Conversation
from flowengine.errors import SpeechError
from flowengine.graph.compile import compile_text
from flowengine.graph.model import Flow
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.observed import SessionParts
from flowengine.runtime.ports import VoiceStarted
from flowengine.runtime.rendering import lines_of, render
from flowengine.runtime.session import CallSession
from flowengine.runtime.speaker import CHUNK_TIMEOUT_S
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.words.number_words import cardinal

CALLS = 100
TURNS = 12
TURN_S = 8.0
TALKS_S = 1.0
SPEAKS_S = 0.08
SPOKEN = b"\x55" * 2400
LIMIT_MS = 5.0
ANSWERS = {"a clip": "one", "prepared": "two", "synthesised": "three"}
KINDS = [{"c": "a clip", "p": "prepared", "s": "synthesised"}[letter] for letter in "cpccpcpccs"]
FLOW = """
flow measured "Measured" inbound
  agent "Amy" of "Us"

contact
  name: text = "Sam"

outcome done

intent first "the first"
  "one"

intent second "the second"
  "two"

intent third "the third"
  "three"

state start
  say "Hello, this is an automated assistant."
  listen 20s
    first: again "This is always said alike."
    second: again "Your Essential cover ends on Friday, {{ contact.name }}."
    third: again "That was turn number {{ turns }}, {{ contact.name }}."
    silence 9: end done
    silence: again
    otherwise: again "Sorry?"

anywhere
  hangup: end done
"""


class _Voice:
    """A third of a second for every sentence, after as long as the embedded voice takes for it."""

    name = "measured"
    version = "1"

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        await asyncio.sleep(SPEAKS_S)
        yield SPOKEN

    async def close(self) -> None:
        """Nothing is held."""


async def measured(calls: int, turns: int = TURNS) -> dict[str, list[float]]:
    """Seconds from the words to the first byte, by what answered them."""
    flow = compile_text(FLOW).flow
    assert flow is not None
    voice, ticker, took = CachedSynthesiser(_Voice(), at_once=4), Ticker(), {name: list[float]() for name in ANSWERS}
    voice.remember(lines_of(flow))
    await render(voice, voice.fixed)
    # As the server does: what is there for good is not looked through for garbage.
    gc.collect()
    gc.freeze()
    await asyncio.gather(*(_call(number, flow, voice, ticker, turns, took) for number in range(calls)))
    gc.unfreeze()
    await ticker.close()
    return took


async def _call(
    number: int, flow: Flow, voice: CachedSynthesiser, ticker: Ticker, turns: int, took: dict[str, list[float]]
) -> None:
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, TURN_S))
    line, outside, recogniser = _Line(), _Outside(), ScriptedRecogniser()
    line.call_id = f"call-{number}"
    started = datetime(2026, 11, 24, 10, tzinfo=UTC)
    conversation = Conversation(flow, check_contact(flow, {}), started=started)
    session = CallSession(
        SessionParts(conversation, line, voice, outside, outside, ticker, recogniser=recogniser, clips=voice)
    )
    line.echo = session.on_mark
    running = asyncio.create_task(session.run())
    hearing = asyncio.create_task(_frames(session))
    await asyncio.sleep(1.5)
    stream = recogniser.streams[line.call_id]
    for turn in range(turns):
        kind = KINDS[(number + turn) % len(KINDS)]
        took[kind].append(await _turn(stream, line, ANSWERS[kind]))
        await asyncio.sleep(TURN_S - TALKS_S + chance.uniform(-0.3, 0.3))
    session.leave("measured")
    hearing.cancel()
    await asyncio.gather(running, hearing, return_exceptions=True)


async def _frames(session: CallSession) -> None:
    """The caller's line, quiet."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        session.on_audio(SILENCE * 160)
        due += 0.02
        await asyncio.sleep(max(0.0, due - loop.time()))


async def _turn(stream: ScriptedStream, line: _Line, text: str) -> float:
    stream._reports.put(VoiceStarted(0))
    await asyncio.sleep(TALKS_S)
    line.heard_at = None
    began = monotonic()
    stream.say(text)
    while (heard_at := _heard(line)) is None:  # noqa: ASYNC110 - what is timed is noted by the line itself
        await asyncio.sleep(0.01)
    return heard_at - began


def _heard(line: _Line) -> float | None:
    return line.heard_at


async def rushed(texts: list[str]) -> tuple[list[float], int]:
    """Seconds to the first audio of each, asked for together; and how many never got any."""
    loop = asyncio.get_running_loop()
    engine = LocalSynthesiser()
    voice = CachedSynthesiser(engine)
    await engine.warm_up(lambda step: None)

    async def wait(text: str) -> float | None:
        began, first = loop.time(), None
        try:
            # As the speaker of a call does: silence of the engine for so long, and it is given up.
            async with aclosing(voice.speak(text)) as chunks:
                while True:
                    async with asyncio.timeout(CHUNK_TIMEOUT_S):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        return first
                    if chunk and first is None:
                        first = loop.time() - began
        except (SpeechError, TimeoutError):
            return None

    came = await asyncio.gather(*(wait(text) for text in texts))
    await voice.close()
    waits = sorted(each for each in came if each is not None)
    return waits, len(texts) - len(waits)


async def rush(calls: int) -> None:
    """Print both rows."""
    print(f"{'sentences':<16}{'calls':>6}{'first':>9}{'median':>9}{'last':>9}{'given up':>10}")
    for name, texts in (
        ("each its own", [f"Your Essential cover ends on Friday, caller {cardinal(each)}." for each in range(calls)]),
        ("all the same", ["Your Essential cover ends on Friday, caller."] * calls),
    ):
        waits, failed = await rushed(texts)
        first, middle, last = (f"{each:>7.2f} s" for each in (waits[0], statistics.median(waits), waits[-1]))
        print(f"{name:<16}{calls:>6}{first}{middle}{last}{failed:>10}")


def show(calls: int, took: dict[str, list[float]]) -> None:
    """Print the table."""
    print(f"{'answered from':<14}{'calls':>6}{'turns':>7}{'median':>10}{'99 of 100':>11}{'longest':>10}{'limit':>8}")
    for name, seconds in took.items():
        ordered = sorted(each * 1000 for each in seconds)
        p99 = ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))]
        limit = f"{LIMIT_MS:.0f} ms" if name != "synthesised" else ""
        figures = f"{statistics.median(ordered):>7.2f} ms{p99:>8.2f} ms{ordered[-1]:>7.2f} ms{limit:>8}"
        print(f"{name:<14}{calls:>6}{len(ordered):>7}{figures}")


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    wanted = numbers[0] if numbers else CALLS
    if "rush" in sys.argv:
        asyncio.run(rush(wanted))
    else:
        show(wanted, asyncio.run(measured(wanted)))
