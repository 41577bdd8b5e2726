"""Callbacks: read, kept once, folded in any order."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.adapters.twilio.callbacks import (
    ENDS,
    MOVES,
    CallStatus,
    StatusCallback,
    StreamCallback,
    moved,
    parse_answered_by,
    parse_status,
    parse_stream_status,
    parse_transfer,
    settled,
)
from flowengine.conversation.events import Verdict
from flowengine.errors import ProtocolError

FORM = {
    "CallSid": "CA1",
    "AccountSid": "AC1",
    "From": "+441134960123",
    "CallStatus": "completed",
    "SequenceNumber": "3",
    "Timestamp": "Tue, 24 Nov 2026 09:30:00 +0000",
    "CallDuration": "42",
    "Duration": "1",
    "SipResponseCode": "200",
    "AnsweredBy": "human",
}


def test_a_status_callback_is_read() -> None:
    assert parse_status(FORM) == StatusCallback(
        "CA1", 3, "completed", datetime(2026, 11, 24, 9, 30, tzinfo=UTC), 42, "human", 200
    )


def test_a_bare_status_callback_is_enough() -> None:
    assert parse_status({"CallSid": "CA1", "CallStatus": "ringing"}) == StatusCallback("CA1", 1, "ringing")


def test_callbacks_without_numbers_are_told_apart_and_put_in_order() -> None:
    """Counted as 0 each, all but the first would be taken for repetitions: and the call would never end."""
    told = [parse_status({"CallSid": "CA1", "CallStatus": status}) for status in ("completed", "ringing", "initiated")]
    assert len({callback.key for callback in told}) == 3
    assert settled(told) == "completed"


@pytest.mark.parametrize("name", ["CallDuration", "SipResponseCode", "Timestamp"])
@pytest.mark.parametrize("value", ["long", "-1", "4.2", "٣", "9" * 5000, "\ud800"])
def test_the_end_of_a_call_is_not_lost_for_a_detail(name: str, value: str) -> None:
    told = parse_status(FORM | {name: value})
    assert told.status == "completed"
    assert None in (told.duration_s, told.sip_response_code, told.at)


def test_a_stream_callback_is_read() -> None:
    form = {
        "CallSid": "CA1",
        "StreamSid": "MZ1",
        "StreamEvent": "stream-error",
        "StreamError": "connection reset",
        "Timestamp": "2026-11-24T09:30:00.000Z",
    }
    moment = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert parse_stream_status(form) == StreamCallback("CA1", "MZ1", "stream-error", "connection reset", moment)


@pytest.mark.parametrize(
    "change",
    [
        {"CallStatus": "asleep"},
        {"CallStatus": ""},
        {"CallSid": ""},
        {"SequenceNumber": "-1"},
        {"SequenceNumber": "٣"},
        {"SequenceNumber": "9" * 5000},
    ],
)
def test_what_cannot_be_read_quotes_nothing(change: dict[str, str]) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_status(FORM | change)
    for value in (FORM | change).values():
        assert not value or value not in str(caught.value)


@pytest.mark.parametrize("timestamp", ["", "soon", "Tue, 99 Nov 2026 09:30:00 +0000"])
def test_a_time_that_cannot_be_read_loses_no_status(timestamp: str) -> None:
    assert parse_status(FORM | {"Timestamp": timestamp}).at is None
    assert parse_stream_status({"CallSid": "CA1", "StreamEvent": "stream-started", "Timestamp": timestamp}).at is None


def test_a_stream_callback_of_no_known_event_is_refused() -> None:
    with pytest.raises(ProtocolError):
        parse_stream_status({"CallSid": "CA1", "StreamEvent": "stream-paused"})


def test_the_end_of_a_call_is_final() -> None:
    for end, later in itertools.product(ENDS, MOVES):
        assert moved(end, later) == end


def test_an_answered_call_is_neither_busy_nor_unanswered() -> None:
    assert moved("in-progress", "busy") == "in-progress"
    assert moved("in-progress", "completed") == "completed"


LIFE: tuple[CallStatus, ...] = ("initiated", "ringing", "in-progress", "completed")


@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=4))
def test_order_and_repetition_change_nothing(order: list[int], repeated: list[int]) -> None:
    assert settled(StatusCallback("CA1", number, LIFE[number]) for number in (*order, *repeated)) == "completed"


@given(st.permutations(LIFE), st.integers(1, 4))
def test_the_status_never_goes_back(order: list[CallStatus], length: int) -> None:
    """Without numbers to sort by, the table alone keeps a late callback harmless."""
    status: CallStatus | None = None
    for told in order[:length]:
        before, status = status, moved(status, told)
        assert before is None or LIFE.index(status) >= LIFE.index(before)


def test_nothing_told_is_no_status() -> None:
    assert settled(()) is None


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("completed", "answered"),
        ("answered", "answered"),
        ("busy", "busy"),
        ("no-answer", "no_answer"),
        ("canceled", "no_answer"),
        ("failed", "failed"),
        ("something new", "failed"),
    ],
)
def test_the_end_of_a_transfer_is_read(status: str, result: str) -> None:
    told = parse_transfer({"CallSid": "CA1", "CallStatus": "in-progress", "DialCallStatus": status})
    assert (told.call_sid, told.result, told.is_up) == ("CA1", result, True)


def test_a_transfer_may_end_with_its_call() -> None:
    assert not parse_transfer({"CallSid": "CA1", "CallStatus": "completed", "DialCallStatus": "completed"}).is_up


@pytest.mark.parametrize(
    ("answered_by", "verdict"),
    [
        ("machine_start", "machine"),
        ("machine_end_beep", "message_end"),
        ("machine_end_silence", "message_end"),
        ("machine_end_other", "message_end"),
        ("fax", "message_end"),
        ("human", "person"),
        ("unknown", None),
        ("", None),
    ],
)
def test_who_has_answered_is_read(answered_by: str, verdict: Verdict | None) -> None:
    assert parse_answered_by({"CallSid": "CA1", "AnsweredBy": answered_by}) == ("CA1", verdict)


def test_a_callback_of_no_call_is_refused() -> None:
    for parse in (parse_transfer, parse_answered_by):
        with pytest.raises(ProtocolError, match="CallSid"):
            parse({"DialCallStatus": "busy", "AnsweredBy": "fax"})
