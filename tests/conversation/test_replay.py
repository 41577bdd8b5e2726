"""The same events give the same call; no row of events raises, or goes on after the caller has gone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowengine.conversation.call import Further
from flowengine.conversation.commands import (
    AskGuard,
    AskModel,
    ChooseIntent,
    Command,
    Ended,
    Hangup,
    Pause,
    ReadValue,
    RunAction,
    Speak,
    StartTimer,
    Transfer,
    Weigh,
    WeighMeaning,
)
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    ActionFinished,
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    CameBack,
    Connected,
    EndRequested,
    Event,
    GuardAnswered,
    IntentChosen,
    MachineDetected,
    ModelAnswered,
    ModelFailed,
    ModelSaid,
    SpeechCut,
    SpeechHeard,
    TimerFired,
    TransferEnded,
    TransferResult,
)
from flowengine.conversation.record import command_from_json, command_to_json, event_from_json, event_to_json
from flowengine.conversation.slots import check_contact
from flowengine.graph.compile import compile_file
from flowengine.graph.model import Flow
from tests.conversation import (
    test_collect,
    test_digressions,
    test_do,
    test_heard,
    test_keys,
    test_limits_and_machines,
    test_listen,
    test_llm,
    test_llm_stream,
    test_run,
    test_secrets,
    test_transfer,
)
from tests.conversation.talk import TUESDAY, compiled
from tests.conversation.weighing import EVERY, answer_to

SHIPPED = Path(__file__).parents[2] / "flows"
WHOLE = Path(__file__).parents[1] / "cases" / "whole_language.flow"
SENTENCES = ("It is so.", "I am human.", "Shall we?")
RESULTS: tuple[TransferResult, ...] = ("answered", "busy", "no_answer", "failed")
WORDS = (
    "yes",
    "no",
    "no thanks",
    "yes, and next Tuesday is best",
    "how much is it",
    "are you a robot",
    "stop calling me",
    "don't stop",
    "tomorrow at half four",
    "no, Wednesday",
    "S W one A one A A",
    "double four oh one",
    "my name is Sam",
    "the weather is lovely",
    "yes no",
    "um",
    "",
    "‽ \0 ☎ é",
    "who is this",
    "put me through",
    "I don't know",
    "no, SW1A 2AA",
    "I want to speak to a person",
)
TYPED = {
    "text": "Sam",
    "date": "2026-12-01",
    "phone": "01134960123",
    "uk_postcode": "SW1A 1AA",
    "money": "12.50",
    "boolean": "true",
    "digits": "123456",
}


@cache
def flows() -> tuple[Flow, ...]:
    made = [
        compiled(test_listen.GREETING),
        compiled(test_digressions.FLOW),
        compiled(test_collect.BOTH),
        compiled(test_keys.MENU),
        compiled(test_keys.PIN),
        compiled(test_do.BOOKING),
        compiled(test_llm.WORRY),
        compiled(test_llm_stream.ASIDE),
        compiled(test_llm_stream.OUTBOUND),
        compiled(test_transfer.HELP),
        compiled(test_run.FLOW, find_address=test_run.ADDRESS),
        compiled(test_run.NESTED, ask_well=test_run.OUTER, ask_twice=test_run.INNER),
        compiled(test_run.DIGRESSION, ask_twice=test_run.INNER),
        compiled(test_heard.FLOW),
        compiled(test_limits_and_machines.CHAT),
        compiled(test_limits_and_machines.PHONE),
        compiled(test_secrets.PIN),
    ]
    shipped = [compile_file(path).flow for path in (WHOLE, WHOLE, *sorted(SHIPPED.glob("*.flow")))]
    return (*made, *(flow for flow in shipped if flow is not None))


# One step of a call: what happens, and an index by which a thing that is waiting may be picked.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "say", "key", "heard", "heard", "cut", "timer", "answer", "stray", "wait"]),
        st.integers(min_value=0, max_value=30),
    ),
    max_size=40,
)


class _Driver:
    """Makes real events out of steps: ids that are waiting as well as ids that never were."""

    def __init__(self, flow: Flow, further: frozenset[Further]) -> None:
        raw = {name: TYPED.get(field.type.kind, "7") for name, field in flow.contact.items()}
        raw = {name: value for name, value in raw.items() if flow.contact[name].default is None}
        self.contact = check_contact(flow, raw)
        self.flow = flow
        self.further = further
        self.conversation = self.fresh()
        self.events: list[Event] = []
        self.commands: list[tuple[Command, ...]] = []
        self.speech: list[str] = []
        self.timers: list[str] = []
        self.open: list[AskGuard | RunAction | AskModel | Weigh | Transfer] = []
        self.at = 0.0

    def fresh(self) -> Conversation:
        return Conversation(self.flow, self.contact, started=TUESDAY, further=self.further)

    def send(self, event: Event) -> None:
        self.events.append(event)
        given = self.conversation.send(event)
        self.commands.append(given)
        for command in given:
            match command:
                case Speak(speech_id=speech_id) | Pause(speech_id=speech_id):
                    self.speech.append(speech_id)
                case StartTimer(timer_id=timer_id):
                    self.timers.append(timer_id)
                case AskGuard() | RunAction() | AskModel() | WeighMeaning() | ChooseIntent() | ReadValue() | Transfer():
                    self.open.append(command)
                case _:
                    pass

    def step(self, what: str, which: int) -> None:
        self.at += which / 10
        match what:
            case "say":
                self.send(CallerSaid(self.at, WORDS[which % len(WORDS)]))
            case "key":
                self.send(CallerPressed(self.at, "0123456789*#"[which % 12]))
            case "heard" if self.speech:
                self.send(SpeechHeard(self.at, self.speech.pop(0)))
            case "cut" if self.speech:
                self.send(SpeechCut(self.at, self.speech.pop(0), "half of it" if which % 2 else ""))
            case "timer" if self.timers:
                self.send(TimerFired(self.at, self.timers[which % len(self.timers)]))
            case "answer" if self.open:
                # The last one is asked for most often; now and then an old one answers once more.
                self.send(self.answer(self.open[-1 if which % 5 else which % len(self.open)], which))
            case "stray":
                stray = (
                    TimerFired(self.at, "none"),
                    SpeechHeard(self.at, "none"),
                    SpeechCut(self.at, "none", "x"),
                    GuardAnswered(self.at, "none", allowed=True),
                    ActionFinished(self.at, "none", "ok"),
                    ModelAnswered(self.at, "none", "Hello."),
                    IntentChosen(self.at, "none", "opt_out"),
                    TransferEnded(self.at, "none", "busy"),
                    MachineDetected(self.at),
                    Connected(self.at),
                    EndRequested(self.at, "operator", "Goodbye.") if which == 30 else TimerFired(self.at, ""),
                    CameBack(self.at),
                )
                self.send(stray[which % len(stray)])
            case _:
                self.at += which

    def answer(self, order: AskGuard | RunAction | AskModel | Weigh | Transfer, which: int) -> Event:
        request_id = order.request_id
        match order:
            case AskGuard():
                return GuardAnswered(self.at, request_id, which % 3 > 0)
            case RunAction(action=name):
                if which % 3 == 0:
                    return ActionFinished(self.at, request_id, "error", reason="no such day")
                results = self.flow.actions[name].results[: len(self.flow.actions[name].results) - (which % 7 == 0)]
                values = ((each.name, TYPED.get(each.type.kind, "7")) for each in results)
                return ActionFinished(self.at, request_id, "ok", tuple(values))
            case AskModel(exits=exits):
                if which % 3 == 0:
                    return ModelSaid(self.at, request_id, SENTENCES[which % len(SENTENCES)])
                if which % 4 == 0:
                    return ModelFailed(self.at, request_id, "no model is configured")
                named = (None, *(name for name, _ in exits), "nowhere")
                return ModelAnswered(self.at, request_id, "It is so. Shall we?", named[which % len(named)])
            case WeighMeaning() | ChooseIntent() | ReadValue():
                return answer_to(order, self.at, lambda below: (which * 7 + below) % below)
            case Transfer():
                return TransferEnded(self.at, request_id, RESULTS[which % 4])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(which=st.integers(min_value=0, max_value=40), steps=STEPS, connected=st.booleans(), asks=st.booleans())
def test_any_row_of_events_ends_with_the_caller_and_replays_the_same(
    which: int, steps: list[tuple[str, int]], connected: bool, asks: bool
) -> None:
    driver = _Driver(flows()[which % len(flows())], EVERY if asks else frozenset())
    if connected:
        driver.send(Connected(0.0))
    for what, index in steps:
        driver.step(what, index)
    driver.send(CallerHungUp(driver.at + 1))

    assert driver.conversation.finished
    given = [command for commands in driver.commands for command in commands]
    assert sum(isinstance(command, Ended) for command in given) == 1
    assert sum(isinstance(command, Hangup) for command in given) == 1
    assert all(each.heard or each.speaker == "agent" for each in driver.conversation.transcript)

    # Through the record's JSON and back, into a fresh conversation.
    replayed = driver.fresh()
    for event, commands in zip(driver.events, driver.commands, strict=True):
        stored = msgspec.json.decode(msgspec.json.encode(event_to_json(event)))
        assert replayed.send(event_from_json(stored)) == commands
        for command in commands:
            written = msgspec.json.encode(command_to_json(command))
            assert msgspec.json.encode(command_to_json(command_from_json(msgspec.json.decode(written)))) == written
    assert replayed.transcript == driver.conversation.transcript
