"""What can happen to a call: the events that drive a `Conversation`.

`at` is the time in seconds since the call was connected; the conversation has no other clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowengine.conversation.meaning import Likeness

Verdict = Literal["person", "machine", "message_end"]
"""Who has answered. `message_end`: a machine, and its greeting is over."""
NO_OUTCOME = "failed"
"""How a call ends that is ended from outside without anybody saying how."""
TransferResult = Literal["answered", "busy", "no_answer", "failed"]


@dataclass(frozen=True, slots=True)
class Connected:
    """The line is open: the flow starts."""

    at: float


@dataclass(frozen=True, slots=True)
class Reached:
    """How far the agent had come: of this speech ("" before the first), so many words had begun to be heard."""

    speech_id: str
    words: int


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """The recogniser is sure of this utterance (or a person typed it). `confidence` 0 to 1, where known.

    `reached`: how far the agent had come when the caller began to say it; None for words that were typed, by somebody
    who has read all there was. `behind`: it may be somebody behind the caller who said it.
    """

    at: float
    text: str
    confidence: float | None = None
    reached: Reached | None = None
    behind: bool = False


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
class ActionFinished:
    """What came of `RunAction`. `values` are its results by name, raw; `reason` says in our words why it failed."""

    at: float
    request_id: str
    result: Literal["ok", "error"]
    values: tuple[tuple[str, object], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """One sentence of the model's turn, as soon as it was whole; the turn goes on."""

    at: float
    request_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ModelAnswered:
    """The model's turn is over, in answer to `AskModel`: what it says further, and the exit that it chose, if any.

    `remarks`, in our words, tell what else it tried and was not given.
    """

    at: float
    request_id: str
    text: str
    exit: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """The model has no answer to `AskModel`, or not the rest of it: there is none, or it failed. Ends the turn."""

    at: float
    request_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class MeaningWeighed:
    """How near the words of `WeighMeaning` come to the examples of each intent."""

    at: float
    request_id: str
    likenesses: tuple[Likeness, ...]


@dataclass(frozen=True, slots=True)
class IntentChosen:
    """Which of the choices of `ChooseIntent` the model takes the words for; None: none of them."""

    at: float
    request_id: str
    intent: str | None


@dataclass(frozen=True, slots=True)
class ValueRead:
    """The value that `ReadValue` asked for, in the caller's words or as ISO 8601; None: there is none."""

    at: float
    request_id: str
    value: str | None


@dataclass(frozen=True, slots=True)
class WeighingFailed:
    """There is no answer to `WeighMeaning`, `ChooseIntent` or `ReadValue`; `reason` in our words."""

    at: float
    request_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class ColleagueReady:
    """The colleague who was rung by `Transfer` has heard the briefing, and takes the call."""

    at: float
    request_id: str


@dataclass(frozen=True, slots=True)
class TransferEnded:
    """What came of `Transfer`; after `answered` the two have spoken, and the caller is still there."""

    at: float
    request_id: str
    result: TransferResult


@dataclass(frozen=True, slots=True)
class LineJudged:
    """The telephone network's verdict on who has answered."""

    at: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class GreetingRecognised:
    """What is being said is an answering machine's greeting: known before the utterance is over."""

    at: float


@dataclass(frozen=True, slots=True)
class GreetingEnded:
    """In answer to `HearGreeting`: by a beep, by quiet after the voice, or because it has taken long enough."""

    at: float
    by: Literal["beep", "quiet", "time"]


@dataclass(frozen=True, slots=True)
class MachineDetected:
    """The line was answered by a machine, for sure, and its greeting is over."""

    at: float


@dataclass(frozen=True, slots=True)
class CameBack:
    """The line had been lost, not by the caller's will, and the caller is there again."""

    at: float


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
    outcome: str = NO_OUTCOME


@dataclass(frozen=True, slots=True)
class SayRequested:
    """Somebody outside has the agent say this; then the flow goes on where it was."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class MoveRequested:
    """Somebody outside wants the call in this state."""

    at: float
    state: str


@dataclass(frozen=True, slots=True)
class SlotGiven:
    """Somebody outside knows a slot's value, in words as a caller would say it, or as ISO 8601."""

    at: float
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class NoteRequested:
    """Somebody outside adds a note to the record."""

    at: float
    text: str


Event = (
    Connected
    | CallerSaid
    | CallerPressed
    | SpeechHeard
    | SpeechCut
    | TimerFired
    | GuardAnswered
    | ActionFinished
    | ModelSaid
    | ModelAnswered
    | ModelFailed
    | MeaningWeighed
    | IntentChosen
    | ValueRead
    | WeighingFailed
    | ColleagueReady
    | TransferEnded
    | LineJudged
    | GreetingRecognised
    | GreetingEnded
    | MachineDetected
    | CameBack
    | CallerHungUp
    | EndRequested
    | SayRequested
    | MoveRequested
    | SlotGiven
    | NoteRequested
)
