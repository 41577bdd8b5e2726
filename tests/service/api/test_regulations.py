"""May a number be called, and what has passed between it and us: asked over HTTP."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from flowengine.errors import StoreError
from flowengine.store.call_rules import CallRules
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import AttemptEnd, Claim
from flowengine.store.rows import CallEnd, CallStart
from tests.service.api.conftest import ANNA, NIGHT, NOON, Desk


def codes(desk: Desk, target: str) -> list[str]:
    answered = desk.get(f"/api/uk-regulations/can-call/{target}")
    assert answered.status == 200, answered.json
    return [reason["code"] for reason in answered.json["reasons"]]


def test_a_number_that_may_be_called(desk_anywhere: Desk) -> None:
    found = desk_anywhere.get("/api/uk-regulations/can-call/+441134960123").json
    assert {name: found[name] for name in ("number", "can_call", "reasons", "next_allowed_at", "counts", "nation")} == {
        "number": ANNA,
        "can_call": True,
        "reasons": [],
        "next_allowed_at": None,
        "counts": {"h24": 0, "d7": 0},
        "nation": "ENG",
    }
    assert [warning["code"] for warning in found["warnings"]] == ["NO_AUTOMATED_CALL_CONSENT"]


def test_every_spelling_is_one_number(desk: Desk) -> None:
    for spelling in ("+441134960123", "%20441134960123", " 441134960123", "0113%20496%200123", "00441134960123"):
        assert desk.get(f"/api/uk-regulations/can-call/{spelling}").json["number"] == ANNA


def test_what_is_no_number_is_a_decision_too(desk: Desk) -> None:
    assert codes(desk, "anna") == ["INVALID_NUMBER"]
    assert codes(desk, "%00") == ["INVALID_NUMBER"]
    assert codes(desk, "1" * 3000) == ["INVALID_NUMBER"]
    assert codes(desk, "999") == ["SHORT_CODE_OR_EMERGENCY"]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-25T20:59:59", []),
        ("2026-11-25T21:00", ["OUTSIDE_HOURS"]),
        ("2026-07-01T20:30:00Z", ["OUTSIDE_HOURS"]),
        ("2026-07-01T20:30", []),
        ("2026-07-01T21:30:00%2B01:00", ["OUTSIDE_HOURS"]),
        ("2026-07-01T20:30:00+01:00", []),
        ("2026-12-25T12:00", ["BANK_HOLIDAY"]),
        ("2026-11-25", ["OUTSIDE_HOURS"]),
    ],
)
def test_another_moment_can_be_asked_for(desk: Desk, at: str, expected: list[str]) -> None:
    # As a browser sends it: the plus of an offset means a space.
    assert codes(desk, f"{ANNA}?at={at}") == expected


@pytest.mark.parametrize(
    "at", ["", "noon", "2026-13-01", "0001-01-01T00:00", "9999-12-31T23:59", "NaN", "1e9", "x" * 60]
)
def test_what_is_no_moment_is_named(desk: Desk, at: str) -> None:
    answered = desk.get(f"/api/uk-regulations/can-call/{ANNA}?at={at}")
    assert (answered.status, answered.json["field"]) == (422, "at")


def test_without_the_record_nobody_may_be_called(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(CallRules, "decide", away)
    answered = desk.get(f"/api/uk-regulations/can-call/{ANNA}")
    assert (answered.status, answered.json["can_call"]) == (503, False)
    assert (answered.headers["content-type"], answered.headers["retry-after"]) == ("application/problem+json", "5")


def test_the_history_of_a_number_has_its_attempts_and_its_calls(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    store = desk.client.app.state.calls.recording.store
    store.write([CallStart("c1", "CA1", "reception", "v1", "inbound", NOON - timedelta(days=1), from_number=ANNA)])
    store.write([CallEnd("c1", NOON - timedelta(days=1) + timedelta(seconds=90), "helped", "flow ended", False)])
    call_id = desk.call(ANNA).json["call_id"]
    claim = desk.outbound.queue.claim(NOON, "this process")
    assert isinstance(claim, Claim)
    desk.outbound.queue.end(AttemptEnd(claim.attempt_id, NOON + timedelta(seconds=20), "no_answer", duration_s=20))
    answered = desk.get("/api/uk-regulations/call-history/0113 496 0123").json
    assert (answered["phone_number"], answered["count"]) == (ANNA, 2)
    dialled, came_in = answered["attempts"]
    assert (dialled["direction"], dialled["outcome"], dialled["duration"], dialled["counts"]) == (
        "outbound",
        "no_answer",
        20,
        True,
    )
    assert (dialled["call_id"], dialled["time"], dialled["flow"]) == (call_id, "2026-11-25T12:00:00Z", "telemarketing")
    assert (dialled["decision"]["can_call"], dialled["decision"]["number"]) == (True, ANNA)
    assert (came_in["direction"], came_in["outcome"], came_in["duration"], came_in["decision"]) == (
        "inbound",
        "helped",
        90,
        None,
    )
    assert len(desk.get(f"/api/uk-regulations/call-history/{ANNA}?limit=1").json["attempts"]) == 1


def test_a_number_without_a_history_has_an_empty_one_and_what_is_none_is_named(desk: Desk) -> None:
    assert desk.get("/api/uk-regulations/call-history/+441134960199").json["attempts"] == []
    answered = desk.get("/api/uk-regulations/call-history/anna")
    assert (answered.status, answered.json["field"]) == (422, "phone_number")
    for limit in ("0", "501", "many"):
        assert desk.get(f"/api/uk-regulations/call-history/{ANNA}?limit={limit}").status == 422


def test_caps_count_over_all_spellings(desk: Desk) -> None:
    for hour in range(3):
        desk.set_clock(NOON + timedelta(hours=hour))
        desk.call(ANNA)
        claim = desk.outbound.queue.claim(desk.moment, "this process")
        assert isinstance(claim, Claim)
        desk.outbound.queue.end(AttemptEnd(claim.attempt_id, desk.moment + timedelta(seconds=9), "busy"))
    assert codes(desk, "0113 496 0123") == ["CAP_24H"]
    assert desk.get(f"/api/uk-regulations/can-call/{ANNA}").json["counts"] == {"h24": 3, "d7": 3}


def test_at_night_it_says_when_it_may(desk: Desk) -> None:
    desk.set_clock(NIGHT)
    found = desk.get(f"/api/uk-regulations/can-call/{ANNA}").json
    assert (found["can_call"], found["next_allowed_at"]) == (False, "2026-11-26T08:00:00Z")


def test_the_policy_is_the_one_of_the_settings(desk: Desk) -> None:
    strict = dataclasses.replace(desk.outbound.rules.policy, automated_consent="require")
    queue = CallQueue(dataclasses.replace(desk.outbound.rules, policy=strict), desk.outbound.queue.pace)
    desk.client.app.state.outbound = dataclasses.replace(desk.outbound, queue=queue)
    assert codes(desk, ANNA) == ["NO_AUTOMATED_CALL_CONSENT"]
