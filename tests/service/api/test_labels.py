"""What reviewers say of turns, over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowengine.conversation.commands import Entered, Understood
from flowengine.conversation.events import CallerPressed, CallerSaid
from flowengine.service.calls import Calls
from tests.service.api.conftest import Desk
from tests.service.asgi import Answered
from tests.store.records import end, entries, start

TURN = "/api/call/call-1/turns/1/label"


@pytest.fixture
def recorded(desk: Desk) -> Desk:
    """A service with one recorded call of the flow `telemarketing`."""
    calls: Calls = desk.client.app.state.calls
    happened = entries(
        (0.0, Entered("greeting", None, "start")),
        (4.0, CallerSaid(4.0, "go on then")),
        (4.0, Understood("go on then", None, 0.0, "none")),
        (6.0, CallerPressed(6.0, "1")),
    )
    calls.recording.store.write([start(), *happened, end()])
    return desk


def put(desk: Desk, target: str = TURN, **body: Any) -> Answered:
    return desk.client.ask("PUT", target, json.dumps(body).encode(), {"content-type": "application/json"})


def test_a_turn_is_labelled_and_listed_with_its_words(recorded: Desk) -> None:
    answered = put(recorded, meaning="intent", name="agree")
    assert answered.status == 200
    assert (answered.json["turn"], answered.json["name"], answered.json["labelled_by"]) == (1, "agree", "settings-key")
    (found,) = recorded.get("/api/labels?flow=telemarketing").json["labels"]
    assert (found["said"], found["state"], found["understood"]) == ("go on then", "greeting", None)
    assert found["label"] == answered.json
    assert recorded.get("/api/labels?flow=reception").json == {"labels": []}


def test_the_transcript_says_which_turn_is_which(recorded: Desk) -> None:
    lines = recorded.get("/api/call/call-1").json["transcript"]
    assert [(line["turn"], line["text"]) for line in lines] == [(1, "go on then"), (2, "(press 1)")]


def test_a_label_is_taken_back_once(recorded: Desk) -> None:
    put(recorded, meaning="none")
    assert recorded.client.ask("DELETE", TURN).status == 204
    assert recorded.client.ask("DELETE", TURN).status == 404


def test_labels_are_audited_without_the_words(recorded: Desk) -> None:
    put(recorded, meaning="intent", name="agree")
    entry = recorded.get("/api/audit").json["entries"][0]
    assert (entry["action"], entry["subject"]) == ("PUT /api/call/{sid}/turns/{turn}/label", "call-1")
    assert json.loads(entry["detail"])["name"] == "agree"
    assert "go on" not in entry["detail"]


@pytest.mark.parametrize(
    ("target", "body", "status", "says"),
    [
        (TURN, {"meaning": "intent", "name": "agre"}, 422, "did you mean 'agree'"),
        (TURN, {"meaning": "intent"}, 422, "say which intent"),
        (TURN, {"meaning": "right", "name": "agree"}, 422, "has no name"),
        (TURN, {"meaning": "none", "value": "x"}, 422, "only a label of a slot has a value"),
        (TURN, {"meaning": "slot", "name": "colour"}, 422, "no slot called 'colour'"),
        (TURN, {"meaning": "maybe"}, 422, "meaning"),
        ("/api/call/call-1/turns/9/label", {"meaning": "none"}, 404, "it has turns 1 to 2"),
        ("/api/call/call-1/turns/2/label", {"meaning": "none"}, 422, "was keys"),
        ("/api/call/call-1/turns/x/label", {"meaning": "none"}, 404, "counted from 1"),
        ("/api/call/nobody/turns/1/label", {"meaning": "none"}, 404, "No call has this"),
    ],
)
def test_what_cannot_be_a_label_is_explained(
    recorded: Desk, target: str, body: dict[str, str], status: int, says: str
) -> None:
    answered = put(recorded, target, **body)
    assert answered.status == status
    assert says in answered.json["detail"]
