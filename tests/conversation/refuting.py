"""Tries to refute a policy: makes calls at random, and watches them from outside, by events and commands alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    CancelTimer,
    ChooseIntent,
    Command,
    Ended,
    Entered,
    Listen,
    Noted,
    Pause,
    ReadValue,
    RunAction,
    Speak,
    StartTimer,
    StopSpeaking,
    Suppress,
    TakenBack,
    Transfer,
    Understood,
    Weigh,
    WeighMeaning,
)
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    ActionFinished,
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    Connected,
    EndRequested,
    Event,
    GuardAnswered,
    MachineDetected,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    SpeechCut,
    SpeechHeard,
    TimerFired,
    TransferEnded,
)
from flowengine.graph.model import Always, AtMost, Fact, Flow, Forbid, OnIntent, Require
from tests.conversation.talk import TUESDAY
from tests.conversation.weighing import EVERY, answer_to


@dataclass
class Monitor:
    """What a policy's reader would check by listening in. `breaches` are in plain words."""

    flow: Flow
    facts: set[tuple[str, str]] = field(default_factory=set)
    breaches: list[str] = field(default_factory=list)
    entered: set[str] = field(default_factory=set)
    state: str = ""
    expected: str | None = None
    finished: bool = False
    withdrawn: set[tuple[str, str]] = field(default_factory=set)
    """What was meant in turns that were taken back: it allows nothing any more, and forbids what it did."""
    taken_back: int = 0
    is_done: bool = False
    """Something has left the call since the last turn was taken."""
    _latest: set[tuple[str, str]] = field(default_factory=set)
    _lines: dict[str, str] = field(default_factory=dict)
    _actions: dict[str, str] = field(default_factory=dict)
    _guards: dict[str, str] = field(default_factory=dict)

    def saw(self, event: Event, commands: tuple[Command, ...], *, firm: bool, turns: int) -> None:
        match event:
            case SpeechHeard(speech_id=speech_id) if speech_id in self._lines:
                self.facts.add(("heard", self._lines[speech_id]))
            case ActionFinished(request_id=request_id, result="ok") if request_id in self._actions:
                self.facts.add(("did", self._actions[request_id]))
            case GuardAnswered(request_id=request_id, allowed=True) if request_id in self._guards:
                self.facts.add(("allowed", self._guards[request_id]))
            case CallerHungUp() | EndRequested():
                self.expected = None
            case _:
                pass
        took = any(isinstance(each, Understood) for each in commands)
        taken_back = any(isinstance(each, TakenBack) for each in commands)
        if taken_back and self.is_done:
            self.breaches.append("taken back in spite of what it led to")
        done = any(isinstance(each, RunAction | AskGuard | Transfer | Suppress | Noted | Ended) for each in commands)
        self.is_done = done or (self.is_done and not took)
        for command in commands:
            self._command(command)
        # Several utterances may be taken in one go; the number of turns is that after the last.
        opened = [command for command in commands if isinstance(command, Understood | Listen)][-1:]
        if opened and isinstance(opened[0], Listen):
            self._too_many(turns)
        if not self.finished and not firm:
            self._too_long(event.at)

    def _command(self, command: Command) -> None:
        match command:
            case Speak(speech_id=speech_id, line=str(line)):
                self._lines[speech_id] = line
                self.facts.add(("said", line))
            case RunAction(request_id=request_id, action=action):
                self._actions[request_id] = action
            case AskGuard(request_id=request_id, guard=guard):
                self._guards[request_id] = guard
            case Understood(intent=str(intent), tier=tier) if not self.finished:
                self._latest = set()
                if tier not in ("slot", "key"):
                    self._latest = {("meant", intent)} - self.facts
                    self.facts |= self._latest
                self.expected = next((rule.state for rule in self._always() if rule.trigger == OnIntent(intent)), None)
            case TakenBack():
                self.taken_back += 1
                self.facts -= self._latest
                self.withdrawn |= self._latest
            case Entered(state=state, previous=previous, by=by):
                self._enter(state, previous, by)
            case Listen():
                for rule in self._rules():
                    if isinstance(rule, Forbid) and self._is_place(self.state, rule.place) and self._had(rule.fact):
                        self.breaches.append(f"{self.state} goes on after {rule.fact.name}")
            case Ended(outcome=outcome):
                self.finished = True
                if self.expected is not None and outcome != "failed":
                    self.breaches.append(f"ended with {outcome} in place of {self.expected}")
                self._arrive(outcome, lambda place: place == outcome)
            case _:
                pass

    def _enter(self, state: str, previous: str | None, by: str) -> None:
        back = by in ("resume", "taken_back") or (previous or "").startswith(f"{state}/")
        self.state = state
        self.entered.add(state)
        if back:
            return
        if self.expected is not None and state != self.expected:
            self.breaches.append(f"{state} in place of {self.expected}")
        self.expected = None
        self._arrive(state, lambda place: self._is_place(state, place))

    def _arrive(self, name: str, matches: object) -> None:
        assert callable(matches)
        for rule in self._rules():
            match rule:
                case Require(fact=fact, place=place) if matches(place) and not self._has(fact):
                    self.breaches.append(f"{name} before {fact.kind}({fact.name})")
                case Forbid(fact=fact, place=place) if matches(place) and self._had(fact):
                    self.breaches.append(f"{name} after {fact.kind}({fact.name})")
                case _:
                    pass

    def _too_long(self, at: float) -> None:
        for rule in self._rules():
            if isinstance(rule, AtMost) and rule.seconds is not None and at > rule.seconds:
                self.breaches.append(f"still going on after {at:g} s")

    def _too_many(self, turns: int) -> None:
        for rule in self._rules():
            if isinstance(rule, AtMost) and rule.turns is not None and turns >= rule.turns:
                self.breaches.append(f"a turn is opened after {turns} turns")

    def _rules(self) -> list[Require | Forbid | Always | AtMost]:
        return [rule for policy in self.flow.policies for rule in policy.rules]

    def _always(self) -> list[Always]:
        return [rule for rule in self._rules() if isinstance(rule, Always)]

    def _has(self, fact: Fact) -> bool:
        return (fact.kind, fact.name) in self.facts

    def _had(self, fact: Fact) -> bool:
        return (fact.kind, fact.name) in self.facts | self.withdrawn

    def _is_place(self, state: str, place: str) -> bool:
        return place == state or place in self.flow.states[state].tags


