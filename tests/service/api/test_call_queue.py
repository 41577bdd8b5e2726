"""The queue over HTTP: what waits and why, taking a call back, and one call seen from its request to its end."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from flowengine.store.queue_rows import AttemptEnd, Claim
from flowengine.store.rows import CallEnd, CallStart, Entry
from tests.service.api.conftest import ANNA, BEN, NIGHT, NOON, Desk

SID = "CA" + "2" * 32


def claimed(desk: Desk) -> Claim:
    claim = desk.outbound.queue.claim(desk.moment, "this process")
    assert isinstance(claim, Claim)
    return claim


def test_an_empty_queue_shows_the_limits(desk_anywhere: Desk) -> None:
    assert desk_anywhere.queue() == {
        "calls": [],
        "waiting": 0,
        "waiting_is_more": False,
        "rate_limit": {"calls_per_second": 1.0, "trouble": None},
        "concurrency": {"limit": 10, "in_use": 0},
        "next_offset": None,
    }


def test_what_waits_is_shown_in_the_order_of_its_dispatch(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    desk.call(ANNA, priority=7)
    desk.set_clock(NOON + timedelta(seconds=1))
    desk.call(BEN, priority=2)
    desk.call("+441134960202", not_before=(NOON + timedelta(hours=2)).isoformat(), priority=1)
    calls = desk.queue()["calls"]
    assert [(each["position"], each["phone_number"], each["priority"], each["waits_for"]) for each in calls] == [
        (1, BEN, 2, None),
        (2, ANNA, 7, None),
        (3, "+441134960202", 1, "NOT_BEFORE"),
    ]
    assert calls[1]["expected_at"] == "2026-11-25T12:00:02Z"
    assert calls[2]["expected_at"] == calls[2]["due_at"] == "2026-11-25T14:00:00Z"
    assert calls[0]["requested_by"] == "settings-key"


def test_what_is_due_while_dialling_is_held_says_so_and_promises_no_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = "Twilio cannot be reached"
    held = SimpleNamespace(trouble=trouble, wake=lambda: None)
    monkeypatch.setattr(desk.client.app.state, "dialling", held)
    waits = [desk.call(ANNA).json["estimated_wait"]]
    waits.append(desk.call(BEN, not_before=(NOON + timedelta(hours=2)).isoformat()).json["estimated_wait"])
    assert waits == [f"unknown: {trouble}", "until 14:00 on Wednesday 25 November"]
    shown = desk.queue()
    assert shown["rate_limit"]["trouble"] == trouble
    assert [(each["waits_for"], each["expected_at"]) for each in shown["calls"]] == [
        ("DIALLING_HELD", None),
        ("NOT_BEFORE", "2026-11-25T14:00:00Z"),
    ]
    held.trouble = None
    assert desk.queue()["calls"][0]["expected_at"] == "2026-11-25T12:00:00Z"


def test_the_queue_is_read_a_part_at_a_time(desk: Desk) -> None:
    for last in range(5):
        desk.set_clock(NOON + timedelta(seconds=last))
        desk.call(f"+44113496020{last}")
    first, second, third = (desk.queue(f"?limit=2&offset={offset}") for offset in (0, 2, 4))
    assert [page["next_offset"] for page in (first, second, third)] == [2, 4, None]
    assert [each["position"] for page in (first, second, third) for each in page["calls"]] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "offset=-1", "offset=1001", "limit=x", "sort=1", "limit=1&limit=2"]
)
def test_a_part_that_there_is_not_is_refused(desk: Desk, query: str) -> None:
    answered = desk.get(f"/api/call-queue?{query}")
    assert (answered.status, answered.json["field"]) == (422, query.partition("=")[0])


def test_a_call_that_waits_can_be_taken_back(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    call_id = desk.call().json["call_id"]
    answered = desk.client.ask("DELETE", f"/api/call-queue/{call_id}")
    assert (answered.status, answered.json) == (
        200,
        {"success": True, "call_id": call_id, "message": "The call will not be made"},
    )
    assert desk.queue()["waiting"] == 0
    again = desk.client.ask("DELETE", f"/api/call-queue/{call_id}")
    assert (again.status, again.json["title"]) == (409, "Over")


def test_a_call_that_is_being_dialled_cannot_be_taken_back(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    call_id = desk.call().json["call_id"]
    claimed(desk)
    answered = desk.client.ask("DELETE", f"/api/call-queue/{call_id}")
    assert (answered.status, answered.json["title"]) == (409, "Being dialled")
    assert desk.queue()["concurrency"] == {"limit": 10, "in_use": 1}


def test_a_call_that_nobody_asked_for_cannot_be_taken_back(desk_anywhere: Desk) -> None:
    for call_id in ("nothing", "%00", "a%00b", "a" * 500, "%ED%A0%80", "é"):
        assert desk_anywhere.client.ask("DELETE", f"/api/call-queue/{call_id}").status == 404
        assert desk_anywhere.get(f"/api/call/{call_id}").status == 404


def test_a_call_that_waits_can_be_looked_at(desk: Desk) -> None:
    desk.set_clock(NIGHT)
    call_id = desk.call(priority=4).json["call_id"]
    found = desk.get(f"/api/call/{call_id}").json
    assert (found["status"], found["state"], found["flow"], found["outcome"]) == (
        "waiting",
        "waiting",
        "telemarketing",
        None,
    )
    assert (found["call_id"], found["call_sid"], found["attempts"]) == (call_id, "", [])
    assert (found["queue"]["position"], found["queue"]["waits_for"], found["queue"]["priority"]) == (
        1,
        "OUTSIDE_HOURS",
        4,
    )


def test_a_call_that_nobody_answered_shows_its_attempts(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    call_id = desk.call().json["call_id"]
    attempt_id = claimed(desk).attempt_id
    desk.outbound.queue.placed(attempt_id, SID, NOON)
    ringing = desk.get(f"/api/call/{SID}").json
    assert (ringing["status"], ringing["call_sid"], ringing["attempts"][0]["state"]) == ("dialling", SID, "placed")
    retry = NOON + timedelta(minutes=30)
    desk.outbound.queue.end(AttemptEnd(attempt_id, NOON + timedelta(seconds=20), "busy", retry, "RETRY", status="busy"))
    for name in (call_id, attempt_id, SID):
        found = desk.get(f"/api/call/{name}").json
        assert (found["queue"]["state"], found["queue"]["waits_for"], found["queue"]["tries"]) == (
            "waiting",
            "RETRY",
            1,
        )
        assert [(each["outcome"], each["status"], each["counts"]) for each in found["attempts"]] == [
            ("busy", "busy", True)
        ]


def test_a_call_that_was_answered_shows_its_conversation_under_every_name(desk: Desk) -> None:
    call_id = desk.call().json["call_id"]
    attempt_id = claimed(desk).attempt_id
    desk.outbound.queue.placed(attempt_id, SID, NOON)
    store = desk.client.app.state.calls.recording.store
    store.write([CallStart(attempt_id, SID, "telemarketing", "v1", "outbound", NOON, to_number=ANNA)])
    store.write([Entry(attempt_id, 0, 0.5, "out", "Noted", '{"text": "hello"}')])
    store.write([CallEnd(attempt_id, NOON + timedelta(seconds=40), "declined", "flow ended", False)])
    desk.outbound.queue.end(AttemptEnd(attempt_id, NOON + timedelta(seconds=40), "declined", duration_s=40))
    for name in (call_id, attempt_id, SID, attempt_id[:13]):
        found = desk.get(f"/api/call/{name}").json
        assert (found["call_id"], found["call_sid"], found["version"]) == (attempt_id, SID, "v1")
        assert (found["status"], found["outcome"], found["notes"][0]["text"]) == ("completed", "declined", "hello")
        assert (found["queue"]["call_id"], found["queue"]["state"]) == (call_id, "ended")
        assert [each["duration"] for each in found["attempts"]] == [40]


def test_a_call_that_came_in_has_no_part_in_the_queue(desk: Desk) -> None:
    store = desk.client.app.state.calls.recording.store
    store.write([CallStart("c1", SID, "reception", "v1", "inbound", NOON, from_number=ANNA)])
    found = desk.get("/api/call/c1").json
    assert (found["queue"], found["attempts"], found["direction"]) == (None, [], "inbound")
    assert desk.get("/api/call/unknown-call").status == 404
