"""The fakes behave: they hear voice where there is energy, and understand each other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest

from flowengine.adapters.registry import recogniser_from, synthesiser_from, warm_up
from flowengine.adapters.reports import LIMIT, Reports
from flowengine.adapters.scripted.code import decode, encode
from flowengine.adapters.scripted.recogniser import ScriptedRecogniser, ScriptedStream
from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.errors import RecogniserError, SettingsError, SynthesiserError
from flowengine.runtime.audio import SILENCE, duration_ms, level_dbfs, mulaw_to_pcm16, pcm16_to_mulaw
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    VoiceEnded,
    VoiceStarted,
)

QUIET = SILENCE * 8000


def heard(script: tuple[str, ...], act: Callable[[ScriptedStream], None]) -> list[RecogniserEvent]:
    """What a stream reports when this is done to it."""

    async def run() -> list[RecogniserEvent]:
        stream = await ScriptedRecogniser(script).open("call-1")
        act(stream)
        await stream.close()
        return [event async for event in stream.events()]

    return asyncio.run(run())


def test_words_go_through_audio_and_come_back() -> None:
    assert (
        decode(QUIET[:123] + encode("No, it’s £20 — thanks") + QUIET + encode("Bye.")) == "No, it’s £20 — thanks Bye."
    )


def test_the_code_survives_the_way_through_pcm() -> None:
    audio = encode("yes speaking")
    assert pcm16_to_mulaw(mulaw_to_pcm16(audio)) == audio
    assert level_dbfs(audio) == pytest.approx(-20, abs=1)


def test_one_utterance_is_voice_then_a_partial_then_exactly_one_final() -> None:
    events = heard((), lambda stream: stream.push(QUIET + encode("yes speaking") + QUIET))
    assert [type(event) for event in events] == [VoiceStarted, VoiceEnded, PartialTranscript, FinalTranscript]
    assert events[0] == VoiceStarted(1000)
    assert events[-1] == FinalTranscript("u1", "yes speaking", 0.95, 1000, 1000 + duration_ms(encode("yes speaking")))


def test_odd_pieces_of_audio_change_nothing() -> None:
    audio = QUIET + encode("call me tomorrow") + QUIET

    def in_pieces(stream: ScriptedStream) -> None:
        for start in range(0, len(audio), 37):
            stream.push(audio[start : start + 37])

    assert heard((), in_pieces) == heard((), lambda stream: stream.push(audio))


def test_the_script_names_what_each_utterance_was() -> None:
    noise = encode("whatever")
    events = heard(("yes", "no"), lambda stream: stream.push((noise + QUIET) * 3))
    assert [event.text for event in events if isinstance(event, FinalTranscript)] == ["yes", "no", "whatever"]


def test_noise_that_is_no_speech_gets_an_empty_final() -> None:
    events = heard((), lambda stream: stream.push(QUIET + bytes(range(160)) * 5 + QUIET))
    assert [event.text for event in events if isinstance(event, FinalTranscript)] == [""]


def test_finalize_does_not_wait_for_quiet() -> None:
    def act(stream: ScriptedStream) -> None:
        stream.push(QUIET + encode("hello"))
        stream.finalize()
        stream.finalize()

    assert [event.text for event in heard((), act) if isinstance(event, FinalTranscript)] == ["hello"]


def test_words_can_be_put_in_the_callers_mouth() -> None:
    events = heard((), lambda stream: stream.say("not interested"))
    assert [type(event) for event in events] == [VoiceStarted, PartialTranscript, VoiceEnded, FinalTranscript]


def test_a_failure_is_the_last_report() -> None:
    def act(stream: ScriptedStream) -> None:
        stream.fail("lost")
        stream.say("too late")

    assert heard((), act) == [RecogniserFailed("lost")]


def test_a_recogniser_can_refuse() -> None:
    with pytest.raises(RecogniserError):
        asyncio.run(ScriptedRecogniser(refuses=True).open("call-1"))


def test_speech_is_as_long_as_its_text() -> None:
    async def run() -> list[int]:
        synthesiser = ScriptedSynthesiser()
        return [len(b"".join([chunk async for chunk in synthesiser.speak(text)])) for text in ("a" * 10, "a" * 20, " ")]

    short, long, none = asyncio.run(run())
    assert (short, long, none) == (160 * 22, 160 * 42, 0)


def test_closing_the_iterator_cancels() -> None:
    async def run() -> ScriptedSynthesiser:
        synthesiser = ScriptedSynthesiser()
        async with aclosing(synthesiser.speak("a long sentence to give up")) as audio:
            await anext(audio)
        return synthesiser

    assert asyncio.run(run()).cancelled == ["a long sentence to give up"]


def test_a_synthesiser_told_to_fail_fails_after_its_first_chunk() -> None:
    async def run() -> None:
        async for _ in ScriptedSynthesiser(fails={"oh dear oh dear"}).speak("oh dear oh dear"):
            pass

    with pytest.raises(SynthesiserError):
        asyncio.run(run())


def test_unread_reports_are_bounded_and_partials_replace_each_other() -> None:
    async def run() -> list[RecogniserEvent]:
        reports = Reports()
        for number in range(LIMIT * 2):
            reports.put(PartialTranscript("u1", str(number)))
        for number in range(LIMIT + 7):
            reports.put(VoiceStarted(number))
        reports.close()
        return [event async for event in reports.read()]

    events = asyncio.run(run())
    assert len(events) == LIMIT
    assert events[-1] == VoiceStarted(LIMIT + 6)


def test_the_registry_knows_the_fakes() -> None:
    recogniser = recogniser_from("scripted:yes speaking|no%20thanks")
    assert recogniser.name == synthesiser_from("scripted:").name == "scripted"
    assert asyncio.run(warm_up(recogniser)) < 1


@pytest.mark.parametrize("make", [recogniser_from, synthesiser_from])
def test_an_address_of_another_kind_is_refused(make: Callable[[str], object]) -> None:
    with pytest.raises(SettingsError, match="'https'"):
        make("https://example.com")
