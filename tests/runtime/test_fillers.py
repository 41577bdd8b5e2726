"""What is said while something takes long: once, in time, and out of the way of the answer. Heard at the far end."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from flowengine.adapters.scripted.code import decode
from flowengine.conversation.commands import Speak
from flowengine.runtime.audio import level_dbfs
from flowengine.runtime.ports import FinalTranscript, PartialTranscript, VoiceStarted
from flowengine.testing.twilio.listening import SentenceHeard, sentences_heard
from flowengine.testing.twilio.playout import Playout
from tests.runtime.fake_line import FakeLine
from tests.runtime.live_call import Act, Live, call
from tests.runtime.made_flows import BOOKING
from tests.runtime.test_errands import ScriptedActions, listen_only

FILLER_AFTER_S = 0.7


@dataclass
class HeardLine(FakeLine):
    """A far end that keeps what was heard, and when."""

    playout: Playout = field(init=False)

    def __post_init__(self) -> None:
        self.playout = Playout(1000.0)

    def play(self, mulaw: bytes) -> None:
        self.playout.media(mulaw, asyncio.get_running_loop().time())
        super().play(mulaw)

    def mark(self, name: str) -> None:
        self.playout.mark(name, asyncio.get_running_loop().time())
        super().mark(name)

    def clear(self) -> None:
        self.playout.clear(asyncio.get_running_loop().time())
        super().clear()


def heard(act: Act, delay_s: float) -> tuple[list[str], list[SentenceHeard], Playout]:
    """The words that were heard, when, and all of it, where the action takes so long."""
    line = HeardLine()
    call(act, text=BOOKING, line=line, actions=ScriptedActions({"reference": "BC-1"}, delay_s=delay_s))
    sentences = sentences_heard(line.playout.audio, line.playout.sentences)
    parts = (line.playout.audio[round(one.start * 8000) : round(one.end * 8000)] for one in sentences)
    return [decode(part) for part in parts], sentences, line.playout


@pytest.mark.parametrize("delay_s", [1.5, 2.9])
def test_a_filler_is_said_once_however_long_it_takes(delay_s: float) -> None:
    words, sentences, playout = heard(listen_only, delay_s)
    assert words == ["Hello.", "One moment.", "Booked, BC-1. Goodbye."]
    hello, filler, answer = sentences
    assert filler.first_sound - hello.last_sound <= FILLER_AFTER_S + 0.1
    # It comes when it is there: not over the filler, and not long after the result.
    assert answer.start >= filler.end - 0.001
    assert answer.first_sound <= max(filler.end, delay_s) + 0.1
    assert playout.gaps == []


def test_an_answer_that_comes_in_the_middle_of_the_filler_follows_it_after_a_pause_between_sentences() -> None:
    _, (_, filler, answer, *_), playout = heard(listen_only, 1.0)
    assert 0.15 <= answer.first_sound - filler.last_sound <= 0.3
    assert playout.gaps == []


def test_a_filler_gives_way_to_the_caller_and_is_taken_up_again() -> None:
    async def act(live: Live) -> None:
        await asyncio.sleep(0.8)
        live.recogniser.stream.report(VoiceStarted(800))
        await asyncio.sleep(0.1)
        live.recogniser.stream.report(PartialTranscript("u1", "hang on a minute", 0.9))
        live.recogniser.stream.report(FinalTranscript("u1", "hang on a minute", 0.9, 800, 1100))

    words, _, playout = heard(act, 3.0)
    assert len(playout.clears) == 1
    cut = next(at for at, each in enumerate(words) if each != "One moment." and "One moment.".startswith(each))
    assert words[cut + 1] == "One moment."


@pytest.mark.parametrize(("delay_s", "fillers"), [(10.0, 1), (30.0, 2)])
def test_a_long_wait_is_never_a_silent_line(delay_s: float, fillers: int) -> None:
    line = HeardLine()
    actions = ScriptedActions({"reference": "BC-1"}, delay_s=delay_s)
    _, live = call(listen_only, text=BOOKING.replace("timeout 3s", "timeout 60s"), line=line, actions=actions)
    audio = line.playout.audio[: round(delay_s * 8000)]
    loud = [at for at in range(0, len(audio), 160) if level_dbfs(audio[at : at + 160]) > -50]
    quiet = max(later - sooner for sooner, later in pairwise(loud)) / 8000
    # From the end of the first filler to the music; the tune's own pauses are shorter.
    assert 2.0 < quiet < 6.5
    assert loud[-1] > len(audio) - 8000
    assert [speech.text for speech in live.record.of(Speak)].count("One moment.") == fillers
