"""What becomes too old is deleted: rules X1 and X2 of the calling rules, and the GDPR's storage limitation (5(1)(e)).

In small transactions, so that calls and dispatch go on meanwhile. The do-not-call list, consents and what is known of a
person beside their calls are kept: they say whom we must not call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, delete, exists, func, select, update

from flowengine.store import tables
from flowengine.store.connection import Database

BATCH_CALLS = 20
"""Calls to a transaction: a long one has some hundred events."""
BATCH_ROWS = 500


@dataclass(frozen=True, slots=True)
class Keep:
    """For how long what is personal is kept."""

    calls: timedelta = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows were deleted (or, of calls, emptied): or would be."""

    calls: int = 0
    events: int = 0
    status_callbacks: int = 0
    decisions: int = 0
    attempts: int = 0
    queue: int = 0
    labels: int = 0

    def __add__(self, other: Purged) -> Purged:
        return Purged(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def is_nothing(self) -> bool:
        return self == Purged()


def due(database: Database, now: datetime, keep: Keep) -> Purged:
    """What `purge` would do now."""
    before = now - keep.calls
    old_calls = select(tables.calls.c.call_id).where(_old_calls(before))
    with database.reading() as connection:
        return Purged(
            calls=_count(connection, tables.calls, _old_calls(before)),
            events=_count(connection, tables.events, tables.events.c.call_id.in_(old_calls)),
            status_callbacks=_count(connection, tables.status_callbacks, _old_callbacks(before)),
            decisions=_count(connection, tables.decisions, _old_decisions(before)),
            attempts=_count(connection, tables.attempts, _old_attempts(before)),
            queue=_count(connection, tables.queue, _old_queue(before, with_old_attempts=True)),
            labels=_count(connection, tables.labels, tables.labels.c.call_id.in_(old_calls)),
        )


def purge(database: Database, now: datetime, keep: Keep, *, is_stopping: Callable[[], bool] = lambda: False) -> Purged:
    """Delete what is older than it may be; what was done. Stops between transactions when `is_stopping`.

    Raises StoreError; what was deleted before stays deleted.
    """
    before = now - keep.calls
    purged = Purged()
    for step in (_empty_calls, _delete_callbacks, _delete_decisions, _delete_attempts, _delete_queue):
        more = True
        while more and not is_stopping():
            with database.writing() as connection:
                done = step(connection, database, before, now)
            more = not done.is_nothing
            purged += done
    return purged


def _empty_calls(connection: Connection, database: Database, before: datetime, now: datetime) -> Purged:
    """The row of a call stays, without the person: so many calls of that flow ended so."""
    calls, events, labels = tables.calls, tables.events, tables.labels
    query = select(calls.c.call_id).where(_old_calls(before)).order_by(calls.c.started_at).limit(BATCH_CALLS)
    old = connection.execute(query).scalars().all()
    if not old:
        return Purged()
    empty = {"from_number": None, "to_number": None, "number_hash": None, "contact": database.vault.seal("{}")}
    # The row first: whoever labels the call at this moment waits for it, or is waited for.
    connection.execute(update(calls).where(calls.c.call_id.in_(old)).values(**empty, emptied_at=now))
    deleted = connection.execute(delete(events).where(events.c.call_id.in_(old))).rowcount
    labelled = connection.execute(delete(labels).where(labels.c.call_id.in_(old))).rowcount
    return Purged(calls=len(old), events=deleted, labels=labelled)


def _delete_callbacks(connection: Connection, database: Database, before: datetime, now: datetime) -> Purged:
    """By the time of day in which they came: their key has two columns, which SQLite cannot list."""
    received = tables.status_callbacks.c.received_at
    query = select(received).where(_old_callbacks(before)).order_by(received).limit(BATCH_ROWS)
    moments = connection.execute(query).scalars().all()
    if not moments:
        return Purged()
    statement = delete(tables.status_callbacks).where(received <= moments[-1], _old_callbacks(before))
    return Purged(status_callbacks=connection.execute(statement).rowcount)


def _delete_decisions(connection: Connection, database: Database, before: datetime, now: datetime) -> Purged:
    return Purged(decisions=_delete(connection, tables.decisions, _old_decisions(before)))


def _delete_attempts(connection: Connection, database: Database, before: datetime, now: datetime) -> Purged:
    return Purged(attempts=_delete(connection, tables.attempts, _old_attempts(before)))


def _delete_queue(connection: Connection, database: Database, before: datetime, now: datetime) -> Purged:
    return Purged(queue=_delete(connection, tables.queue, _old_queue(before)))


def _delete(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    (key,) = table.primary_key
    some = select(key).where(where).limit(BATCH_ROWS)
    return connection.execute(delete(table).where(key.in_(some))).rowcount


def _count(connection: Connection, table: Table, where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(where)).scalar_one()


def _old_calls(before: datetime) -> ColumnElement[bool]:
    return tables.calls.c.emptied_at.is_(None) & (tables.calls.c.started_at < before)


def _old_callbacks(before: datetime) -> ColumnElement[bool]:
    return tables.status_callbacks.c.received_at < before


def _old_decisions(before: datetime) -> ColumnElement[bool]:
    return tables.decisions.c.at < before


def _old_attempts(before: datetime) -> ColumnElement[bool]:
    """One that never ended is asked about, however old it is."""
    return (tables.attempts.c.started_at < before) & (tables.attempts.c.state == "ended")


def _old_queue(before: datetime, *, with_old_attempts: bool = False) -> ColumnElement[bool]:
    """Calls that are over and have no attempt left; `with_old_attempts`: or only such as will go first."""
    left = tables.attempts.c.call_id == tables.queue.c.call_id
    if with_old_attempts:
        left = left & ~_old_attempts(before)
    return (tables.queue.c.ended_at < before) & (tables.queue.c.state == "ended") & ~exists().where(left)
