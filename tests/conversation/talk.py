"""Drives a `Conversation` by hand in virtual time: what the caller does goes in, what the agent says comes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from flowengine.conversation.call import Further
from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    CancelTimer,
    ChooseIntent,
    Command,
    Entered,
    Listen,
    Noted,
    Pause,
    ReadValue,
    RunAction,
    SendKeys,
    Speak,
    StartTimer,
    StopSpeaking,
    Suppress,
    Transfer,
    Understood,
    WeighMeaning,
)
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    ActionFinished,
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    Connected,
    Event,
    GuardAnswered,
    IntentChosen,
    MeaningWeighed,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    SpeechCut,
    SpeechHeard,
    TimerFired,
    TransferEnded,
    TransferResult,
    ValueRead,
)
from flowengine.conversation.meaning import Likeness
from flowengine.graph.compile import compile_text
from flowengine.graph.libraries import given, load
from flowengine.graph.lower import lower
from flowengine.graph.model import Flow
from flowengine.language.reading import text_source

Order = TypeVar("Order", RunAction, AskModel, WeighMeaning, ChooseIntent, ReadValue, Transfer)
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Europe/London"))

INTENTS = """
intent agree "the caller says yes"
  "yes" "yes please" "that's right"

intent refuse "the caller says no"
  "no" "no thanks" "not interested"

intent price "the caller asks what it costs"
  "how much is it" "what does it cost"

intent opt_out protective "the caller wants no more calls"
  "stop calling me" "take me off your list" "don't call me again"

intent robot_question protective "the caller asks whether this is a robot"
  "are you a robot" "is this a robot"
"""

HEAD = """
flow test_flow "A test" outbound
  agent "Amy" of "Hearth & Home"

