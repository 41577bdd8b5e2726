"""Failures in mid call that have no other home: a line without audio, a voice that stalls, words that never come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser
from flowengine.conversation.commands import Speak
from flowengine.conversation.events import SpeechHeard
from flowengine.runtime.ports import PartialTranscript, Remarked, VoiceEnded, VoiceStarted
from flowengine.runtime.quiet_line import ALERT_S, GIVEN_UP_S, QuietLine
from flowengine.runtime.speaker import STALL_S
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.turns import FINAL_OVERDUE_S, VOICE_LIMIT_S
from tests.runtime.live_call import Live, call

GREETING = "Hello, this is an automated assistant with a rather long greeting."


def test_a_line_without_audio_is_told_once_and_then_given_up(caplog: pytest.LogCaptureFixture) -> None:
    told: list[object] = []
    line = QuietLine("call-1", told.append)
    line.heard(100.0)
    assert not line.is_dead(100.0 + ALERT_S)
    assert told == []
    assert not any(line.is_dead(100.0 + ALERT_S + tenths / 10) for tenths in range(1, 20))
    assert told == [Remarked("no audio from the line for 3 s")]
    assert [record.getMessage() for record in caplog.records] == ["no audio from the line"]
    assert line.is_dead(100.1 + GIVEN_UP_S)


def test_audio_that_comes_again_ends_the_alert() -> None:
    told: list[object] = []
    line = QuietLine("call-1", told.append)
    line.heard(100.0)
    for at in (104.0, 108.0):
        assert not line.is_dead(at)
        line.heard(at)
    assert len(told) == 2


class StallingSynthesiser(ScriptedSynthesiser):
    """The first try of the greeting brings a second of audio, and then nothing more, not even an error."""

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        stalls = text == GREETING and text not in self.said
        async with aclosing(super().speak(text, voice=voice)) as chunks:
            sent = 0
            async for chunk in chunks:
                yield chunk
                sent += len(chunk)
                if stalls and sent >= 8000:
                    await asyncio.sleep(3600)


def test_a_voice_that_stalls_in_mid_sentence_begins_it_anew() -> None:
    voice = StallingSynthesiser()

    async def act(live: Live) -> None:
        await asyncio.sleep(14)
        live.recogniser.stream.say("yes please")

    result, live = call(act, synthesiser=voice)
    assert (result.outcome, result.abnormal) == ("booked", False)
    assert voice.said[:2] == [GREETING, GREETING]
    greeting = live.record.of(SpeechHeard)[0]
    spoken = (len(GREETING) + len("Shall I book it?")) * 0.04
    assert greeting.at < 1.0 + STALL_S + 1.0 + spoken + 1.0


def test_a_voice_without_words_does_not_hold_the_call_up() -> None:
    # The recogniser tells of the end of a voice, and no final ever follows.
    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.recogniser.stream.report(VoiceStarted(8000))
        live.recogniser.stream.report(VoiceEnded(8400))

    result, live = call(act)
    said = [(speech.text, command) for command, speech in enumerate(live.record.of(Speak))]
    assert said[1][0] == "Are you there?"
    assert result.outcome == "declined"
    assert result.duration < 8 + FINAL_OVERDUE_S + 30


@pytest.mark.parametrize("words", ["", "well I think that"])
def test_a_turn_that_never_ends_is_given_up(words: str) -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(8)
        live.recogniser.stream.report(VoiceStarted(8000))
        if words:
            live.recogniser.stream.report(PartialTranscript("u1", words, 0.9))

    result, live = call(act)
    assert [speech.text for speech in live.record.of(Speak)][1:] == ["Are you there?", "Goodbye."]
    assert result.duration < 8 + VOICE_LIMIT_S + 30


class BusySynthesiser(ScriptedSynthesiser):
    """Speaks for others for a quarter of a minute before it comes to the greeting, and tells so every other second."""

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        for _ in range(8 if text == GREETING else 0):
            await asyncio.sleep(2)
            yield b""
        async for chunk in super().speak(text, voice=voice):
            yield chunk


def test_a_voice_that_is_busy_with_others_is_waited_for() -> None:
    voice = BusySynthesiser()

    async def act(live: Live) -> None:
        await asyncio.sleep(30)
        live.recogniser.stream.say("yes please")

    result, live = call(act, synthesiser=CachedSynthesiser(voice))
    assert (result.outcome, result.abnormal) == ("booked", False)
    assert voice.said.count(GREETING) == 1
    assert live.record.of(SpeechHeard)[0].at > 16
