"""Statements over the queue: what comes next, what stands before a call, and rows as they are handed out.

A call that is due goes before one that is not. Of those that are due the order is priority, since when they may be
called, age; of the others, when they will be due, priority, age. Each of the ten priorities is a range of one index, so
that what is not due is never walked over, however much of it there is.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    RowMapping,
    ScalarSelect,
    Select,
    String,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.sql.expression import case

from flowengine.store import tables
from flowengine.store.queue_rows import Attempt, QueuedCall
from flowengine.store.vault import Vault

PRIORITIES = range(1, 11)
MOST_COUNTED = 10_000
"""A place in the queue is counted as far as this, a priority: nearly three hours of dialling at one call a second."""

Q = tables.queue.c
ORDER = (Q.due_at, Q.queued_at, Q.call_id)
QUEUED = [column for column in tables.queue.columns if column.name in QueuedCall.__slots__]
ATTEMPT = [column for column in tables.attempts.columns if column.name in Attempt.__slots__]


def queued_call(row: RowMapping, vault: Vault) -> QueuedCall:
    opened = {"number": vault.open(row["number"]), "contact": vault.open(row["contact"])}
    return QueuedCall(**dict(row) | opened | {"caller_id": vault.open_maybe(row["caller_id"])})


def attempt_of(row: RowMapping, vault: Vault) -> Attempt:
    opened = {"number": vault.open(row["number"]), "caller_id": vault.open_maybe(row["caller_id"])}
    return Attempt(**dict(row) | opened)


def next_waiting(connection: Connection, now: datetime) -> RowMapping | None:
    """The call that is to be dialled first, if any is due."""
    found = connection.execute(_first_of_each(), {"now": now}).all()
    call_id = next((each for _, each in sorted(found, key=lambda row: row[0]) if each is not None), None)
    return None if call_id is None else connection.execute(queued(), {"call_id": call_id}).mappings().one()


def next_due(connection: Connection, now: datetime) -> datetime | None:
    """When the next of the calls that wait will be due; None: none waits for its time."""
    found = connection.execute(_due_of_each(), {"now": now})
    return min((each for _, each in found if each is not None), default=None)


def open_attempts(connection: Connection) -> int:
    """How many calls are being made now, by all processes."""
    count: int = connection.execute(_open_attempts()).scalar_one()
    return count


def place_of(connection: Connection, call: QueuedCall, now: datetime) -> int:
    """1: the next to be dialled; 0: it does not wait. Calls before it are counted up to `MOST_COUNTED` a priority."""
    if call.state != "waiting":
        return 0
    is_due = call.due_at <= now
    before: list[ScalarSelect[int]] = []
    for priority in PRIORITIES:
        if priority < call.priority:
            ahead = Q.due_at <= max(now, call.due_at)
        elif priority == call.priority:
            ahead = tuple_(*ORDER) < tuple_(call.due_at, call.queued_at, call.call_id)
        elif is_due:
            break
        else:
            ahead = Q.due_at < call.due_at
        some = select(Q.call_id).where(Q.state == "waiting", Q.priority == priority, ahead).limit(MOST_COUNTED)
        before.append(select(func.count()).select_from(some.subquery()).scalar_subquery())
    return 1 + sum(connection.execute(select(*before)).one())


def in_order(now: datetime, limit: int, offset: int) -> Select[Any]:
    """The calls that wait, in the order of their dispatch.

    What is passed over is read off the index alone; the calls themselves are fetched for the wanted part.
    """
    keys = (Q.call_id, Q.due_at, Q.queued_at, Q.priority)
    firsts = [
        select(
            select(*keys)
            .where(Q.state == "waiting", Q.priority == priority)
            .order_by(*ORDER)
            .limit(limit + offset)
            .subquery()
        )
        for priority in PRIORITIES
    ]
    every = union_all(*firsts).subquery()
    c = every.c
    order = (c.due_at > now, case((c.due_at > now, c.due_at)), c.priority, c.due_at, c.queued_at, c.call_id)
    part = select(c.call_id, func.row_number().over(order_by=order).label("place")).order_by("place")
    wanted = part.limit(limit).offset(offset).subquery()
    return select(*QUEUED).join(wanted, wanted.c.call_id == Q.call_id).order_by(wanted.c.place)


@cache
def queued() -> Select[Any]:
    return select(*QUEUED).where(Q.call_id == bindparam("call_id", type_=String))


@cache
def _first_of_each() -> Select[Any]:
    due = Q.due_at <= bindparam("now", type_=tables.UtcTime)
    return _of_each_priority(select(Q.call_id).where(due).order_by(*ORDER))


@cache
def _due_of_each() -> Select[Any]:
    later = Q.due_at > bindparam("now", type_=tables.UtcTime)
    return _of_each_priority(select(Q.due_at).where(later).order_by(Q.due_at))


def _of_each_priority(first: Select[Any]) -> Select[Any]:
    """Each priority, and the first that waits in it by that query, or nothing: one seek in the index for each."""
    # A list of VALUES with names for its columns is what SQLite does not know.
    priorities = union_all(*(select(literal_column(str(each), Integer).label("priority")) for each in PRIORITIES))
    each = priorities.subquery("priorities")
    found = first.where(Q.state == "waiting", Q.priority == each.c.priority).limit(1).correlate(each).scalar_subquery()
    return select(each.c.priority, found.label("found"))


@cache
def _open_attempts() -> Select[Any]:
    return select(func.count()).where(tables.attempts.c.state.in_(["claimed", "placed"]))
