"""Whom a simulated call is put through to, and what becomes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from flowengine.errors import FlowEngineError
from flowengine.testing.twilio.lines import Answers, Busy, Fails, Line, NoAnswer

DialStatus = Literal["completed", "busy", "no-answer", "failed", "canceled"]


@dataclass(frozen=True, slots=True)
class Colleague:
    """What becomes of `<Dial>`. `seconds`: of ringing and of talk together."""

    status: DialStatus = "completed"
    seconds: float = 0.3
    caller_leaves: bool = False
    """The caller hangs up meanwhile: the call is over, and Twilio still fetches the action once."""
    is_told: bool = True
    """False: Twilio never fetches the action, and the call is over."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody whom a call was put through to. `heard`: what was said to them before they met the caller."""

    number: str
    ended: str
    caller_id: str | None = None
    heard: tuple[str, ...] = ()


class UnknownColleague(FlowEngineError):
    """What a colleague does was not understood; the message shows what can be said."""


TALKS_S = 5.0
COLLEAGUES = "busy, no-answer, failed, declines, answers, or answers:SECONDS like answers:20"


def colleague_of(text: str) -> tuple[Colleague, Line]:
    """One who does this in a transfer, and their line in a warm one. Raises UnknownColleague."""
    if answers := re.fullmatch(r"answers(?::(\d+(?:\.\d+)?))?", text):
        seconds = float(answers[1]) if answers[1] else TALKS_S
        return Colleague("completed", seconds), Answers(rings_s=1, presses=("1", ""), talks_s=seconds)
    match text:
        case "busy":
            return Colleague("busy"), Busy(rings_s=1)
        case "no-answer":
            return Colleague("no-answer"), NoAnswer()
        case "failed":
            return Colleague("failed"), Fails(rings_s=1)
        case "declines":
            # Who refuses a call that rings is busy, as the network tells it.
            return Colleague("busy"), Answers(rings_s=1, presses=("2",))
        case _:
            raise UnknownColleague(f"{text!r}: a colleague is {COLLEAGUES}")
