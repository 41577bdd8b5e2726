"""The transaction that decides on a call and writes it down before it is dialled."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from flowengine.compliance.policy import Policy
from flowengine.store import tables
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.dispatch import MOST_WEIGHED
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import AttemptEnd, Claim, NewCall, Pace, Wait
from tests.postgres import on_postgresql
from tests.store.queue_cases import (
    CALLER_ID,
    DAY,
    HOUR,
    MINUTE,
    NOON,
    POLICY,
    SECOND,
    claimed,
    decided,
    dialled,
    listed,
    number,
    put,
    queue_on,
    rows,
    state_of,
)

CLOSING = datetime(2026, 11, 25, 20, 59, 59, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 11, 26, 8, tzinfo=UTC)


def test_nothing_waits(database: Database) -> None:
    assert queue_on(database).claim(NOON, "one") == Wait(None, "empty")


def test_a_claim_is_written_down_before_anybody_dials(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    claim = claimed(queue)
    attempt = queue.attempt(claim.attempt_id)
    assert attempt is not None
    assert (attempt.call_id, attempt.number, attempt.flow, attempt.caller_id) == (
        "call-1",
        number(),
        "booking",
        CALLER_ID,
    )
    assert (attempt.state, attempt.started_at, attempt.owner) == ("claimed", NOON, "one")
    assert attempt.leased_until == claim.leased_until == NOON + MINUTE
    assert attempt.counts
    assert attempt.decision_id is not None
    assert decided(database) == [("queueing", True, ""), ("dispatch", True, "")]
    assert state_of(queue) == ("dialling", NOON, None, None)
    call = queue.call("call-1")
    assert call is not None
    assert call.tries == 1


def test_one_call_an_interval_over_all_queues(database: Database) -> None:
    first, second = queue_on(database), queue_on(database)
    for index in range(3):
        put(first, f"call-{index}", number=number(index))
    claimed(first)
    assert second.claim(NOON, "two") == Wait(NOON + SECOND, "pace")
    assert second.claim(NOON + timedelta(milliseconds=999), "two") == Wait(NOON + SECOND, "pace")
    claimed(second, NOON + SECOND, "two")


def test_so_many_at_once_over_all_queues(database: Database) -> None:
    first, second = queue_on(database, at_once=2), queue_on(database, at_once=2)
    for index in range(3):
        put(first, f"call-{index}", number=number(index))
    claim = claimed(first)
    claimed(second, NOON + SECOND)
    later = NOON + 2 * SECOND
    assert first.claim(later, "one") == Wait(None, "at once")
    first.end(AttemptEnd(claim.attempt_id, later, "busy"))
    claimed(second, later)


def test_what_is_not_due_is_waited_for(database: Database) -> None:
    queue = queue_on(database)
    put(queue, not_before=NOON + HOUR, priority=1)
    put(queue, "call-2", number=number(2), not_before=NOON + DAY)
    assert queue.claim(NOON, "one") == Wait(NOON + HOUR, "not due")
    assert claimed(queue, NOON + HOUR).call.call_id == "call-1"


def test_the_first_by_priority_then_age_is_dialled(database: Database) -> None:
    queue = queue_on(database)
    put(queue, "fourth", number=number(1), priority=9, now=NOON)
    put(queue, "second", number=number(2), now=NOON + SECOND)
    put(queue, "third", number=number(3), now=NOON + 2 * SECOND)
    put(queue, "first", number=number(4), priority=2, now=NOON + 3 * SECOND)
    order = [claimed(queue, NOON + (4 + turn) * SECOND).call.call_id for turn in range(4)]
    assert order == ["first", "second", "third", "fourth"]


def test_the_hours_are_those_of_the_dispatch(database: Database) -> None:
    queue = queue_on(database)
    put(queue, now=CLOSING)
    assert queue.claim(CLOSING + SECOND, "one") == Wait(NEXT_MORNING, "not due")
    assert state_of(queue)[:3] == ("waiting", NEXT_MORNING, "OUTSIDE_HOURS")
    claimed(queue, NEXT_MORNING)


def test_a_number_listed_at_any_moment_before_is_not_dialled(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    listed(database, number())
    assert queue.claim(NOON, "one") == Wait(None, "empty")
    call = queue.call("call-1")
    assert call is not None
    assert (call.state, call.outcome, call.waits_for, call.ended_at) == ("ended", "refused", "DO_NOT_CALL", NOON)
    assert decided(database)[-1] == ("dispatch", False, "DO_NOT_CALL")
    assert rows(database, tables.attempts) == 0


def test_a_refused_call_makes_way_for_the_next(database: Database) -> None:
    queue = queue_on(database)
    put(queue, "refused", priority=1)
    put(queue, "allowed", number=number(2))
    listed(database, number())
    assert claimed(queue).call.call_id == "allowed"


def test_the_cap_of_a_day_holds_however_often_a_call_is_retried(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    for hours in range(3):
        dialled(queue, NOON + hours * HOUR, retry_at=NOON + (hours + 1) * HOUR, waits_for="RETRY")
    assert queue.claim(NOON + 3 * HOUR, "one") == Wait(NOON + DAY, "not due")
    assert state_of(queue)[:3] == ("waiting", NOON + DAY, "CAP_24H")
    claimed(queue, NOON + DAY)


def test_the_cap_is_shared_by_the_calls_of_a_number(database: Database) -> None:
    queue = queue_on(database)
    for index in range(4):
        put(queue, f"call-{index}")
    for index in range(3):
        dialled(queue, NOON + index * MINUTE)
    assert isinstance(queue.claim(NOON + HOUR, "one"), Wait)


def test_one_number_is_dialled_once_at_a_time(database: Database) -> None:
    queue = queue_on(database)
    put(queue, "first")
    put(queue, "second", now=NOON + SECOND)
    claim = claimed(queue, NOON + SECOND)
    assert queue.claim(NOON + 2 * SECOND, "two") == Wait(NOON + 2 * SECOND + MINUTE, "not due")
    assert state_of(queue, "second")[2] == "CALL_IN_PROGRESS"
    # The end of the first wakes it.
    ended_at = NOON + 10 * SECOND
    queue.end(AttemptEnd(claim.attempt_id, ended_at, "booked"))
    assert claimed(queue, ended_at).call.call_id == "second"


def test_a_call_that_waits_long_leaves_one_decision_a_reason(database: Database) -> None:
    queue = queue_on(database)
    put(queue, "first")
    put(queue, "second", now=NOON)
    claimed(queue)
    for minute in range(1, 30):
        assert isinstance(queue.claim(NOON + minute * 61 * SECOND, "two"), Wait)
    assert decided(database, "second") == [("queueing", True, ""), ("dispatch", False, "CALL_IN_PROGRESS")]


def test_stale_data_of_the_tps_hold_the_queue_and_end_nothing(database: Database) -> None:
    relaxed = queue_on(database)
    put(relaxed)
    strict = queue_on(database, Policy(drama_numbers=True, tps=True))
    assert strict.claim(NOON, "one") == Wait(NOON + 15 * MINUTE, "not due")
    assert state_of(strict)[:3] == ("waiting", NOON + 15 * MINUTE, "TPS_DATA_STALE")


def test_no_transaction_weighs_more_than_some(database: Database) -> None:
    queue = queue_on(database)
    queue.enqueue_many(
        [NewCall(f"call-{index:03}", number(index), "booking") for index in range(MOST_WEIGHED + 1)], NOON
    )
    for index in range(MOST_WEIGHED):
        listed(database, number(index))
    assert queue.claim(NOON, "one") == Wait(NOON, "more")
    assert claimed(queue).call.call_id == f"call-{MOST_WEIGHED:03}"


def test_clocks_that_differ_keep_the_pace_in_the_long_run(database: Database) -> None:
    """One process is 5 seconds ahead of the other: at most so many calls come together, once."""
    behind, ahead = queue_on(database, at_once=1000), queue_on(database, at_once=1000)
    for index in range(60):
        put(behind, f"call-{index}", number=number(index), now=NOON)
    made = 0
    for tenth in range(300):
        now = NOON + tenth * timedelta(milliseconds=100)
        made += isinstance(behind.claim(now, "behind"), Claim)
        made += isinstance(ahead.claim(now + 5 * SECOND, "ahead"), Claim)
    assert made <= 30 + 5 + 1


def test_a_policy_that_allows_nothing_any_more_ends_the_call(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    holidays = frozenset((NOON + day * DAY).date() for day in range(500))
    never = queue_on(database, Policy(drama_numbers=True, extra_holidays=holidays))
    assert never.claim(NOON, "one") == Wait(None, "empty")
    assert state_of(queue)[3] == "refused"
    assert POLICY.version != never.rules.policy.version


@on_postgresql
@pytest.mark.parametrize("wrong_by", [-DAY, DAY])
def test_on_postgresql_a_claim_is_made_by_the_clock_of_the_server(database: Database, wrong_by: timedelta) -> None:
    all_day = (time(0), time(23, 59, 59, 999_999))
    policy = Policy(drama_numbers=True, weekday=all_day, weekend=all_day, on_bank_holidays=True)
    queue = CallQueue(CallRules(database, policy), Pace(), by_server_clock=True)
    now = datetime.now(UTC)
    put(queue, now=now - HOUR)
    claim = claimed(queue, now + wrong_by)
    attempt = queue.attempt(claim.attempt_id)
    assert attempt is not None
    # Here the server's clock is ours.
    assert now - SECOND <= attempt.started_at <= datetime.now(UTC) + SECOND
    assert claim.leased_until == attempt.started_at + MINUTE
