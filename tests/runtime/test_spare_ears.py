"""A recogniser that is lost in the middle of a call: the second takes over, and no word is heard twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from flowengine.adapters.nova2.recogniser import Nova2Recogniser
from flowengine.adapters.nova2.server import speech_server
from flowengine.adapters.nova2.synthesiser import Nova2Synthesiser
from flowengine.adapters.scripted.code import decode, encode
from flowengine.adapters.scripted.recogniser import ScriptedRecogniser
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.events import CallerSaid
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.breaker import FAILURES
from flowengine.runtime.ports import FinalTranscript, Recogniser, RecogniserEvent, RecogniserFailed, VoiceEnded
from flowengine.runtime.spare_ears import SpareEars, SpareStream
from flowengine.runtime.spare_voice import SpareVoice
from flowengine.runtime.speech_cache import CachedSynthesiser
from tests.runtime.live_call import KeptRecogniser, Live, call
from tests.virtual_time import run_patiently, run_virtually

QUIET = SILENCE * 8000


def heard(first: ScriptedRecogniser, second: ScriptedRecogniser, before: bytes, after: bytes) -> list[RecogniserEvent]:
    """What is reported when the first is lost between the two pieces of audio."""

    async def main() -> list[RecogniserEvent]:
        events: list[RecogniserEvent] = []
        stream = await SpareEars(first, second).open("call-1")
        reading = asyncio.create_task(_collect(stream.events(), events))
        for start in range(0, len(before), 160):
            stream.push(before[start : start + 160])
        await asyncio.sleep(0.1)
        first.streams["call-1"].fail()
        await asyncio.sleep(0.1)
        for start in range(0, len(after), 160):
            stream.push(after[start : start + 160])
        await asyncio.sleep(0.1)
        await stream.close()
        await reading
        return events

    return run_virtually(main())


async def _collect(events: AsyncIterator[RecogniserEvent], into: list[RecogniserEvent]) -> None:
    async for event in events:
        into.append(event)


def finals(events: list[RecogniserEvent]) -> list[tuple[str, int]]:
    return [(event.text, event.end_ms) for event in events if isinstance(event, FinalTranscript)]


def test_what_may_be_an_echo_is_quiet_to_an_engine_that_cannot_tell_it_apart() -> None:
    async def main() -> tuple[bytes, bytes]:
        first, second, got = ScriptedRecogniser(), ScriptedRecogniser(), bytearray()
        stream = await SpareEars(first, second).open("call-1")
        assert isinstance(stream, SpareStream)
        first.streams["call-1"].push = got.extend  # type: ignore[method-assign, assignment]
        stream.push(b"a" * 160)
        stream.push_echo(b"b" * 160)
        await stream.close()
        return bytes(got), bytes(stream._replay)

    expected = b"a" * 160 + SILENCE * 160
    assert run_virtually(main()) == (expected, expected)


def test_words_that_were_being_said_are_heard_whole_by_the_second() -> None:
    sentence = encode("next Friday at half past four")
    events = heard(ScriptedRecogniser(), ScriptedRecogniser(), QUIET + sentence[:4800], sentence[4800:] + QUIET)
    assert finals(events) == [("next Friday at half past four", 1000 + len(sentence) // 8)]


def test_what_was_answered_is_not_heard_again() -> None:
    first, second = encode("yes please"), encode("on Friday")
    events = heard(ScriptedRecogniser(), ScriptedRecogniser(), first + QUIET, second + QUIET)
    assert [text for text, _ in finals(events)] == ["yes please", "on Friday"]
    ids = [event.utterance_id for event in events if isinstance(event, FinalTranscript)]
    assert len(set(ids)) == 2


def test_the_floor_is_given_back_when_the_voice_is_lost_with_the_first() -> None:
    events = heard(ScriptedRecogniser(), ScriptedRecogniser(["never said"]), encode("yes please")[:3200], b"")
    assert any(isinstance(event, VoiceEnded) for event in events)


def test_when_the_second_is_lost_too_the_call_is_told() -> None:
    events = heard(ScriptedRecogniser(), ScriptedRecogniser(refuses=True), QUIET, QUIET)
    assert [event for event in events if isinstance(event, RecogniserFailed)] == [RecogniserFailed("scripted")]


def test_a_recogniser_that_refuses_calls_is_left_alone_after_a_few() -> None:
    class Counted(ScriptedRecogniser):
        asked = 0

        async def open(self, call_id: str, *, language: str = "en-GB"):  # type: ignore[no-untyped-def]
            Counted.asked += 1
            return await super().open(call_id, language=language)

    async def main() -> None:
        ears: Recogniser = SpareEars(Counted(refuses=True), ScriptedRecogniser())
        for number in range(6):
            await (await ears.open(f"call-{number}")).close()

    run_virtually(main())
    assert Counted.asked == FAILURES


def test_a_call_that_ends_while_the_second_is_opened_leaves_no_stream_open() -> None:
    class Slow(ScriptedRecogniser):
        async def open(self, call_id: str, *, language: str = "en-GB"):  # type: ignore[no-untyped-def]
            await asyncio.sleep(1)
            return await super().open(call_id, language=language)

    async def main() -> tuple[list[RecogniserEvent], bool]:
        events: list[RecogniserEvent] = []
        first, second = ScriptedRecogniser(), Slow()
        stream = await SpareEars(first, second).open("call-1")
        reading = asyncio.create_task(_collect(stream.events(), events))
        stream.push(QUIET)
        await asyncio.sleep(0.1)
        first.streams["call-1"].fail()
        await asyncio.sleep(0.5)
        await stream.close()
        await reading
        return events, second.streams["call-1"]._reports.closed

    assert run_virtually(main()) == ([], True)


def test_a_call_goes_on_with_the_second() -> None:
    spare = KeptRecogniser()

    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.fail()
        await asyncio.sleep(1)
        spare.stream.say("yes")

    result, live = call(act, spare=spare)
    assert (result.outcome, result.abnormal) == ("booked", False)
    assert [event.text for event in live.record.of(CallerSaid)] == ["yes"]


def test_without_a_second_the_line_is_bad() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(12)
        live.recogniser.stream.fail()

    result, live = call(act)
    assert result.reason == "speech recognition failed"
    assert "I'm sorry, the line is bad. Goodbye." in decode(bytes(live.line.audio))


# On real sockets.


@asynccontextmanager
async def service() -> AsyncIterator[tuple[str, str, AsyncExitStack]]:
    """The address of each role, and the service itself, to be closed before its time."""
    async with AsyncExitStack() as stack:
        engines = ScriptedRecogniser(), ScriptedSynthesiser()
        addresses = await stack.enter_async_context(speech_server(*engines, host="127.0.0.1", port=0))
        yield addresses.stt, addresses.tts, stack


def test_a_service_that_goes_away_in_mid_sentence_is_replaced_by_the_other() -> None:
    sentence = encode("next Friday at half past four")

    async def main() -> list[RecogniserEvent]:
        events: list[RecogniserEvent] = []
        async with service() as (dying, _, its_end), service() as (other, _, _), asyncio.timeout(60):
            ears = SpareEars(Nova2Recogniser(dying), Nova2Recogniser(other))
            stream = await ears.open("call-1")
            reading = asyncio.create_task(_collect(stream.events(), events))
            await asyncio.sleep(0.2)
            for start in range(0, 4800, 160):
                stream.push(sentence[start : start + 160])
                await asyncio.sleep(0.002)
            await its_end.aclose()
            for start in range(4800, len(sentence), 160):
                stream.push(sentence[start : start + 160])
            while not finals(events):
                # The line goes on while the first service is tried again and given up.
                stream.push(SILENCE * 160)
                await asyncio.sleep(0.02 if len(events) else 0.05)
            await stream.close()
            await reading
            await ears.close()
        return events

    assert [text for text, _ in finals(run_patiently(main()))] == ["next Friday at half past four"]


def test_a_voice_whose_service_goes_away_is_replaced_by_the_other() -> None:
    async def main() -> list[str]:
        async with service() as (_, dying, its_end), service() as (_, other, _), asyncio.timeout(60):
            voice = SpareVoice(CachedSynthesiser(Nova2Synthesiser(dying)), CachedSynthesiser(Nova2Synthesiser(other)))
            first = b"".join([chunk async for chunk in voice.speak("Hello there.")])
            await its_end.aclose()
            second = b"".join([chunk async for chunk in voice.speak("Are you still there?")])
            await voice.close()
            return [decode(first), decode(second)]

    assert run_patiently(main()) == ["Hello there.", "Are you still there?"]
