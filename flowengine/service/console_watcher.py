"""What a page is told of its call as it happens: the facts of `/console/stream` (docs/reference/console.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

import msgspec

from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    Blocked,
    CancelTimer,
    ChooseIntent,
    Chose,
    Dismiss,
    Ended,
    Entered,
    Hangup,
    HearGreeting,
    Hold,
    Join,
    Listen,
    Noted,
    Pause,
    ReadValue,
    Record,
    RunAction,
    Screened,
    SendKeys,
    SlotFilled,
    Speak,
    StartTimer,
    StopSpeaking,
    Summarised,
    Suppress,
    TakenBack,
    Transfer,
    Understood,
    WeighMeaning,
)
from flowengine.conversation.events import (
    ActionFinished,
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    CameBack,
    ColleagueReady,
    Connected,
    EndRequested,
    GreetingEnded,
    GreetingRecognised,
    GuardAnswered,
    IntentChosen,
    LineJudged,
    MachineDetected,
    MeaningWeighed,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    MoveRequested,
    NoteRequested,
    SayRequested,
    SlotGiven,
    SpeechCut,
    SpeechHeard,
    TimerFired,
    TransferEnded,
    ValueRead,
    WeighingFailed,
)
from flowengine.conversation.shown import amounts_of, booleans_of, shown
from flowengine.graph.model import Flow
from flowengine.runtime.colleague_line import ColleagueRung
from flowengine.runtime.measured import TURN_PARTS, Interrupted, ReplyStarted, TurnMeasured
from flowengine.runtime.observed import CallResult, Observed
from flowengine.runtime.ports import FirstSound, PartialTranscript, RecordingSet, Remarked, SummaryFilled, TurnsFelt

OPTED_OUT = (
    "The caller opted out. The number of a telephone call goes on the do-not-call list; a call from the page has none."
)


class Watcher:
    """Tells the page what happens in a call of this flow."""

    def __init__(self, put: Callable[[str], None], flow: Flow) -> None:
        self._put = put
        self._amounts, self._booleans = amounts_of(flow), booleans_of(flow)
        self._texts: dict[str, str] = {}
        self._actions: dict[str, str] = {}
        """Those that run, by request."""
        self._said = ""
        """What the engine remarks next has been told already."""
        self._opted_out_at: float | None = None
        """An opt-out is written down before anything else is made of the words, and is told after them."""

    def tell(self, at: float, event: str, **facts: object) -> None:
        self._put(as_json({"event": event, "at": at, **facts}))

    def _shown(self, name: str, value: str) -> str:
        return shown(name, value, self._amounts, self._booleans)

    def error(self, message: str) -> None:
        self._put(as_json({"event": "error", "message": message}))

    def ended(self, result: CallResult) -> None:
        self._tell_opt_out()
        self.tell(round(result.duration, 3), "ended", outcome=result.outcome, reason=result.reason)

    def __call__(self, at: float, observed: Observed) -> None:
        if not isinstance(observed, Understood | StopSpeaking | StartTimer | CancelTimer):
            self._tell_opt_out()
        self._tell_of(at, observed)
        if isinstance(observed, Understood):
            self._tell_opt_out()

    def _tell_opt_out(self) -> None:
        if self._opted_out_at is not None:
            self.tell(self._opted_out_at, "note", text=OPTED_OUT)
            self._opted_out_at = None

    def _tell_of(self, at: float, observed: Observed) -> None:
        match observed:
            case Entered(state=state, previous=previous, by=by):
                self.tell(at, "entered", state=state, previous=previous, by=by)
            case Speak(speech_id=speech_id):
                self._texts[speech_id] = observed.text
                self.tell(at, "agent", speech_id=speech_id, text=observed.text)
            case SpeechHeard(speech_id=speech_id):
                if (text := self._texts.pop(speech_id, None)) is not None:
                    self.tell(at, "heard", speech_id=speech_id, text=text, complete=True)
            case SpeechCut(speech_id=speech_id, heard=heard):
                if self._texts.pop(speech_id, None) is not None:
                    self.tell(at, "heard", speech_id=speech_id, text=heard, complete=False)
            case PartialTranscript(text=text):
                self.tell(at, "partial", text=text)
            case Understood(text=text, intent=intent, score=score, tier=tier):
                self.tell(at, "caller", text=text, intent=intent, score=score, tier=tier)
            case Listen(expecting=expecting, intents=intents, private=private):
                self.tell(at, "listening", expecting=expecting, intents=intents, private=private)
            case SlotFilled(name=name, value=value):
                self.tell(at, "slot", name=name, value=value, shown=self._shown(name, value))
            case Summarised(fields=fields):
                known = {name: value and self._shown(name, value) for name, value in fields}
                self.tell(at, "summary", fields=dict(fields), shown=known)
            case Noted(text=text):
                self._noted(at, text)
            case Blocked(rule=rule, what=what):
                self.tell(at, "note", text=f"guard, {rule}: not said, since it {what}")
            case TakenBack():
                self.tell(at, "note", text="The caller went on: their turn is taken back, and taken anew as a whole.")
            case Chose(split=split, variant=variant):
                self.tell(at, "note", text=f"split {split}: {variant}")
            case RecordingSet(on=on, problem=problem):
                done = "recording starts" if on else "recording stops"
                self.tell(at, "note", text=done if problem is None else f"{done}: not done, {problem}")
            case Remarked(text=text):
                self.tell(at, "note", text=text)
            case RunAction(request_id=request, action=action):
                self._actions[request] = action
                self.tell(at, "action", request=request, action=action, result=None, reason="")
            case ActionFinished(request_id=request, result=result, reason=reason):
                self._acted(at, request, result, reason)
            case Transfer(briefing=str() as briefing):
                self.tell(at, "note", text=f"a colleague would be told: {briefing}")
            case TransferEnded(result=result):
                self._said = f"transfer {result}"
                self.tell(at, "note", text=f"transfer: {result.replace('_', ' ')}")
            case CameBack():
                self.tell(at, "note", text="The line was lost, and is there again.")
            case ReplyStarted(ms=ms, filler=filler):
                self.tell(at, "latency", ms=ms, filler=filler)
            case TurnMeasured():
                parts = {part: getattr(observed, part) for part in TURN_PARTS}
                self.tell(at, "turn", **parts, reply=observed.reply, filler=observed.filler)
            case Suppress():
                self._opted_out_at = at
            case (
                Pause()
                | SendKeys()
                | StopSpeaking()
                | StartTimer()
                | CancelTimer()
                | AskGuard()
                | AskModel()
                | WeighMeaning()
                | ChooseIntent()
                | ReadValue()
                | Transfer()
                | Join()
                | Dismiss()
                | Hold()
                | ColleagueRung()
                | ColleagueReady()
                | Hangup()
                | Ended()
                | Connected()
                | CallerSaid()
                | CallerPressed()
                | TimerFired()
                | GuardAnswered()
                | ModelSaid()
                | ModelAnswered()
                | ModelFailed()
                | MeaningWeighed()
                | IntentChosen()
                | ValueRead()
                | WeighingFailed()
                | Record()
                | LineJudged()
                | GreetingRecognised()
                | GreetingEnded()
                | HearGreeting()
                | Screened()
                | MachineDetected()
                | CallerHungUp()
                | EndRequested()
                | SayRequested()
                | MoveRequested()
                | SlotGiven()
                | NoteRequested()
                | FirstSound()
                | Interrupted()
                | SummaryFilled()
                | TurnsFelt()
            ):
                pass
            case _:
                assert_never(observed)

    def _noted(self, at: float, text: str) -> None:
        """A remark; of an action the page has heard by an event of its own, and of a timeout it hears so."""
        said, self._said = self._said, ""
        late = next((request for request, action in self._actions.items() if text == f"action {action} timeout"), None)
        if late is not None:
            self.tell(at, "action", request=late, action=self._actions.pop(late), result="timeout", reason="")
        elif text != said:
            self.tell(at, "note", text=text)

    def _acted(self, at: float, request: str, result: str, reason: str) -> None:
        action = self._actions.pop(request, None)
        if action is not None:
            self._said = f"action {action} {result}" + (f": {reason}" if reason else "")
            self.tell(at, "action", request=request, action=action, result=result, reason=reason)


def as_json(message: dict[str, object]) -> str:
    return msgspec.json.encode(message).decode()
