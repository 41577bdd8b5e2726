"""Events and commands as JSON."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Candidate, Speak, Understood
from flowengine.conversation.events import CallerSaid, GuardAnswered
from flowengine.conversation.record import command_from_json, command_to_json, event_from_json, event_to_json
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
