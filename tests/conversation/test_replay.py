"""The same events give the same call; no row of events raises, or goes on after the caller has gone."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flowengine.conversation.commands import (
    AskGuard,
    Command,
    Ended,
    Hangup,
    Pause,
    Speak,
    StartTimer,
)
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import (
    CallerHungUp,
    CallerPressed,
    CallerSaid,
    Connected,
    EndRequested,
    Event,
    GuardAnswered,
    SpeechCut,
    SpeechHeard,
    TimerFired,
)
from flowengine.conversation.record import command_from_json, command_to_json, event_from_json, event_to_json
from flowengine.conversation.slots import check_contact
from flowengine.graph.compile import compile_file
from flowengine.graph.model import Flow
from tests.conversation import test_collect, test_digressions, test_keys, test_listen
from tests.conversation.talk import TUESDAY, compiled

SHIPPED = Path(__file__).parents[2] / "flows"
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
    "I want to speak to a person",
)
TYPED = {"text": "Sam", "date": "2026-12-01", "phone": "01134960123", "uk_postcode": "SW1A 1AA", "money": "12.50"}


@cache
def flows() -> tuple[Flow, ...]:
    made = [
        compiled(test_listen.GREETING),
        compiled(test_digressions.FLOW),
        compiled(test_collect.BOTH),
        compiled(test_keys.MENU),
        compiled(test_keys.PIN),
    ]
    shipped = [compile_file(path).flow for path in sorted(SHIPPED.glob("*.flow"))]
    return (*made, *(flow for flow in shipped if flow is not None))


# One step of a call: what happens, and an index by which a thing that is waiting may be picked.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "say", "key", "heard", "heard", "cut", "timer", "guard", "stray", "wait"]),
        st.integers(min_value=0, max_value=30),
    ),
    max_size=40,
)


class _Driver:
    """Makes real events out of steps: ids that are waiting as well as ids that never were."""

    def __init__(self, flow: Flow) -> None:
        raw = {name: TYPED.get(field.type.kind, "7") for name, field in flow.contact.items()}
        raw = {name: value for name, value in raw.items() if flow.contact[name].default is None}
        self.contact = check_contact(flow, raw)
        self.flow = flow
        self.conversation = self.fresh()
        self.events: list[Event] = []
        self.commands: list[tuple[Command, ...]] = []
        self.speech: list[str] = []
        self.timers: list[str] = []
        self.guards: list[str] = []
        self.at = 0.0

    def fresh(self) -> Conversation:
        return Conversation(self.flow, self.contact, started=TUESDAY)

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
                case AskGuard(request_id=request_id):
                    self.guards.append(request_id)
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
            case "guard" if self.guards:
                self.send(GuardAnswered(self.at, self.guards[which % len(self.guards)], which % 3 > 0))
            case "stray":
                stray = (
                    TimerFired(self.at, "none"),
                    SpeechHeard(self.at, "none"),
                    SpeechCut(self.at, "none", "x"),
                    GuardAnswered(self.at, "none", allowed=True),
                    Connected(self.at),
                    EndRequested(self.at, "operator", "Goodbye.") if which == 30 else TimerFired(self.at, ""),
                )
                self.send(stray[which % len(stray)])
            case _:
                self.at += which


@settings(max_examples=120, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(which=st.integers(min_value=0, max_value=20), steps=STEPS, connected=st.booleans())
def test_any_row_of_events_ends_with_the_caller_and_replays_the_same(
    which: int, steps: list[tuple[str, int]], connected: bool
) -> None:
    driver = _Driver(flows()[which % len(flows())])
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
            assert command_from_json(msgspec.json.decode(msgspec.json.encode(command_to_json(command)))) == command
    assert replayed.transcript == driver.conversation.transcript
