"""What a call may expect of any recogniser. The same tests hold the fake, the embedded engine and Nova2 to it."""

from __future__ import annotations

import asyncio
import random
from typing import get_args

import pytest

from flowengine.conversation.commands import Expecting
from flowengine.runtime.audio import duration_ms, pcm16_to_mulaw
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    VoiceEnded,
    VoiceStarted,
)
from tests.contracts.conftest import LONG_S, Engines
from tests.contracts.listening import QUIET_MS, played, quiet, reported, spoken, words


def heard(engines: Engines, *texts: str, size: int = 160) -> list[RecogniserEvent]:
    """What is reported when the synthesiser says this, with quiet between."""

    async def run() -> list[RecogniserEvent]:
        stream = await engines.recogniser.open("contract")
        events: list[RecogniserEvent] = []
        await played(stream, quiet(1000), size)
        for text in texts:
            reading = asyncio.create_task(reported(stream, 1))
            await played(stream, await spoken(engines.synthesiser, text) + quiet(QUIET_MS), size)
            # Nobody speaks on before: on a busy machine words that are still looked for are those of one turn.
            async with asyncio.timeout(LONG_S):
                events += await reading
        await stream.close()
        return events

    return engines.run(run())


@pytest.mark.parametrize("text", ["Yes, speaking.", "No thank you.", "Call me tomorrow.", "How much is it?"])
def test_what_the_synthesiser_says_is_understood(engines: Engines, text: str) -> None:
    final = heard(engines, text)[-1]
    assert isinstance(final, FinalTranscript)
    assert words(final.text) == words(text)
    assert final.confidence is None or 0.2 < final.confidence <= 1


def test_an_utterance_has_a_voice_that_starts_and_ends_and_one_final(engines: Engines) -> None:
    events = heard(engines, "I already have cover, thank you.")
    kinds = [type(event) for event in events if not isinstance(event, PartialTranscript)]
    if kinds[:2] == [VoiceStarted, VoiceStarted]:
        # The second says that it is certain now.
        del kinds[0]
    assert kinds == [VoiceStarted, VoiceEnded, FinalTranscript]
    names = {event.utterance_id for event in events if isinstance(event, PartialTranscript | FinalTranscript)}
    assert len(names) == 1


def test_the_final_says_when_the_voice_was(engines: Engines) -> None:
    text = "I already have cover, thank you."
    length = duration_ms(engines.run(spoken(engines.synthesiser, text)))
    final = heard(engines, text)[-1]
    assert isinstance(final, FinalTranscript)
    assert final.start_ms == pytest.approx(1000, abs=250)
    assert final.end_ms == pytest.approx(1000 + length, abs=350)


def test_two_utterances_are_two_finals_in_order(engines: Engines) -> None:
    finals = [
        event for event in heard(engines, "Yes, speaking.", "Not interested.") if isinstance(event, FinalTranscript)
    ]
    assert [words(final.text) for final in finals] == ["yes speaking", "not interested"]
    assert finals[0].utterance_id != finals[1].utterance_id
    assert finals[0].end_ms < finals[1].start_ms


def test_audio_may_come_in_pieces_of_any_length(engines: Engines) -> None:
    final = heard(engines, "No thank you.", size=333)[-1]
    assert isinstance(final, FinalTranscript)
    assert words(final.text) == "no thank you"


def test_silence_is_nothing_to_report(engines: Engines) -> None:
    async def run() -> list[RecogniserEvent]:
        stream = await engines.recogniser.open("contract")
        await played(stream, quiet(3000))
        stream.finalize()
        await stream.close()
        return [event async for event in stream.events()]

    assert engines.run(run()) == []


def test_noise_has_no_words(engines: Engines) -> None:
    dice = random.Random(7)
    hiss = pcm16_to_mulaw(b"".join(round(dice.gauss(0, 2500)).to_bytes(2, "little", signed=True) for _ in range(2400)))

    async def run() -> list[RecogniserEvent]:
        stream = await engines.recogniser.open("contract")
        await played(stream, quiet(500) + hiss + quiet(QUIET_MS))
        await stream.close()
        return [event async for event in stream.events()]

    finals = [event for event in engines.run(run()) if isinstance(event, FinalTranscript)]
    assert [final.text for final in finals] in ([], [""])


def test_finalize_brings_the_final_without_quiet(engines: Engines) -> None:
    async def run() -> list[RecogniserEvent]:
        stream = await engines.recogniser.open("contract")
        await played(stream, quiet(500) + await spoken(engines.synthesiser, "How much is it?"))
        stream.finalize()
        async with asyncio.timeout(LONG_S):
            events = await reported(stream, 1)
        await stream.close()
        return events

    final = engines.run(run())[-1]
    assert isinstance(final, FinalTranscript)
    assert words(final.text) == "how much is it"


@pytest.mark.parametrize("expecting", get_args(Expecting))
def test_every_expectation_is_taken(engines: Engines, expecting: Expecting) -> None:
    async def run() -> list[RecogniserEvent]:
        stream = await engines.recogniser.open("contract")
        stream.expect(expecting)
        reading = asyncio.create_task(reported(stream, 1))
        await played(stream, quiet(300) + await spoken(engines.synthesiser, "Yes, speaking.") + quiet(2400))
        async with asyncio.timeout(LONG_S):
            events = await reading
        await stream.close()
        return events

    assert isinstance(engines.run(run())[-1], FinalTranscript)


def test_closing_ends_the_events_and_may_be_done_twice(engines: Engines) -> None:
    async def run() -> list[RecogniserEvent]:
        stream = await engines.recogniser.open("contract")
        reading = asyncio.create_task(reported(stream, 1))
        await stream.close()
        await stream.close()
        stream.push(quiet(100))
        stream.finalize()
        stream.expect("choice")
        async with asyncio.timeout(LONG_S):
            return await reading

    assert engines.run(run()) == []


def test_calls_do_not_hear_each_other(engines: Engines) -> None:
    async def call(text: str) -> str:
        stream = await engines.recogniser.open(text)
        audio = await spoken(engines.synthesiser, text)
        reading = asyncio.create_task(reported(stream, 1))
        await played(stream, quiet(400) + audio + quiet(QUIET_MS))
        async with asyncio.timeout(LONG_S):
            final = (await reading)[-1]
        await stream.close()
        assert isinstance(final, FinalTranscript)
        return words(final.text)

    async def run() -> list[str]:
        return list(await asyncio.gather(call("Yes, speaking."), call("Not interested."), call("How much is it?")))

    assert engines.run(run()) == ["yes speaking", "not interested", "how much is it"]
