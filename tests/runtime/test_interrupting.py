"""The caller's voice silences the agent; words interrupt it, a cough lets it go on."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.conversation.commands import Speak
from flowengine.conversation.events import CallerSaid, SpeechCut, SpeechHeard
from flowengine.runtime.observed import CallResult
from flowengine.runtime.ports import PartialTranscript, VoiceEnded, VoiceStarted
from tests.runtime.live_call import Live, call

GREETING = "Hello, this is an automated assistant with a rather long greeting."


def interrupted(*, voice_s: float, words: str = "", ends_with: str = "") -> tuple[CallResult, Live, dict[str, float]]:
    """A voice of so many seconds, one second into the greeting; `words` are understood in it after half a second."""
    seen: dict[str, float] = {}

    async def act(live: Live) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(1)
        began, stream = loop.time(), live.recogniser.stream
        stream.report(VoiceStarted(1000))
        for _ in range(round(voice_s * 100)):
            await asyncio.sleep(0.01)
            if live.line.cleared and "cleared" not in seen:
                seen["cleared"] = loop.time() - began
            if words and loop.time() - began > 0.5 and "words" not in seen:
                seen["words"] = loop.time() - began
                stream.report(PartialTranscript("u1", words, 0.9))
        seen["sent"] = len(live.line.audio)
        stream.report(VoiceEnded(2000))
        await asyncio.sleep(0.3)
        stream.end(ends_with or words)
        await asyncio.sleep(8)
        seen["clears"] = live.line.cleared
        live.session.on_gone("hung up")

    result, live = call(act)
    return result, live, seen


def test_a_voice_silences_the_agent_within_a_quarter_of_a_second() -> None:
    _, _, seen = interrupted(voice_s=0.4)
    # The report of a voice comes some 60 ms after its first sound.
    assert 0.1 <= seen["cleared"] <= 0.19
    assert seen["clears"] == 1


def test_a_cough_lets_the_agent_go_on_to_the_end() -> None:
    _, live, _ = interrupted(voice_s=0.4)
    spoken = [each for each in live.record.of(Speak) if each.sentences[0] == GREETING]
    assert [each.speech_id for each in live.record.of(SpeechHeard)][:1] == [spoken[0].speech_id]
    assert len(spoken) == 1
    assert not live.record.of(CallerSaid)
    assert not [cut for cut in live.record.of(SpeechCut) if cut.speech_id == spoken[0].speech_id]


@pytest.mark.parametrize("noise", ["mm", "Hmm.", "okay"])
def test_a_noise_of_listening_is_no_turn_and_the_agent_goes_on(noise: str) -> None:
    _, live, _ = interrupted(voice_s=0.4, ends_with=noise)
    spoken = next(each for each in live.record.of(Speak) if each.sentences[0] == GREETING)
    assert spoken.speech_id in [each.speech_id for each in live.record.of(SpeechHeard)]


def test_a_short_noise_does_not_silence_it() -> None:
    _, _, seen = interrupted(voice_s=0.08)
    assert seen["clears"] == 0


def test_words_interrupt_and_what_was_heard_ends_where_it_fell_silent() -> None:
    _, live, seen = interrupted(voice_s=1.0, words="stop calling me")
    (cut,) = live.record.of(SpeechCut)[:1]
    assert seen["cleared"] < seen["words"]
    heard = cut.heard
    assert GREETING.startswith(heard)
    # A second and a bit of the greeting had been heard, not a second and a half.
    rate = len(GREETING) / 4.4
    assert len(heard) < 1.3 * rate * 1.4
    assert live.record.suppressed == ["opt_out"]


def test_a_noise_that_never_becomes_words_is_not_listened_to_for_ever() -> None:
    _, live, seen = interrupted(voice_s=4.0)
    assert seen["sent"] > 0
    spoken = next(each for each in live.record.of(Speak) if each.sentences[0] == GREETING)
    assert spoken.speech_id in [each.speech_id for each in live.record.of(SpeechHeard)]


def cleared_after(*events: VoiceStarted) -> float | None:
    """Seconds until the agent falls silent, when these are reported 50 ms apart."""
    seen: list[float] = []

    async def act(live: Live) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(1)
        began = loop.time()
        for event in events:
            live.recogniser.stream.report(event)
            await asyncio.sleep(0.05)
            if live.line.cleared and not seen:
                seen.append(round(loop.time() - began, 2))
        await asyncio.sleep(0.3)
        if live.line.cleared and not seen:
            seen.append(round(loop.time() - began, 2))
        live.session.on_gone("hung up")

    call(act)
    return seen[0] if seen else None


def test_a_certain_voice_silences_the_agent_at_once_and_a_doubtful_one_not_at_all() -> None:
    doubtful, certain = VoiceStarted(1000, certain=False), VoiceStarted(1000, certain=True)
    assert cleared_after(certain) == 0.05
    assert cleared_after(doubtful) is None
    assert cleared_after(doubtful, certain) == 0.1
