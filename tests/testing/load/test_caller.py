"""What a simulated caller does at each tick, in virtual time, against an agent that a test plays."""

from __future__ import annotations

import json
import random
from binascii import a2b_base64
from collections.abc import Callable
from typing import Any, cast

import pytest

from flowengine.adapters.scripted.code import decode, encode
from flowengine.adapters.twilio.media import Encoder
from flowengine.testing.load.caller import LoadCaller, clips_of
from flowengine.testing.load.persona import (
    AGREEABLE,
    DROPS,
    HANGS_UP,
    PERSONAS,
    SILENT,
    TALKATIVE,
    Persona,
    PersonaError,
    personas,
)
from flowengine.testing.load.stream import LoadStream, Tallies
from flowengine.testing.load.tally import Tally
from flowengine.testing.load.wire import Wire

SID = "MZ" + "0" * 32


class FakeWire:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send(self, text: bytes) -> None:
        self.sent.append(json.loads(text))

    def close(self) -> None:
        self.sent.append({"event": "closed"})


class Talk:
    """One caller of this persona and the agent's side of the stream, on a clock that a test turns."""

    def __init__(self, persona: Persona) -> None:
        self.now = 100.0
        self.tallies = Tallies()
        self.wire = FakeWire()
        self.stream = LoadStream("AC1", "CA1", SID, self.tallies)
        self.stream.begin(cast("Wire", self.wire), {"token": "t"}, self.now)
        self.left: list[str] = []
        clips = clips_of([encode(line) for line in persona.lines])
        self.caller = LoadCaller(persona, clips, self.stream, self.tallies, self.left.append, random.Random(1))
        self._encode = Encoder(SID)

    @property
    def tally(self) -> Tally:
        return self.tallies.now

    def passes(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.02)):
            self.now += 0.02
            self.caller.tick(self.now)

    def passes_until(self, claim: Callable[[], bool]) -> None:
        for _ in range(500):
            if claim():
                return
            self.passes(0.02)
        pytest.fail("that did not happen within 10 s")

    def agent_says(self, text: str, *, mark: str | None = None) -> None:
        self.stream.take(self._encode.media(encode(text)).encode(), self.now)
        if mark is not None:
            self.stream.take(self._encode.mark(mark).encode(), self.now)

    def agent_clears(self) -> None:
        self.stream.take(self._encode.clear().encode(), self.now)

    def sends(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.wire.sent if message["event"] == event]

    def said(self) -> str:
        """The caller's words, as the scripted recogniser would make them out."""
        return decode(b"".join(a2b_base64(message["media"]["payload"]) for message in self.sends("media")))


def test_a_frame_every_tick_numbered_as_twilio_numbers_them() -> None:
    talk = Talk(SILENT)
    talk.passes(1)
    media = talk.sends("media")
    assert len(media) == talk.tally.frames == 50
    assert [message["media"]["chunk"] for message in media[:3]] == ["1", "2", "3"]
    numbers = [int(message["sequenceNumber"]) for message in talk.wire.sent if "sequenceNumber" in message]
    assert numbers == list(range(1, 52))
    assert talk.sends("start")[0]["start"]["customParameters"] == {"token": "t"}
    assert talk.said() == ""


def test_the_agreeable_one_waits_for_the_agent_to_finish() -> None:
    talk = Talk(AGREEABLE)
    talk.passes(0.1)
    talk.agent_says("Shall I?")
    length = 0.04 * 8 + 0.04
    talk.passes(length + 0.2)
    assert talk.said() == ""
    talk.passes(2)
    assert talk.said() in AGREEABLE.lines


def test_a_reply_is_counted_from_the_last_sound_of_the_line() -> None:
    talk = Talk(AGREEABLE)
    talk.agent_says("Shall I?")
    talk.passes_until(lambda: talk.stream.is_saying)
    talk.passes_until(lambda: not talk.stream.is_saying)
    talk.passes(0.4)
    talk.agent_says("Good.")
    talk.passes(0.02)
    assert list(talk.tally.replies) == [pytest.approx(0.4, abs=0.001)]


def test_an_agent_that_never_answers_is_counted() -> None:
    talk = Talk(AGREEABLE)
    talk.agent_says("Shall I?")
    talk.passes(20)
    assert talk.tally.unanswered == 1
    talk.passes(15)
    assert talk.left == ["gives up"]
    assert "the agent said nothing for 20 s" in talk.tally.problems


def test_the_talkative_one_interrupts_and_the_clear_is_timed() -> None:
    talk = Talk(TALKATIVE)
    talk.agent_says("This is a long sentence that is not over yet, and goes on and on.")
    talk.passes(1.4)
    assert talk.stream.is_saying
    talk.passes(0.5)
    talk.agent_clears()
    talk.passes(0.02)
    assert list(talk.tally.clears) == [pytest.approx(0.7, abs=0.2)]
    # What was said before the interruption answers nothing.
    assert not talk.tally.replies


@pytest.mark.parametrize(("persona", "reason"), [(HANGS_UP, "hangs up"), (DROPS, "drops")])
def test_some_leave_after_a_while(persona: Persona, reason: str) -> None:
    talk = Talk(persona)
    talk.passes(3.9)
    assert talk.left == []
    talk.passes(11)
    assert talk.left == [reason]


def test_marks_come_back_when_they_have_been_heard() -> None:
    talk = Talk(SILENT)
    talk.agent_says("Hello.", mark="m1")
    talk.passes(0.2)
    assert talk.sends("mark") == []
    talk.passes(0.2)
    assert [message["mark"]["name"] for message in talk.sends("mark")] == ["m1"]
    assert (talk.tally.marks, talk.tally.lost_marks) == (1, 0)


def test_audio_without_a_mark_behind_it_is_a_lost_mark() -> None:
    talk = Talk(SILENT)
    talk.agent_says("Hello.")
    talk.passes(2)
    assert talk.tally.lost_marks == 1


def test_a_buffer_that_runs_dry_in_a_sentence_is_an_under_run() -> None:
    talk = Talk(SILENT)
    talk.agent_says("Hello")
    talk.passes(0.5)
    talk.agent_says("there.", mark="m1")
    assert talk.tally.underruns == 1


@pytest.mark.parametrize(
    "message",
    [
        b"{",
        b'{"event":"end_call","streamSid":"%b"}' % SID.encode(),
        b'{"event":"media","streamSid":"MZ1","media":{"payload":"/w=="}}',
        b'{"event":"media","streamSid":"%b","media":{"payload":"???"}}' % SID.encode(),
        b'{"event":"media","streamSid":"%b","media":{"payload":"/w==","more":1}}' % SID.encode(),
    ],
)
def test_what_twilio_does_not_take_is_a_problem(message: bytes) -> None:
    talk = Talk(SILENT)
    talk.stream.take(message, talk.now)
    assert sum(talk.tally.problems.values()) == 1
    assert talk.tally.messages == 0


def test_personas_by_name() -> None:
    assert personas(()) == (AGREEABLE,)
    assert personas(("silent", "talkative")) == (SILENT, TALKATIVE)
    assert {each.name for each in personas(("mixed",))} == set(PERSONAS) - {"drops"}
    with pytest.raises(PersonaError, match="agreeable, talkative, silent, hangs-up, drops, and mixed"):
        personas(("angry",))
