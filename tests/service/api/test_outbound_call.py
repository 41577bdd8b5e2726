"""A call is asked for over HTTP: queued, refused by the rules, or not understood."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from flowengine.adapters.twilio.numbers import OwnNumber
from flowengine.errors import StoreError, TelephonyError
from flowengine.service.caller_ids import CallerIds
from flowengine.service.settings import Settings
from flowengine.store.queue_rows import AttemptEnd, Claim
from flowengine.store.rows import Suppression
from tests.service.api.conftest import ANNA, BEN, INBOUND_OURS, NIGHT, NOON, OURS, Desk

SCRIPT = "Hello, I'm calling about your recent inquiry about our AI services."


def suppress(desk: Desk, number: str) -> None:
    store = desk.client.app.state.calls.recording.store
    store.write([Suppression(number, None, "asked", NOON)])


def contact_of(desk: Desk, call_id: str) -> Any:
    call = desk.outbound.queue.call(call_id)
    assert call is not None
    return msgspec.json.decode(call.contact)


def test_a_call_is_queued_as_the_contract_says(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    answered = desk.call(ANNA, script=SCRIPT, priority=3, caller_id=OURS)
    assert answered.status == 200
    call_id = answered.json["call_id"]
    assert answered.json == {"success": True, "call_id": call_id, "position": 1, "estimated_wait": "1 second"}
    queued = desk.outbound.queue.call(call_id)
    assert queued is not None
    assert (queued.number, queued.flow, queued.priority, queued.caller_id) == (ANNA, "telemarketing", 3, OURS)
    assert contact_of(desk, call_id) == {"script": SCRIPT}
    assert queued.requested_by == "settings-key"


def test_the_next_one_waits_for_the_first(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    desk.call(ANNA)
    desk.set_clock(NOON + timedelta(seconds=1))
    behind = desk.call(BEN).json
    assert (behind["position"], behind["estimated_wait"]) == (2, "2 seconds")
    assert desk.call("+441134960202", priority=1).json["position"] == 1


def test_while_dialling_is_paused_no_time_is_promised(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flowengine.store.attempts.COUNTED_AGAIN_S", 0.0)
    for number in (BEN, "+441134960202"):
        desk.call(number)
        claim = desk.outbound.queue.claim(desk.moment, "this process")
        assert isinstance(claim, Claim)
        desk.outbound.queue.end(AttemptEnd(claim.attempt_id, desk.moment, "abandoned", abandoned=True))
        desk.set_clock(desk.moment + timedelta(minutes=1))
    assert desk.call(ANNA).json["estimated_wait"].startswith("unknown: dialling is paused (A2)")
    (reason,) = desk.get(f"/api/uk-regulations/can-call/{ANNA}").json["reasons"]
    assert "abandoned" in reason["detail"]
    assert "goes on by itself" in reason["detail"]


def test_every_spelling_of_a_number_is_taken(desk: Desk) -> None:
    for spelling in ("0113 496 0123", "(0113) 496-0123", "0044 113 4960123"):
        call_id = desk.call(spelling).json["call_id"]
        queued = desk.outbound.queue.call(call_id)
        assert queued is not None
        assert queued.number == ANNA


def test_at_night_it_waits_for_the_morning(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    desk.set_clock(NIGHT)
    answered = desk.call()
    assert (answered.status, answered.json["estimated_wait"]) == (200, "until 08:00 on Thursday 26 November")
    assert desk.queue()["calls"][0]["waits_for"] == "OUTSIDE_HOURS"


def test_at_night_it_is_refused_where_it_would_not_wait(desk: Desk) -> None:
    desk.set_clock(NIGHT)
    answered = desk.call(if_not_now="refuse")
    assert answered.status == 409
    assert [reason["code"] for reason in answered.json["reasons"]] == ["OUTSIDE_HOURS"]
    assert answered.json["next_allowed_at"] == "2026-11-26T08:00:00Z"
    assert desk.queue()["waiting"] == 0


def test_what_is_forbidden_for_good_is_refused_with_the_decision_and_nothing_is_queued(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    suppress(desk, ANNA)
    answered = desk.call()
    assert answered.status == 409
    assert answered.headers["content-type"] == "application/json"
    assert (answered.json["can_call"], answered.json["number"]) == (False, ANNA)
    assert [reason["code"] for reason in answered.json["reasons"]] == ["DO_NOT_CALL"]
    assert answered.json["next_allowed_at"] is None
    assert desk.queue()["waiting"] == 0


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("0800 FLOWERS", "INVALID_NUMBER"),
        ("999", "SHORT_CODE_OR_EMERGENCY"),
        ("+33142685300", "NON_UK_NUMBER"),
        ("0909 879 0123", "NUMBER_TYPE_BLOCKED"),
    ],
)
def test_a_number_that_must_not_be_rung_is_a_refusal_by_the_rules(desk: Desk, number: str, code: str) -> None:
    answered = desk.call(number)
    assert answered.status == 409
    assert code in [reason["code"] for reason in answered.json["reasons"]]
    assert desk.queue()["waiting"] == 0


def test_a_call_for_later_is_not_made_before(desk: Desk) -> None:
    later = NOON + timedelta(hours=3)
    answered = desk.call(not_before=later.isoformat())
    assert answered.json["estimated_wait"] == "until 15:00 on Wednesday 25 November"
    waiting = desk.queue()["calls"][0]
    assert (waiting["waits_for"], waiting["due_at"]) == ("NOT_BEFORE", "2026-11-25T15:00:00Z")


def test_the_same_request_again_is_the_same_call(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    first = desk.call(idempotency_key="order 1").json["call_id"]
    assert desk.call("0113 496 0123", idempotency_key="order 1").json["call_id"] == first
    headed = desk.client.post("/api/outbound-call", {"phone_number": ANNA}, idempotency_key="order 1")
    assert headed.json["call_id"] == first
    assert desk.queue()["waiting"] == 1


def test_a_key_that_was_used_for_another_request_is_refused(desk_anywhere: Desk) -> None:
    desk = desk_anywhere
    desk.call(idempotency_key="order 1")
    answered = desk.call(BEN, idempotency_key="order 1")
    assert (answered.status, answered.json["field"]) == (422, "idempotency_key")
    differing = desk.client.post(
        "/api/outbound-call", {"phone_number": ANNA, "idempotency_key": "a"}, idempotency_key="b"
    )
    assert (differing.status, differing.json["field"]) == (422, "idempotency_key")
    assert desk.queue()["waiting"] == 1


def test_any_outbound_flow_can_be_run_with_its_contact(desk: Desk) -> None:
    call_id = desk.call(flow="telemarketing", contact={"name": "Anna"}).json["call_id"]
    assert contact_of(desk, call_id) == {"name": "Anna"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"flow": "nowhere"}, "flow"),
        ({"flow": "reception"}, "flow"),
        ({"contact": {"nickname": "A"}}, "contact.nickname"),
        ({"contact": {"name": {"first": "A"}}}, "contact.name"),
        ({"contact": {"name": "A\u0000B"}}, "contact.name"),
        ({"contact": {"script": "I am a real person."}}, "contact.script"),
        ({"script": "I am a real person, not a robot."}, "script"),
        ({"script": "Hello {{ contact.name }}"}, "script"),
        ({"script": "Hello", "contact": {"script": "Hello"}}, "contact.script"),
        ({"script": ""}, "script"),
        ({"script": "x" * 501}, "script"),
        ({"script": 7}, "script"),
        ({"priority": 0}, "priority"),
        ({"priority": 11}, "priority"),
        ({"priority": "5"}, "priority"),
        ({"priority": 1.5}, "priority"),
        ({"priority": True}, "priority"),
        ({"caller_id": "anonymous"}, "caller_id"),
        ({"caller_id": ""}, "caller_id"),
        ({"not_before": "2026-11-25T15:00:00"}, "not_before"),
        ({"not_before": "tomorrow"}, "not_before"),
        ({"idempotency_key": "x" * 256}, "idempotency_key"),
        ({"idempotency_key": "a\nb"}, "idempotency_key"),
        ({"if_not_now": "maybe"}, "if_not_now"),
        ({"contact": []}, "contact"),
        ({"phone": "0113"}, "phone"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_queued(desk: Desk, more: dict[str, Any], field: str) -> None:
    answered = desk.call(**more)
    assert (answered.status, answered.json["field"]) == (422, field), answered.json
    assert answered.headers["content-type"] == "application/problem+json"
    assert desk.queue()["waiting"] == 0


@pytest.mark.parametrize("number", [None, "", 441134960123, ["+441134960123"], "\u0000", "1" * 65])
def test_a_number_that_is_no_text_is_a_bad_request(desk: Desk, number: Any) -> None:
    answered = desk.client.post("/api/outbound-call", {"phone_number": number})
    assert (answered.status, answered.json["field"]) == (422, "phone_number")


def test_a_number_that_is_left_out_is_a_bad_request(desk: Desk) -> None:
    answered = desk.client.post("/api/outbound-call", {"script": SCRIPT})
    assert (answered.status, answered.json["field"]) == (422, "phone_number")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"phone_number": "+441134960123", "priority": NaN}', 400),
        (b'{"phone_number": "\xff"}', 400),
        (b'{"phone_number": "' + b"1" * 70_000 + b'"}', 413),
        (b'{"contact": {"a": ' + b"[" * 20_000, 400),
    ],
)
def test_what_is_no_json_is_said(desk: Desk, body: bytes, status: int) -> None:
    answered = desk.client.ask("POST", "/api/outbound-call", body, {"content-type": "application/json"})
    assert answered.status == status


def test_another_media_type_and_another_method_are_told_apart(desk: Desk) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert desk.client.ask("POST", "/api/outbound-call", b"phone_number=1", form).status == 415
    assert desk.client.ask("PUT", "/api/outbound-call").status == 405


def test_our_other_numbers_may_be_shown_and_others_not(desk: Desk) -> None:
    class Account:
        def __init__(self) -> None:
            self.asked = 0

        def own_numbers(self) -> list[OwnNumber]:
            self.asked += 1
            return [OwnNumber("PN1", "+441134960130", "", "", "", "", "", has_voice=True)]

        def verified_callers(self) -> list[str]:
            return ["+441134960131"]

    account = Account()
    settings = desk.client.app.state.calls.settings
    caller_ids = CallerIds(settings, account)  # type: ignore[arg-type]  # two of its methods do
    desk.client.app.state.outbound = dataclasses.replace(desk.outbound, caller_ids=caller_ids)
    for ours in (INBOUND_OURS, "0113 496 0130", "+441134960131"):
        assert desk.call(caller_id=ours).status == 200
    foreign = desk.call(caller_id="+441134960132")
    assert (foreign.status, foreign.json["field"]) == (422, "caller_id")
    assert account.asked == 1, "what Twilio answered is kept"


def test_a_twilio_that_cannot_say_whether_a_number_is_ours_is_asked_again_later(desk: Desk) -> None:
    class Silent:
        def own_numbers(self) -> list[OwnNumber]:
            raise TelephonyError("Twilio cannot be reached")

    caller_ids = CallerIds(desk.client.app.state.calls.settings, Silent())  # type: ignore[arg-type]  # one method does
    desk.client.app.state.outbound = dataclasses.replace(desk.outbound, caller_ids=caller_ids)
    answered = desk.call(caller_id="+441134960132")
    assert (answered.status, answered.json["title"]) == (503, "Twilio does not answer")


def test_without_a_number_to_show_nobody_is_called(
    line_settings: Settings, open_desk: Callable[[Settings], Desk]
) -> None:
    desk = open_desk(dataclasses.replace(line_settings, twilio_default_from=None))
    answered = desk.call()
    assert (answered.status, answered.json["field"]) == (422, "caller_id")


def test_without_a_line_the_settings_are_named(line_settings: Settings, open_desk: Callable[[Settings], Desk]) -> None:
    desk = open_desk(
        dataclasses.replace(
            line_settings, twilio_account_sid=None, twilio_auth_token=None, server_base_url=None, twilio_api_url=None
        )
    )
    answered = desk.call()
    assert answered.status == 503
    assert "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, SERVER_BASE_URL" in answered.json["detail"]
    assert desk.queue()["waiting"] == 0


def test_a_record_that_is_away_is_a_503_and_nobody_is_called(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **more: object) -> None:
        raise StoreError("gone")

    monkeypatch.setattr(type(desk.outbound.queue), "enqueue", away)
    answered = desk.call()
    assert (answered.status, answered.headers["retry-after"]) == (503, "5")
