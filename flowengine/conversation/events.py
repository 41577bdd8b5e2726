"""What can happen to a call: the events that drive a `Conversation`.

`at` is the time in seconds since the call was connected; the conversation has no other clock.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Connected:
    """The line is open: the flow starts."""

    at: float


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """The recogniser is sure of this utterance (or a person typed it). `confidence` 0 to 1, where known."""

    at: float
    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class CallerPressed:
    """One key: `0`-`9`, `*` or `#`."""

    at: float
    key: str


@dataclass(frozen=True, slots=True)
class SpeechHeard:
    """What `Speak` or `Pause` asked for was played to its end."""

    at: float
    speech_id: str


@dataclass(frozen=True, slots=True)
class SpeechCut:
    """It was stopped before its end; `heard` is the text that had been played ("" for none)."""

    at: float
    speech_id: str
    heard: str


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that `StartTimer` set has run out."""

    at: float
    timer_id: str


@dataclass(frozen=True, slots=True)
class GuardAnswered:
    """The compliance guard's answer to `AskGuard`; `reasons` are rule codes (`OUTSIDE_HOURS`)."""

    at: float
    request_id: str
    allowed: bool
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallerHungUp:
    """The caller has gone."""

    at: float


@dataclass(frozen=True, slots=True)
class EndRequested:
    """Somebody outside (an operator, a shutdown, a failing engine) ends the call: say `message`, then hang up."""

    at: float
    reason: str
    message: str | None = None
    outcome: str = "failed"


Event = (
    Connected
    | CallerSaid
    | CallerPressed
    | SpeechHeard
    | SpeechCut
    | TimerFired
    | GuardAnswered
    | CallerHungUp
    | EndRequested
)
