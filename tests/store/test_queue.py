"""Calls are put into the queue, taken back, and looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from flowengine.errors import StoreError
from flowengine.store import tables
from flowengine.store.connection import Database
from flowengine.store.queue_rows import Accepted, Conflict, Counts, Refused
from tests.store.queue_cases import (
    DAY,
    HOUR,
    MINUTE,
    NOON,
    SECOND,
    attempted,
    claimed,
    decided,
    dialled,
    listed,
    new,
    number,
    put,
    queue_on,
    rows,
    state_of,
)

NIGHT = datetime(2026, 11, 25, 22, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 26, 8, tzinfo=UTC)


def test_a_call_waits_with_all_that_was_said_of_it(database: Database) -> None:
    queue = queue_on(database)
    asked = new(
        contact='{"name": "Ada"}', priority=3, caller_id="+441134960125", requested_by="key-1", campaign="spring"
    )
    answer = queue.enqueue(asked, NOON)
    assert isinstance(answer, Accepted)
    assert answer.call == queue.call("call-1")
    assert (answer.position, answer.was_there, answer.decision.allowed) == (1, False, True)
    call = answer.call
    assert (call.number, call.contact, call.caller_id) == (number(), '{"name": "Ada"}', "+441134960125")
    assert (call.flow, call.priority, call.requested_by, call.campaign) == ("booking", 3, "key-1", "spring")
    assert (call.state, call.due_at, call.queued_at, call.tries) == ("waiting", NOON, NOON, 0)
    assert decided(database) == [("queueing", True, "")]


def test_an_unknown_call_is_none(database: Database) -> None:
    assert queue_on(database).call("nobody") is None


def test_a_call_at_night_waits_for_the_morning(database: Database) -> None:
    queue = queue_on(database)
    put(queue, now=NIGHT)
    assert state_of(queue) == ("waiting", NEXT_MORNING, "OUTSIDE_HOURS", None)
    assert decided(database) == [("queueing", False, "OUTSIDE_HOURS")]


def test_a_call_that_would_not_wait_is_refused(database: Database) -> None:
    queue = queue_on(database)
    answer = queue.enqueue(new(), NIGHT, refuse_if_not_now=True)
    assert isinstance(answer, Refused)
    assert answer.decision.next_allowed_at == NEXT_MORNING
    assert queue.call("call-1") is None


def test_not_before_is_a_time_that_the_rules_must_allow(database: Database) -> None:
    queue = queue_on(database)
    put(queue, "later", not_before=NOON + HOUR)
    put(queue, "at night", not_before=NIGHT)
    put(queue, "before now", not_before=NOON - HOUR)
    assert state_of(queue, "later")[:3] == ("waiting", NOON + HOUR, "NOT_BEFORE")
    assert state_of(queue, "at night")[:3] == ("waiting", NEXT_MORNING, "OUTSIDE_HOURS")
    assert state_of(queue, "before now")[:3] == ("waiting", NOON, None)


def test_what_is_forbidden_for_good_is_refused_and_the_decision_kept(database: Database) -> None:
    queue = queue_on(database)
    listed(database, number())
    answer = queue.enqueue(new(), NIGHT)
    assert isinstance(answer, Refused)
    assert [reason.code for reason in answer.decision.reasons] == ["OUTSIDE_HOURS", "DO_NOT_CALL"]
    assert rows(database, tables.queue) == 0
    assert decided(database) == [("queueing", False, "OUTSIDE_HOURS DO_NOT_CALL")]


def test_what_needs_somebody_to_act_is_refused(database: Database) -> None:
    queue = queue_on(database)
    assert isinstance(queue.enqueue(new(caller_id="+449098790123"), NOON), Refused)


def test_a_number_on_the_line_can_wait(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claimed(queue)
    put(queue, "call-2", now=NOON + SECOND)
    assert state_of(queue, "call-2")[:3] == ("waiting", NOON + SECOND + MINUTE, "CALL_IN_PROGRESS")
    # What is on the line today says nothing of tomorrow.
    put(queue, "call-3", now=NOON + SECOND, not_before=NOON + DAY)
    assert state_of(queue, "call-3")[:3] == ("waiting", NOON + DAY, "NOT_BEFORE")


def test_a_number_at_its_cap_waits_until_an_attempt_is_a_day_old(database: Database) -> None:
    queue = queue_on(database)
    for hours in (3, 2, 1):
        attempted(database, number(), NOON - hours * HOUR)
    put(queue)
    assert state_of(queue)[:3] == ("waiting", NOON + 21 * HOUR, "CAP_24H")


@pytest.mark.parametrize("priority", [0, 11, -1])
def test_a_priority_that_there_is_not_is_refused(database: Database, priority: int) -> None:
    with pytest.raises(ValueError, match="priorities are 1 to 10"):
        queue_on(database).enqueue(new(priority=priority), NOON)


def test_a_call_id_is_used_once(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    with pytest.raises(StoreError, match="could not be written"):
        queue.enqueue(new(flow="other"), NOON)
    assert rows(database, tables.decisions) == 1


def test_a_repeated_request_gets_the_first_call(database: Database) -> None:
    queue = queue_on(database)
    first = new(idempotency_key="key", request_hash="abc")
    put(queue, idempotency_key="key", request_hash="abc")
    answer = queue.enqueue(replace(first, call_id="call-2"), NOON + SECOND)
    assert isinstance(answer, Accepted)
    assert (answer.call.call_id, answer.was_there, answer.position) == ("call-1", True, 1)
    assert rows(database, tables.queue) == 1
    claimed(queue, NOON + SECOND)
    answer = queue.enqueue(replace(first, call_id="call-3"), NOON + 2 * SECOND)
    assert isinstance(answer, Accepted)
    assert (answer.call.call_id, answer.call.state, answer.position) == ("call-1", "dialling", 0)


def test_an_idempotency_key_lies_hashed(database: Database) -> None:
    queue = queue_on(database)
    put(queue, idempotency_key="Priya 07700900123", request_hash="abc")
    with database.reading() as connection:
        kept = str(connection.execute(select(tables.queue)).all())
    assert "Priya" not in kept
    assert "7700900123" not in kept
    assert database.vault.index("idempotency key Priya 07700900123") in kept


def test_another_request_under_a_used_key_is_a_conflict(database: Database) -> None:
    queue = queue_on(database)
    put(queue, idempotency_key="key", request_hash="abc")
    other = new("call-2", idempotency_key="key", request_hash="def")
    assert queue.enqueue(other, NOON) == Conflict("call-1")
    assert rows(database, tables.queue) == 1


def test_many_are_put_in_at_once_and_answered_in_their_order(database: Database) -> None:
    queue = queue_on(database)
    listed(database, number(2))
    calls = [
        new("a", number=number(1), idempotency_key="z", request_hash="1"),
        new("b", number=number(2)),
        new("c", number=number(3), idempotency_key="a", request_hash="1"),
        new("d", number=number(4), idempotency_key="z", request_hash="1"),
        new("e", number=number(5), idempotency_key="z", request_hash="2"),
    ]
    a, b, c, d, e = queue.enqueue_many(calls, NOON)
    assert isinstance(a, Accepted)
    assert isinstance(b, Refused)
    assert isinstance(c, Accepted)
    assert isinstance(d, Accepted)
    assert (d.call.call_id, d.was_there) == ("a", True)
    assert e == Conflict("a")
    assert queue.counts() == Counts(2, False, 0)


def test_the_places_of_a_batch_go_on_from_what_waits(database: Database) -> None:
    queue = queue_on(database)
    put(queue, "there", number=number(9))
    calls = [new(f"call-{index}", number=number(index), priority=(5, 1)[index == 2]) for index in range(4)]
    answers = queue.enqueue_many(calls, NOON + SECOND)
    assert [answer.position for answer in answers if isinstance(answer, Accepted)] == [2, 3, 1, 4]


def test_the_order_is_priority_then_how_long_it_could_have_been_called(database: Database) -> None:
    queue = queue_on(database)
    put(queue, "second", now=NOON, number=number(1), priority=5)
    put(queue, "third", now=NOON + SECOND, number=number(2), priority=5)
    put(queue, "first", now=NOON + 2 * SECOND, number=number(3), priority=1)
    put(queue, "tomorrow", now=NOON, number=number(4), priority=1, not_before=NOON + DAY)
    put(queue, "in an hour", now=NOON, number=number(5), priority=10, not_before=NOON + HOUR)
    now = NOON + 2 * SECOND
    expected = ["first", "second", "third", "in an hour", "tomorrow"]
    listing = queue.waiting(now)
    assert [call.call_id for call in listing] == expected
    assert [queue.position(call, now) for call in listing] == [1, 2, 3, 4, 5]
    assert [call.call_id for call in queue.waiting(now, limit=2, offset=1)] == ["second", "third"]
    assert [queue.expected_at(call, place + 1, now) for place, call in enumerate(listing)] == [
        now,
        now + SECOND,
        now + 2 * SECOND,
        NOON + HOUR,
        NOON + DAY,
    ]


def test_next_due_is_the_first_of_those_that_wait_for_their_time(database: Database) -> None:
    queue = queue_on(database)
    assert queue.next_due(NOON) is None
    put(queue, "now", number=number(1))
    assert queue.next_due(NOON) is None
    put(queue, "tomorrow", number=number(2), not_before=NOON + DAY, priority=1)
    put(queue, "in an hour", number=number(3), not_before=NOON + HOUR, priority=9)
    assert queue.next_due(NOON) == NOON + HOUR
    assert queue.next_due(NOON + HOUR) == NOON + DAY


def test_a_call_is_taken_back_while_it_waits(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    assert queue.cancel("call-1", NOON + SECOND) == "cancelled"
    assert queue.cancel("call-1", NOON + SECOND) == "ended"
    assert queue.cancel("nobody", NOON) == "unknown"
    call = queue.call("call-1")
    assert call is not None
    assert (call.state, call.outcome, call.ended_at) == ("ended", "cancelled", NOON + SECOND)
    assert queue.counts() == Counts(0, False, 0)


def test_a_call_that_is_being_dialled_is_not_taken_back(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claimed(queue)
    assert queue.cancel("call-1", NOON) == "dialling"
    assert queue.counts() == Counts(0, False, 1)


def test_a_call_that_waits_for_its_retry_is_taken_back(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    dialled(queue, retry_at=NOON + HOUR, waits_for="RETRY")
    assert queue.cancel("call-1", NOON + MINUTE) == "cancelled"
