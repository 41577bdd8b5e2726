"""A call lived through again from its record, and what was left open where the record ends.

The same events give the same commands, so a fresh `Conversation` stands where the recorded one stood as soon as it has
had the same events. Each command is compared with the recorded one: a record that does not fit (another flow, another
version of the engine) is told by the first difference, and nothing is built on it.

The events of a call whose process was killed may be followed by fewer commands than they led to: those are `unwritten`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flowengine.conversation.call import Further
from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    CancelTimer,
    ChooseIntent,
    Command,
    Dismiss,
    HearGreeting,
    Hold,
    Join,
    Listen,
    Order,
    Pause,
    ReadValue,
    RunAction,
    SendKeys,
    Speak,
    StartTimer,
    Suppress,
    Transfer,
    WeighMeaning,
)
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    ActionFinished,
    Event,
    GreetingEnded,
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
    ValueRead,
    WeighingFailed,
)
from flowengine.conversation.limits import is_limit
from flowengine.conversation.record import KIND, as_read, event_from_json, is_command, is_event

Request = AskGuard | RunAction | AskModel | WeighMeaning | ChooseIntent | ReadValue | Transfer


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a call, lived through again, is not the recorded one.

    `number`: which entry of the record (from 0); `at` its second of the call. `recorded`, `replayed`: the command in
    each of them, as JSON; None where there was none.
    """

    number: int
    at: float
    recorded: Mapping[str, object] | None = field(repr=False)
    replayed: Mapping[str, object] | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of a record: when it was written, in seconds of the call, and its JSON object."""

    at: float
    payload: Mapping[str, object] = field(repr=False)


@dataclass(slots=True)
class Replay:
    """What came of it. `commands`: how many were the same; `unwritten`: those that the record ends before.

    `is_begun`: anything has happened at all; `at`, the second of the last that did.

    The rest is what was still open at its end: `speech` by id, `timers` with their seconds and when they were started,
    `requests` without an answer, `half_told` those of them that had said something already, `joined` the transfers
    whose caller was sent to a colleague, `held` whether the caller hears music.
    """

    commands: int = 0
    difference: Difference | None = None
    at: float = 0.0
    is_begun: bool = False
    unwritten: list[Command] = field(default_factory=list)
    speech: dict[str, None] = field(default_factory=dict)
    timers: dict[str, tuple[float, float]] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    half_told: set[str] = field(default_factory=set)
    joined: set[str] = field(default_factory=set)
    held: Hold | None = None
    listening: Listen | None = None
    greeting: HearGreeting | None = None
    opt_outs: list[str] = field(default_factory=list)

    def orders(self, at: float) -> tuple[Order, ...]:
        """What is to be carried out anew by whoever goes on at this second; the record has it already.

        The limits of the call (`after 8m`) count on; whatever else was waited for is waited for as long as at first.
        """
        timers = (
            StartTimer(timer_id, max(0.0, started + seconds - at) if is_limit(timer_id) else seconds)
            for timer_id, (seconds, started) in self.timers.items()
        )
        listening = () if self.listening is None else (self.listening,)
        begun = self.half_told | self.joined
        asked = (request for request_id, request in self.requests.items() if request_id not in begun)
        held = () if self.held is None else (self.held,)
        greeting = () if self.greeting is None else (self.greeting,)
        return (*listening, *asked, *held, *timers, *greeting)

    def events(self, at: float) -> tuple[Event, ...]:
        """What has to be told first: nothing of what was being spoken counts as heard; half an answer stays half.

        A caller who was on the way to a colleague, and is here instead, has not met them.
        """
        cut = (SpeechCut(at, speech_id, "") for speech_id in self.speech)
        half = (ModelFailed(at, each, "the line was lost") for each in self.requests if each in self.half_told)
        missed = (TransferEnded(at, each, "failed") for each in self.requests if each in self.joined)
        return (*cut, *half, *missed)

    def take(self, event: Event) -> None:
        """One event, before the conversation has it."""
        self.at, self.is_begun = max(self.at, event.at), True
        match event:
            case SpeechHeard(speech_id=speech_id) | SpeechCut(speech_id=speech_id):
                self.speech.pop(speech_id, None)
            case TimerFired(timer_id=timer_id):
                self._over(timer_id)
            case GreetingEnded():
                self.greeting = None
            case ModelSaid(request_id=request_id):
                self.half_told.add(request_id)
            case (
                GuardAnswered()
                | ActionFinished()
                | ModelAnswered()
                | ModelFailed()
                | MeaningWeighed()
                | IntentChosen()
                | ValueRead()
                | WeighingFailed()
                | TransferEnded()
            ):
                self.requests.pop(event.request_id, None)
            case _:
                pass

    def give(self, command: Command, at: float) -> None:
        """One command that the conversation has given."""
        match command:
            case Speak(speech_id=speech_id) | Pause(speech_id=speech_id) | SendKeys(speech_id=speech_id):
                self.speech[speech_id] = None
            case StartTimer(timer_id=timer_id, seconds=seconds):
                self.timers[timer_id] = (seconds, at)
            case CancelTimer(timer_id=timer_id):
                self._over(timer_id)
            case Listen():
                self.listening = command
            case HearGreeting(on=on):
                self.greeting = command if on else None
            case Suppress(reason=reason):
                self.opt_outs.append(reason)
            case Join(request_id=request_id):
                self.joined.add(request_id)
            case Dismiss(request_id=request_id):
                self.requests.pop(request_id, None)
            case Hold():
                self.held = command
            case AskGuard() | RunAction() | AskModel() | WeighMeaning() | ChooseIntent() | ReadValue() | Transfer():
                self.requests[command.request_id] = command
            case _:
                pass

    def _over(self, timer_id: str) -> None:
        """A timer of a request has its id: nobody waits for either any more."""
        self.timers.pop(timer_id, None)
        self.requests.pop(timer_id, None)


def asked_of(record: Iterable[Recorded]) -> frozenset[Further]:
    """Whom the recorded call has asked when no phrase fitted."""
    kinds = {entry.payload.get(KIND) for entry in record}
    meaning: frozenset[Further] = frozenset({"meaning"}) if "WeighMeaning" in kinds else frozenset()
    return meaning | {"model"} if kinds & {"ChooseIntent", "ReadValue"} else meaning


def replay(conversation: Conversation, record: Iterable[Recorded]) -> Replay:
    """Give a fresh conversation the recorded events, and compare. Stops at the first difference.

    Entries that are neither events nor commands (measures, remarks) are passed over. Raises ProtocolError where an
    event cannot be read.
    """
    done = Replay()
    expected: list[Command] = []
    for number, entry in enumerate(record):
        if is_event(entry.payload):
            if expected:
                done.difference = Difference(number, entry.at, None, as_read(expected[0]))
                return done
            event = event_from_json(entry.payload)
            done.take(event)
            expected = list(conversation.send(event))
            for command in expected:
                done.give(command, event.at)
        elif is_command(entry.payload):
            given = as_read(expected.pop(0)) if expected else None
            if given != entry.payload:
                done.difference = Difference(number, entry.at, entry.payload, given)
                return done
            done.commands += 1
    done.unwritten = expected
    return done
