"""Acting in a live call over HTTP: what is done, what is refused, and what was asked wrongly."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flowengine.service.app import create_app
from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.queue_rows import AttemptEnd, Claim
from flowengine.store.rows import CallStart
from tests.digits import shows
from tests.service.api.conftest import NOON, Desk
from tests.service.api.live import SID, OnTheLine, during_a_call, small_service
from tests.service.asgi import Client


def test_the_conversation_is_ended_as_the_contract_says(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        answered = await call.post(
            "/api/llm-action",
            {
                "call_sid": SID,
                "action": "end_conversation",
                "reason": "User declined offer",
                "message": "I understand. Goodbye!",
            },
        )
        assert answered.status == 200
        assert answered.json == {
            "success": True,
            "action": "end_conversation",
            "call_sid": SID,
            "message": "Call termination request processed",
        }

    over = during_a_call(tmp_path, act)
    assert (over.result.outcome, over.result.abnormal, over.line.hung_up) == ("hung_up", False, 1)
    assert over.said[-1] == "I understand. Goodbye!"
    assert over.record["notes"][-1]["text"] == "ended from outside: User declined offer"


def test_the_usual_farewell_is_spoken_and_the_outcome_is_the_one_given(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        await call.act("end_conversation", outcome="declined")

    over = during_a_call(tmp_path, act)
    assert over.result.outcome == "declined"
    assert over.said[-1] == "Thank you for your time. Goodbye!"


def test_a_farewell_that_no_flow_may_say_is_not_said(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        said = await call.act("end_conversation", message="I am a real person. Goodbye!")
        assert said["success"] is True
        assert said["message"].startswith("Call termination request processed; not with the message given, since this")
        assert said["message"].endswith('"Thank you for your time. Goodbye!" is said instead')

    assert during_a_call(tmp_path, act).said[-1] == "Thank you for your time. Goodbye!"


def test_the_agent_says_what_is_asked_but_nothing_that_no_flow_may_say(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        assert await call.act("say", text="One moment, please.") == {
            "success": True,
            "action": "say",
            "call_sid": SID,
            "message": "It is being said",
        }
        refused = await call.act("say", text="I am a real person, not a robot.")
        assert refused["success"] is False
        assert refused["message"].startswith("not said: this ")
        await asyncio.sleep(5)
        await call.act("end_conversation")

    over = during_a_call(tmp_path, act)
    assert over.said[1:] == ["One moment, please.", "Thank you for your time. Goodbye!"]


def test_a_state_is_gone_to_where_the_flow_allows_it(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        assert (await call.act("goto", state="nowhere"))["message"] == "the flow has no state 'nowhere'"
        assert (await call.act("goto", state="booked"))["success"] is True

    assert during_a_call(tmp_path, act).result.outcome == "booked"


def test_a_note_is_kept_and_a_slot_that_is_not_there_cannot_be_filled(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        assert (await call.act("note", text="wants a letter"))["message"] == "Noted"
        unknown = await call.act("set_slot", slot="postcode", value="LS1 4AP")
        assert (unknown["success"], unknown["message"]) == (False, "the flow has no slot 'postcode'")
        await call.act("end_conversation")

    over = during_a_call(tmp_path, act)
    assert "wants a letter" in [note["text"] for note in over.record["notes"]]


def test_a_card_number_is_in_no_note_and_no_reason(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        assert (await call.act("note", text="card 4111 1111 1111 1111, wants a letter"))["message"] == "Noted"
        await call.act("end_conversation", reason="gave 4111111111111111")

    over = during_a_call(tmp_path, act)
    kept = [note["text"] for note in over.record["notes"]]
    assert "card [card number], wants a letter" in kept
    assert "ended from outside: gave [card number]" in kept
    assert not any(shows(digits, str(over.record)) for digits in ("4111", "4111111111111111"))


def test_the_caller_is_put_through_after_the_last_words(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        done = await call.act("transfer", target="0113 496 0999", outcome="declined")
        assert (done["success"], done["message"]) == (True, "Transfer request processed")

    over = during_a_call(tmp_path, act)
    assert (over.result.outcome, over.line.transfers, over.line.hung_up) == ("declined", ["+441134960999"], 0)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("999", "an emergency number or a short code is never rung"),
        ("0909 879 0123", "ordinary or freephone"),
        ("+33 1 42 68 53 00", "of the United Kingdom"),
        ("the office", "letters in it"),
    ],
)
def test_nobody_is_put_through_to_a_number_that_must_not_be_rung(tmp_path: Path, target: str, says: str) -> None:
    async def act(call: OnTheLine) -> None:
        answered = await call.post("/api/llm-action", {"call_sid": SID, "action": "transfer", "target": target})
        assert (answered.status, answered.json["field"]) == (422, "target")
        assert says in answered.json["detail"]
        await call.act("end_conversation")

    assert during_a_call(tmp_path, act).line.transfers == []


def test_an_outcome_that_the_flow_does_not_have_is_named_and_nothing_is_ended(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        body = {"call_sid": SID, "action": "end_conversation", "outcome": "won"}
        answered = await call.post("/api/llm-action", body)
        assert (answered.status, answered.json["field"]) == (422, "outcome")
        assert "booked, declined, hung_up, failed" in answered.json["detail"]
        assert (await call.act("goto", state="booked"))["success"] is True

    assert during_a_call(tmp_path, act).result.outcome == "booked"


def test_an_action_that_there_is_not_is_an_answer(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        answered = await call.post("/api/llm-action", {"call_sid": SID, "action": "dance"})
        assert answered.status == 200
        assert answered.json == {"success": False, "action": "dance", "message": "Unknown action: dance"}
        await call.act("end_conversation")

    during_a_call(tmp_path, act)


def test_a_call_that_is_over_can_be_acted_in_no_more(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        await call.act("goto", state="booked")

    during_a_call(tmp_path, act)
    with Client(create_app(small_service(tmp_path))) as client:
        answered = client.post("/api/llm-action", {"call_sid": SID, "action": "say", "text": "Hello?"})
        assert (answered.status, answered.json["success"], answered.json["message"]) == (200, False, "the call is over")


def test_a_call_that_nobody_knows_is_not_found(client: Client) -> None:
    answered = client.post("/api/llm-action", {"call_sid": "CA0", "action": "say", "text": "Hello?"})
    assert (answered.status, answered.json["type"]) == (404, "urn:flowengine:not-found")


def test_a_call_of_another_process_is_not_acted_in_from_here(tmp_path: Path) -> None:
    with Client(create_app(small_service(tmp_path))) as client:
        start = CallStart("c1", SID, "small", "v", "inbound", datetime(2026, 11, 25, tzinfo=UTC))
        client.app.state.calls.recording.store.write([start])
        answered = client.post("/api/llm-action", {"call_sid": SID, "action": "say", "text": "Hello?"})
    assert answered.status == 404
    assert "not live in this process" in answered.json["detail"]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "call_sid"),
        ({"call_sid": "CA1"}, 422, "action"),
        ({"call_sid": 5, "action": "say"}, 422, "call_sid"),
        ({"call_sid": "CA1", "action": "say", "text": ""}, 422, "text"),
        ({"call_sid": "CA1", "action": "say", "text": "a\u0000b"}, 422, "text"),
        ({"call_sid": "CA1", "action": "say", "text": "two\nlines\n"}, 422, "text"),
        ({"call_sid": "CA1", "action": "say", "text": "x" * 1001}, 422, "text"),
        ({"call_sid": "CA1", "action": "say", "words": "Hello"}, 422, "words"),
        ([], 422, None),
        ({"call_sid": "CA1", "action": "say", "text": "x" * 70_000}, 413, None),
    ],
)
def test_what_does_not_fit_is_named(client: Client, body: Any, status: int, field: str | None) -> None:
    answered = client.post("/api/llm-action", body)
    assert (answered.status, answered.json.get("field")) == (status, field)
    assert answered.headers["content-type"] == "application/problem+json"


def test_an_action_without_what_it_needs_names_it(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        for action, field in (("say", "text"), ("goto", "state"), ("set_slot", "slot"), ("transfer", "target")):
            answered = await call.post("/api/llm-action", {"call_sid": SID, "action": action})
            assert (answered.status, answered.json["field"]) == (422, field)
        await call.act("end_conversation")

    during_a_call(tmp_path, act)


def test_a_queued_call_is_known_by_the_call_id_of_its_request(desk: Desk) -> None:
    call_id = desk.call().json["call_id"]

    def said() -> object:
        answered = desk.client.post("/api/llm-action", {"call_sid": call_id, "action": "note", "text": "hello"})
        assert (answered.status, answered.json["success"]) == (200, False)
        return answered.json["message"]

    assert said() == "the call waits to be made"
    claim = desk.outbound.queue.claim(NOON, "this process")
    assert isinstance(claim, Claim)
    assert said() == "the call is being dialled, or is live in another process"
    desk.outbound.queue.end(AttemptEnd(claim.attempt_id, NOON, "declined"))
    assert said() == "the call is over"


def test_a_dialled_call_is_acted_in_by_the_call_id_of_its_request(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        queue = call.app.state.queue
        live = call.app.state.calls.live[0]
        attempt = SimpleNamespace(attempt_id=live.prepared.call_id)
        queue.attempts_of = lambda call_id: [attempt] if call_id == "asked-for" else []
        answered = await call.post("/api/llm-action", {"call_sid": "asked-for", "action": "goto", "state": "booked"})
        assert answered.json["success"] is True

    assert during_a_call(tmp_path, act).result.outcome == "booked"


def test_who_acted_in_which_call_is_in_the_audit_log_and_not_what_was_said(tmp_path: Path) -> None:
    async def act(call: OnTheLine) -> None:
        await call.act("say", text="One moment, please.")
        await call.act("end_conversation")

    during_a_call(tmp_path, act)
    database = Database.open(small_service(tmp_path).database_url)
    entries = AuditLog(database).page(limit=10)
    database.close()
    assert [entry.subject for entry in entries] == [SID] * 2
    assert [entry.actor for entry in entries] == ["this-machine"] * 2
    assert '"action": "say"' in entries[-1].detail
    assert "moment" not in entries[-1].detail