outcome good success
outcome bad
outcome removed suppress
"""


TWICE = {"FL409", "FL412", "FL413"}
"""What the compiler refuses, and the run time does not trust it to: arguments, secrets, numbers to dial."""


def compiled(body: str, *, head: str = HEAD, intents: str = INTENTS, **libraries: str) -> Flow:
    """The flow of `head`, `intents` and `body`; fails with its diagnostics when it has errors but those of `TWICE`."""
    text = f"{head}\n{intents}\n{body}"
    compilation = compile_text(text, libraries=libraries or None)
    wrong = [(each.span.line, each.message) for each in compilation.errors if each.code not in TWICE]
    assert not wrong
    if compilation.flow is None:
        draft, _ = lower(load(text_source(text, "flow.flow"), given(libraries)).found)
        return draft.flow
    return compilation.flow


class Talk:
    """One call. With `hears` (the usual) each thing said is heard to its end at once."""

    def __init__(
        self,
        flow: Flow | str,
        contact: Mapping[str, object] | None = None,
        *,
        hears: bool = True,
        allowed: bool | None = True,
        started: datetime = TUESDAY,
        firm: frozenset[str] = frozenset(),
        contact_key: str | None = None,
        variants: Mapping[str, str] | None = None,
        further: frozenset[Further] = frozenset(),
    ) -> None:
        self.flow = compiled(flow) if isinstance(flow, str) else flow
        self.conversation = Conversation(
            self.flow,
            contact or {},
            started=started,
            firm_lines=firm,
            contact_key=contact_key,
            variants=variants,
            further=further,
        )
        self.hears = hears
        self.allowed = allowed
        self.at = 0.0
        self.timers: dict[str, float] = {}
        self.commands: list[Command] = []
        self.latest: list[Command] = []
        self.pending: list[str] = []
        self.send(Connected(0.0))

    def send(self, event: Event) -> None:
        """Give one event, and whatever must follow it by itself."""
        self.latest = []
        waiting: list[Event] = [event]
        while waiting:
            for command in self.conversation.send(waiting.pop(0)):
                self.latest.append(command)
                match command:
                    case Speak(speech_id=speech_id) | Pause(speech_id=speech_id) | SendKeys(speech_id=speech_id):
                        if self.hears:
                            waiting.append(SpeechHeard(self.at, speech_id))
                        else:
                            self.pending.append(speech_id)
                    case StopSpeaking():
                        waiting.extend(SpeechCut(self.at, each, "") for each in self.pending)
                        self.pending = []
                    case StartTimer(timer_id=timer_id, seconds=seconds):
                        self.timers[timer_id] = self.at + seconds
                    case CancelTimer(timer_id=timer_id):
                        del self.timers[timer_id]
                    case AskGuard(request_id=request_id):
                        if self.allowed is not None:
                            waiting.append(
                                GuardAnswered(
                                    self.at, request_id, self.allowed, () if self.allowed else ("OUTSIDE_HOURS",)
                                )
                            )
                    case _:
                        pass
        self.commands += self.latest

    def says(self, *texts: str) -> list[str]:
        """The caller says these, one after the other, a second apart; what the agent answered to the last."""
        for text in texts:
            self.at += 1
            self.send(CallerSaid(self.at, text))
        return self.said

    def presses(self, keys: str) -> list[str]:
        for key in keys:
            self.at += 0.3
            self.send(CallerPressed(self.at, key))
        return self.said

    def waits(self, seconds: float | None = None) -> list[str]:
        """Time passes: until the next timer, or by so many seconds with all timers in them."""
        end = min(self.timers.values()) if seconds is None else self.at + seconds
        said: list[str] = []
        while self.timers and min(self.timers.values()) <= end:
            timer_id = min(self.timers, key=lambda each: self.timers[each])
            self.at = self.timers.pop(timer_id)
            self.send(TimerFired(self.at, timer_id))
            said += self.said
        self.at = max(self.at, end)
        return said

    def order(self, kind: type[Order]) -> Order:
        """The last order of this kind."""
        return next(command for command in reversed(self.commands) if isinstance(command, kind))

    def acts(self, values: Mapping[str, object] | None = None, *, order: RunAction | None = None) -> list[str]:
        """The action that was ordered last (or `order`) gives these results."""
        request_id = (order or self.order(RunAction)).request_id
        self.send(ActionFinished(self.at, request_id, "ok", tuple((values or {}).items())))
        return self.said

    def action_fails(self) -> list[str]:
        self.send(ActionFinished(self.at, self.order(RunAction).request_id, "error", reason="no such day"))
        return self.said

    def model(self, text: str, exit: str | None = None, *, order: AskModel | None = None) -> list[str]:
        """The model answers what it was asked last (or `order`)."""
        self.send(ModelAnswered(self.at, (order or self.order(AskModel)).request_id, text, exit))
        return self.said

    def model_says(self, *sentences: str, order: AskModel | None = None) -> list[str]:
        """Sentences of a turn that goes on; what the agent said to the last."""
        request_id = (order or self.order(AskModel)).request_id
        for sentence in sentences:
            self.send(ModelSaid(self.at, request_id, sentence))
        return self.said

    def model_fails(self) -> list[str]:
        self.send(ModelFailed(self.at, self.order(AskModel).request_id, "no model is configured"))
        return self.said

    def likens(self, **nearest: float) -> list[str]:
        """The words last asked about come so near to the examples of these intents."""
        found = tuple(Likeness(name, value, value - 0.05, "an example") for name, value in nearest.items())
        self.send(MeaningWeighed(self.at, self.order(WeighMeaning).request_id, found))
        return self.said

    def chooses(self, intent: str | None) -> list[str]:
        """The model takes the words last asked about for this."""
        self.send(IntentChosen(self.at, self.order(ChooseIntent).request_id, intent))
        return self.said

    def reads(self, value: str | None) -> list[str]:
        """The model has read this value for the slot last asked about."""
        self.send(ValueRead(self.at, self.order(ReadValue).request_id, value))
        return self.said

    def transfers(self, result: TransferResult) -> list[str]:
        self.send(TransferEnded(self.at, self.order(Transfer).request_id, result))
        return self.said

    def hangs_up(self) -> None:
        self.at += 1
        self.send(CallerHungUp(self.at))

    def hear(self) -> None:
        """All that the agent has said until now is heard."""
        pending, self.pending = self.pending, []
        for speech_id in pending:
            self.send(SpeechHeard(self.at, speech_id))

    @property
    def said(self) -> list[str]:
        """What the agent said in answer to the last event."""
        return [command.text for command in self.latest if isinstance(command, Speak)]

    @property
    def state(self) -> str | None:
        return self.conversation.state

    @property
    def outcome(self) -> str | None:
        return self.conversation.outcome

    @property
    def entered(self) -> list[str]:
        """All states entered so far, in order."""
        return [command.state for command in self.commands if isinstance(command, Entered)]

    @property
    def notes(self) -> list[str]:
        return [command.text for command in self.commands if isinstance(command, Noted)]

    @property
    def understood(self) -> Understood:
        """How the last utterance was taken."""
        return next(command for command in reversed(self.commands) if isinstance(command, Understood))

    @property
    def listening(self) -> Listen:
        """What the caller's open turn expects."""
        return next(command for command in reversed(self.commands) if isinstance(command, Listen))

    @property
    def expecting(self) -> str:
        return self.listening.expecting

    @property
    def suppressed(self) -> bool:
        return any(isinstance(command, Suppress) for command in self.commands)

    def order_of(self, words: str) -> str:
        """The id of the last speech that holds these words."""
        return next(
            each.speech_id for each in reversed(self.commands) if isinstance(each, Speak) and words in each.text
        )

    def did(self, kind: type[Command]) -> bool:
        """Whether the last event led to such a command."""
        return any(isinstance(command, kind) for command in self.latest)

    def turns(self, speaker: str) -> list[str]:
        return [each.text for each in self.conversation.transcript if each.speaker == speaker]
