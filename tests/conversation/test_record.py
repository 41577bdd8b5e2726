"""Events and commands as JSON."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from flowengine.conversation.commands import (
    AskModel,
    Candidate,
    Chose,
    Command,
    Listen,
    Record,
    RunAction,
    Speak,
    Transfer,
    Understood,
)
from flowengine.conversation.events import (
    ActionFinished,
    CallerPressed,
    CallerSaid,
    Event,
    GuardAnswered,
    MachineDetected,
    ModelAnswered,
    ModelFailed,
    TransferEnded,
)
from flowengine.conversation.record import command_from_json, command_to_json, event_from_json, event_to_json, hidden
from flowengine.errors import ProtocolError


def test_an_event_as_json() -> None:
    assert event_to_json(CallerSaid(4.2, "yes", 0.9)) == {
        "kind": "CallerSaid",
        "at": 4.2,
        "text": "yes",
        "confidence": 0.9,
    }


def test_an_event_comes_back_with_its_defaults() -> None:
    assert event_from_json({"kind": "CallerSaid", "at": 4, "text": "yes"}) == CallerSaid(4.0, "yes")
    answer = GuardAnswered(1.0, "guard-1", allowed=False, reasons=("OUTSIDE_HOURS",))
    assert event_from_json(event_to_json(answer)) == answer


def test_a_command_with_parts_comes_back() -> None:
    taken = Understood("yes", "agree", 1.0, "phrase", (Candidate("agree", 1.0, "phrase"),))
    assert command_from_json(command_to_json(taken)) == taken
    speech = Speak("u1", ("Hello.", "There."), line="greeting")
    assert command_from_json(command_to_json(speech)) == speech


@pytest.mark.parametrize(
    "data", [{}, {"kind": "Speak", "at": 1}, {"kind": "CallerSaid", "at": "soon", "text": "x"}, {"kind": 3}]
)
def test_what_is_no_event_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        event_from_json(data)


def test_what_an_action_came_to_comes_back_as_the_language_writes_it() -> None:
    finished = ActionFinished(2.0, "action-1", "ok", (("day", date(2026, 12, 1)), ("length", timedelta(minutes=1))))
    stored = event_to_json(finished)
    assert stored["values"] == (("day", "2026-12-01"), ("length", "60s"))
    assert event_from_json(stored) == ActionFinished(2.0, "action-1", "ok", (("day", "2026-12-01"), ("length", "60s")))


def test_a_value_that_is_none_of_the_language_is_kept_as_nothing() -> None:
    assert event_to_json(ActionFinished(2.0, "action-1", "ok", (("day", object()),)))["values"] == (("day", None),)


def test_a_secret_argument_is_not_written() -> None:
    order = RunAction("action-1", "check_pin", (("pin", "4711"), ("name", "Sam")), 5.0, secret=("pin",))
    assert command_to_json(order)["arguments"] == (("pin", "•••"), ("name", "Sam"))


def test_what_is_hidden_is_still_one_key_or_some_words() -> None:
    assert hidden(CallerPressed(1.0, "4")) == CallerPressed(1.0, "•")
    assert hidden(CallerPressed(1.0, "#")) == CallerPressed(1.0, "#")
    assert hidden(CallerSaid(1.0, "four seven")) == CallerSaid(1.0, "•••")
    assert hidden(MachineDetected(1.0)) == MachineDetected(1.0)


@pytest.mark.parametrize(
    "event",
    [
        ModelAnswered(3.0, "model-1", "It covers the boiler.", exit="convinced"),
        ModelAnswered(3.0, "model-1", "It covers the boiler."),
        ModelFailed(3.0, "model-1", "no model is configured"),
        TransferEnded(9.0, "transfer-1", "no_answer"),
        MachineDetected(1.0),
        ActionFinished(2.0, "action-1", "error", reason="no actions are configured"),
    ],
)
def test_every_answer_from_outside_comes_back(event: Event) -> None:
    assert event_from_json(event_to_json(event)) == event


@pytest.mark.parametrize(
    "command",
    [
        RunAction("action-1", "book", (("count", 2),), 4.0),
        AskModel("model-1", "Answer.", ("It is blue.",), ("prices",), (("yes", "the caller agrees"),)),
        Transfer("transfer-1", "+441134960000"),
        Record(True),
        Chose("opening", "warm"),
        Listen("digits", (), private=True),
    ],
)
def test_every_order_comes_back(command: Command) -> None:
    assert command_from_json(command_to_json(command)) == command
