"""What must be true of the record at any moment, however many processes work on the queue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, select

from flowengine.compliance.guard import decide_calling_hours
from flowengine.store import tables
from flowengine.store.connection import Database
from flowengine.store.queue_rows import Pace
from tests.store.queue_cases import DAY, POLICY


def check_record(database: Database, pace: Pace, *, one_clock: bool = True) -> None:
    """The rules, at every dispatch so far; and nobody is forgotten.

    `one_clock` False: a process may have waited for the lock after it looked at its clock, so that the moments of two
    processes do not tell which came first; what is on at once is then seen as it is now, and not as it was.
    """
    with database.engine.connect() as connection:
        if database.dialect == "postgresql":
            # All of it as it was at one moment.
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        attempts = connection.execute(select(tables.attempts).order_by(tables.attempts.c.started_at)).all()
        calls = connection.execute(select(tables.queue)).all()
        decisions = {row.decision_id: row for row in connection.execute(select(tables.decisions))}
    numbers = defaultdict(list)
    for attempt in attempts:
        numbers[attempt.number_hash].append(attempt)
        decision = decisions[attempt.decision_id]
        assert (decision.can_call, decision.at, decision.asked_by) == (True, attempt.started_at, "dispatch")
        assert decide_calling_hours(attempt.started_at, policy=POLICY).allowed
    for earlier, later in pairwise(attempts):
        assert later.started_at - earlier.started_at >= pace.interval
    _check_live(attempts, pace.at_once, one_clock=one_clock)
    for of_number in numbers.values():
        _check_caps(of_number)
        _check_live(of_number, 1, one_clock=one_clock)
    _check_calls(calls, attempts)


def _check_live(attempts: Sequence[Row[Any]], most: int, *, one_clock: bool) -> None:
    assert sum(each.state != "ended" for each in attempts) <= most
    if one_clock:
        for attempt in attempts:
            at = attempt.started_at
            before = [each for each in attempts if each.started_at < at]
            assert 1 + sum(each.ended_at is None or each.ended_at > at for each in before) <= most


def _check_caps(attempts: Sequence[Row[Any]]) -> None:
    """Those of one number."""
    for attempt in attempts:
        at = attempt.started_at
        ages = [at - each.started_at for each in attempts if each.counts and each.started_at <= at]
        assert sum(age < DAY for age in ages) <= POLICY.cap_24h
        assert sum(age < 7 * DAY for age in ages) <= POLICY.cap_7d


def _check_calls(calls: Sequence[Row[Any]], attempts: Sequence[Row[Any]]) -> None:
    """A call waits, or has ended, or there is one attempt of it that has not."""
    live = Counter(each.call_id for each in attempts if each.state != "ended")
    tries = Counter(each.call_id for each in attempts if each.outcome != "not_placed")
    for call in calls:
        assert live[call.call_id] == (1 if call.state == "dialling" else 0)
        assert call.tries == tries[call.call_id]
        assert (call.outcome is not None) == (call.ended_at is not None) == (call.state == "ended")
