"""Calls placed, looked for, fetched and taken back: the SDK against the simulated Twilio, over real HTTP."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime, timedelta

import pytest

from flowengine.adapters.twilio.placing import CallOrder
from flowengine.adapters.twilio.rest import TwilioRest
from flowengine.errors import RequestRefused, TelephonyError
from flowengine.testing.twilio.exchange import Exchange
from flowengine.testing.twilio.lines import Answers, Busy, NoAnswer, Voicemail
from tests.adapters.twilio.conftest import OURS, PERSON
from tests.testing.twilio.webhooks import Webhooks

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_a_call_is_placed_once_and_answered(
    twilio: TwilioRest, exchange: Exchange, server: Webhooks, order: CallOrder
) -> None:
    exchange.script(PERSON, Answers(talks_s=42))
    placed = twilio.place(order)
    exchange.until(lambda: exchange.over(PERSON))
    assert placed.status == "queued"
    assert exchange.rung == {PERSON: 1}
    assert server.of("/voice")[0]["CallSid"] == placed.call_sid
    assert server.statuses() == ["initiated", "ringing", "in-progress", "completed"]


def test_the_order_says_all_that_twilio_needs(twilio: TwilioRest, exchange: Exchange, order: CallOrder) -> None:
    twilio.place(dataclasses.replace(order, machine_url=order.status_url, machine_detection="DetectMessageEnd"))
    assert exchange.rest.orders == [
        {
            "To": [PERSON],
            "From": [OURS],
            "Url": [order.voice_url],
            "Method": ["POST"],
            "StatusCallback": [order.status_url],
            "StatusCallbackMethod": ["POST"],
            "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
            "Timeout": ["25"],
            "TimeLimit": ["600"],
            "MachineDetection": ["DetectMessageEnd"],
            "AsyncAmd": ["true"],
            "AsyncAmdStatusCallback": [order.status_url],
            "AsyncAmdStatusCallbackMethod": ["POST"],
        }
    ]


def test_nothing_is_detected_unless_it_is_asked_for(twilio: TwilioRest, exchange: Exchange, order: CallOrder) -> None:
    twilio.place(order)
    assert not [name for name in exchange.rest.orders[0] if "Amd" in name or "Machine" in name]


@pytest.mark.parametrize(
    "change",
    [
        {"ring_s": 14},
        {"ring_s": 601},
        {"limit_s": 0},
        {"voice_url": "/twilio/voice"},
        {"status_url": "wss://a.example/x"},
        {"machine_url": "https:///x"},
    ],
)
def test_an_order_that_cannot_be_right_is_not_made(order: CallOrder, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        dataclasses.replace(order, **change)  # type: ignore[arg-type]


def test_numbers_do_not_show_in_a_representation(twilio: TwilioRest, exchange: Exchange, order: CallOrder) -> None:
    exchange.script(PERSON, Busy())
    shown = twilio.fetch(twilio.place(order).call_sid)
    for text in (repr(order), repr(shown)):
        assert PERSON not in text
        assert OURS not in text


def test_a_call_that_is_over_is_shown(exchange: Exchange, order: CallOrder) -> None:
    # Its clock stands still but for the call's own seconds: what the machine takes is no talk.
    moment = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    with Exchange(exchange.account, speed=math.inf, calls_a_second=None, now=lambda: moment) as fixed:
        fixed.script(PERSON, Answers(rings_s=3, talks_s=42))
        twilio = TwilioRest(fixed.account.sid, fixed.account.auth_token, api_url=fixed.rest.url)
        sid = twilio.place(dataclasses.replace(order, machine_url=order.status_url)).call_sid
        fixed.until(lambda: fixed.over(PERSON))
        shown = twilio.fetch(sid)
    assert (shown.status, shown.duration_s, shown.answered_by, shown.direction) == (
        "completed",
        42,
        "human",
        "outbound-api",
    )
    assert (shown.to, shown.from_) == (PERSON, OURS)
    assert shown.started_at is not None
    assert shown.ended_at is not None
    assert (shown.ended_at - shown.started_at).total_seconds() == 45


def test_a_call_that_nobody_took_has_no_duration(twilio: TwilioRest, exchange: Exchange, order: CallOrder) -> None:
    exchange.script(PERSON, NoAnswer())
    sid = twilio.place(order).call_sid
    exchange.until(lambda: exchange.over(PERSON))
    shown = twilio.fetch(sid)
    assert (shown.status, shown.duration_s, shown.answered_by) == ("no-answer", None, None)


def test_a_call_that_twilio_does_not_know_is_not_found(twilio: TwilioRest) -> None:
    with pytest.raises(RequestRefused) as caught:
        twilio.fetch("CA" + "9" * 32)
    assert caught.value.reason == "not_found"


def test_calls_are_found_by_both_numbers(twilio: TwilioRest, exchange: Exchange, order: CallOrder) -> None:
    sid = twilio.place(order).call_sid
    twilio.place(dataclasses.replace(order, to="+441134960778"))
    twilio.place(dataclasses.replace(order, from_="+441134960125"))
    assert [call.call_sid for call in twilio.find_placed(PERSON, OURS, LONG_AGO)] == [sid]


def test_a_call_that_twilio_still_queues_is_found(order: CallOrder) -> None:
    """It has no start yet, so no search by start finds it; and it is the one that is going to ring."""
    with Exchange(calls_a_second=0.001) as exchange:
        twilio = TwilioRest(exchange.account.sid, exchange.account.auth_token, api_url=exchange.rest.url)
        first, second = twilio.place(order).call_sid, twilio.place(order).call_sid
        exchange.until(lambda: exchange.rung[PERSON])
        found = {call.call_sid: call.started_at is None for call in twilio.find_placed(PERSON, OURS, LONG_AGO)}
        assert found == {first: False, second: True}


def test_older_calls_are_not_found(order: CallOrder) -> None:
    moments = [datetime(2026, 11, 24, 9, 0, tzinfo=UTC)]
    with Exchange(calls_a_second=None, now=lambda: moments[-1]) as exchange:
        twilio = TwilioRest(exchange.account.sid, exchange.account.auth_token, api_url=exchange.rest.url)
        twilio.place(order)
        moments.append(moments[0] + timedelta(hours=4))
        later = twilio.place(order).call_sid
        # Twilio shows whole seconds, and its clock is not ours.
        since = moments[-1] + timedelta(seconds=0.9)
        assert [call.call_sid for call in twilio.find_placed(PERSON, OURS, since)] == [later]


def test_what_is_found_may_take_many_pages(twilio: TwilioRest, exchange: Exchange) -> None:
    for _ in range(450):
        exchange.rest.book.enter({"To": [PERSON], "From": [OURS]})
    assert len({call.call_sid for call in twilio.find_placed(PERSON, OURS, LONG_AGO)}) == 450
    assert exchange.rest.requests == [f"GET /2010-04-01/Accounts/{exchange.account.sid}/Calls.json"] * 3


def test_a_call_that_rings_is_taken_back(order: CallOrder, server: Webhooks) -> None:
    with Exchange(calls_a_second=None) as exchange:
        twilio = TwilioRest(exchange.account.sid, exchange.account.auth_token, api_url=exchange.rest.url)
        exchange.script(PERSON, NoAnswer())
        sid = twilio.place(order).call_sid
        exchange.until(lambda: "ringing" in server.statuses())
        assert twilio.cancel(sid)
        exchange.until(lambda: exchange.over(PERSON))
        assert twilio.fetch(sid).status == "canceled"
        assert server.statuses() == ["initiated", "ringing", "canceled"]


def test_a_call_that_was_answered_is_not_taken_back(twilio: TwilioRest, exchange: Exchange, order: CallOrder) -> None:
    sid = twilio.place(order).call_sid
    exchange.until(lambda: exchange.rest.calls[sid] == "in-progress")
    assert not twilio.cancel(sid)
    assert twilio.fetch(sid).status == "in-progress"


def test_a_call_that_twilio_does_not_know_needs_no_taking_back(twilio: TwilioRest) -> None:
    assert twilio.cancel("CA" + "9" * 32)


def test_a_call_that_cannot_be_taken_back_says_so(twilio: TwilioRest, exchange: Exchange) -> None:
    exchange.rest.failures.append((500, 20500))
    with pytest.raises(TelephonyError):
        twilio.cancel("CA" + "9" * 32)


def test_a_machine_is_told_of_beside_the_call(
    twilio: TwilioRest, exchange: Exchange, server: Webhooks, order: CallOrder
) -> None:
    exchange.script(PERSON, Voicemail(greeting_s=7))
    machine_url = f"{server.url}/amd"
    twilio.place(dataclasses.replace(order, machine_url=machine_url, machine_detection="DetectMessageEnd"))
    exchange.until(lambda: exchange.over(PERSON))
    (verdict,) = server.of("/amd")
    assert (verdict["AnsweredBy"], verdict["MachineDetectionDuration"]) == ("machine_end_beep", "7000")
    assert server.of("/status")[-1]["AnsweredBy"] == "machine_end_beep"