class Caller:
    """One call made at random: every order that a line, a caller and the outside can answer in, clocks kept."""

    def __init__(self, flow: Flow, contact: dict[str, object], random: Random, policies: Flow | None = None) -> None:
        # Half of the calls have somebody to ask what is meant.
        further = EVERY if random.random() < 0.5 else frozenset()
        self.conversation = Conversation(flow, contact, started=TUESDAY, further=further)
        self.flow = flow
        self.monitor = Monitor(policies or flow)
        self.random = random
        self.at = 0.0
        self.speech: list[Speak | Pause] = []
        self.timers: dict[str, float] = {}
        self.notes: list[str] = []
        self.requests: list[AskGuard | RunAction | AskModel | Weigh | Transfer] = []

    def call(self, events: int) -> list[str]:
        """Make the call; what broke a policy in it."""
        self.send(Connected(0.0))
        for _ in range(events):
            if self.conversation.finished and not self.speech:
                break
            self._step()
        return self.monitor.breaches

    def send(self, event: Event) -> None:
        commands = self.conversation.send(event)
        for command in commands:
            match command:
                case Speak() | Pause():
                    self.speech.append(command)
                case StartTimer(timer_id=timer_id, seconds=seconds):
                    self.timers[timer_id] = self.at + seconds
                case CancelTimer(timer_id=timer_id):
                    self.timers.pop(timer_id, None)
                case AskGuard() | RunAction() | AskModel() | WeighMeaning() | ChooseIntent() | ReadValue() | Transfer():
                    self.requests.append(command)
                case Noted(text=text):
                    self.notes.append(text)
                case _:
                    pass
        busy = any(isinstance(each, Speak) and not each.interruptible for each in self.speech)
        away = any(isinstance(each, Transfer) for each in self.requests)
        self.monitor.saw(event, commands, firm=busy or away, turns=self.conversation.turns)
        if any(isinstance(command, StopSpeaking) for command in commands):
            self._cut(self.speech[: self._stopped(commands)])

    def _stopped(self, commands: tuple[Command, ...]) -> int:
        """How much of what was to be said came before the order to stop."""
        last = max(index for index, command in enumerate(commands) if isinstance(command, StopSpeaking))
        return len(self.speech) - sum(isinstance(command, Speak | Pause) for command in commands[last:])

    def _cut(self, speech: list[Speak | Pause]) -> None:
        for each in list(speech):
            if each in self.speech:
                self.speech.remove(each)
                self.send(SpeechCut(self.at, each.speech_id, ""))

    def _step(self) -> None:
        """Something happens: what is due by the clock comes first."""
        self.at += self.random.choice((0.1, 1.0, 3.0, 20.0))
        due = min(self.timers, key=lambda each: self.timers[each], default=None)
        if due is not None and self.timers[due] <= self.at:
            self.at = max(0.0, self.timers.pop(due))
            self.send(TimerFired(self.at, due))
            return
        match self.random.choice(("heard", "heard", "heard", "said", "said", "said", "answer", "answer", "odd", "cut")):
            case "heard" if self.speech:
                self.send(SpeechHeard(self.at, self.speech.pop(0).speech_id))
            case "said":
                self.send(CallerSaid(self.at, self._words()))
            case "answer" if self.requests:
                request = self.requests.pop(self.random.randrange(len(self.requests)))
                answer = self._answer(request)
                if isinstance(answer, ModelSaid):
                    self.requests.append(request)
                self.send(answer)
            case "cut" if self.speech and self.random.random() < 0.3:
                self._cut(self.speech[:])
            case "odd" if self.random.random() < 0.3:
                self.send(self._odd())
            case _:
                pass

    def _words(self) -> str:
        """Mostly what is listened for here; seldom an opt-out, which ends a call before much has happened."""
        wanted = [
            each for each in self.conversation.live_intents() if each.name != "opt_out" or self.random.random() < 0.1
        ]
        live = [phrase for intent in wanted for phrase in intent.phrases[:3]]
        return self.random.choice([*live, *live, "purple monkey dishwasher", "yes and no", "next Tuesday", "hello"])

    def _answer(self, request: AskGuard | RunAction | AskModel | Weigh | Transfer) -> Event:
        random, request_id = self.random, request.request_id
        match request:
            case AskGuard():
                return GuardAnswered(self.at, request_id, random.random() < 0.8)
            case RunAction(action=name):
                values = tuple((each.name, "AB1") for each in self.flow.actions[name].results)
                return ActionFinished(self.at, request_id, random.choice(("ok", "ok", "error")), values)
            case AskModel(exits=exits):
                if random.random() < 0.3:
                    return ModelSaid(self.at, request_id, "I see.")
                if random.random() < 0.2:
                    return ModelFailed(self.at, request_id, "no model")
                exit_ = random.choice([None, "nonsense", *(name for name, _ in exits)])
                return ModelAnswered(self.at, request_id, "I see. Shall we go on?", exit_)
            case WeighMeaning() | ChooseIntent() | ReadValue():
                return answer_to(request, self.at, random.randrange)
            case Transfer():
                return TransferEnded(self.at, request_id, random.choice(("answered", "busy", "no_answer", "failed")))

    def _odd(self) -> Event:
        random = self.random
        outcome = random.choice([*self.flow.outcomes, "nonsense"])
        events: list[Event] = [
            CallerPressed(self.at, random.choice("0123456789*#")),
            CallerPressed(self.at, "1"),
            CallerPressed(self.at, "1"),
            MachineDetected(self.at),
            CallerHungUp(self.at),
            EndRequested(self.at, "operator", "Goodbye.", outcome),
        ]
        return random.choice(events)
