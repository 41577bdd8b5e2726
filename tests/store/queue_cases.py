"""A queue on a database, at noon of a Wednesday, with numbers that Ofcom keeps for drama."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select

from flowengine.compliance.policy import Policy
from flowengine.store import tables
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Accepted, AttemptEnd, Claim, NewCall, Pace, QueuedCall

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CALLER_ID = "+441134960124"
POLICY = Policy(drama_numbers=True)


def queue_on(database: Database, policy: Policy = POLICY, **pace: Any) -> CallQueue:
    return CallQueue(CallRules(database, policy, caller_id=CALLER_ID), Pace(**pace))


def number(index: int = 0) -> str:
    return f"+447700900{index:03}"


def new(call_id: str = "call-1", **changes: Any) -> NewCall:
    return replace(NewCall(call_id, number(), "booking"), **changes)


def put(queue: CallQueue, call_id: str = "call-1", now: datetime = NOON, **changes: Any) -> QueuedCall:
    answer = queue.enqueue(new(call_id, **changes), now)
    assert isinstance(answer, Accepted), answer
    return answer.call


def claimed(queue: CallQueue, now: datetime = NOON, owner: str = "one") -> Claim:
    claim = queue.claim(now, owner)
    assert isinstance(claim, Claim), claim
    return claim


def dialled(queue: CallQueue, now: datetime = NOON, outcome: str = "no_answer", **end: Any) -> Claim:
    """Claimed, placed and ended, all at one moment."""
    claim = claimed(queue, now)
    assert queue.placed(claim.attempt_id, f"CA-{claim.attempt_id}", now)
    assert queue.end(AttemptEnd(claim.attempt_id, now, outcome, **end))
    return claim


def state_of(queue: CallQueue, call_id: str = "call-1") -> tuple[str, datetime, str | None, str | None]:
    """State, when it is due, what it waits for, outcome."""
    call = queue.call(call_id)
    assert call is not None
    return call.state, call.due_at, call.waits_for, call.outcome


def rows(database: Database, table: Table) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def decided(database: Database, call_id: str = "call-1") -> list[tuple[str, bool, str]]:
    """The decisions that were kept of a call: who asked, what it was, and the codes."""
    columns = tables.decisions.c
    query = select(columns.asked_by, columns.can_call, columns.codes).where(columns.call_id == call_id)
    with database.reading() as connection:
        return [(row.asked_by, row.can_call, row.codes) for row in connection.execute(query.order_by(columns.at))]


def listed(database: Database, e164: str, at: datetime = NOON) -> None:
    """On the company's do-not-call list."""
    row = {"number_hash": database.vault.index(e164), "number": database.vault.seal(e164), "reason": "asked"}
    with database.writing() as connection:
        connection.execute(insert(tables.do_not_call).values(**row, written_at=at))


def attempted(database: Database, e164: str, at: datetime, **changes: Any) -> None:
    """An attempt of another call, that has ended unless `changes` say otherwise."""
    attempt_id = f"past-{at:%d%H%M%S.%f}"
    vault = database.vault
    sealed = {"number_hash": vault.index(e164), "number": vault.seal(e164)}
    call = {"contact": vault.seal("{}"), "priority": 5, "state": "ended", "due_at": at, "queued_at": at, "tries": 1}
    attempt = {"state": "ended", "started_at": at, "ended_at": at, "owner": "one", "leased_until": at}
    attempt |= {"counts": True, "abandoned": False, "outcome": "no_answer"}
    with database.writing() as connection:
        connection.execute(insert(tables.queue).values(call_id=attempt_id, flow="booking", **sealed, **call))
        row = {"attempt_id": attempt_id, "call_id": attempt_id, "flow": "booking"} | sealed | attempt | changes
        connection.execute(insert(tables.attempts).values(row))
