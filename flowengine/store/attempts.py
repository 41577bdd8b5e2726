"""What happens to an attempt between the moment in which it was placed and its end, and how many were abandoned.

The queue (`queue.py`) begins and ends attempts; here they are only written on. All of it may be said twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import case, func, select, update

from flowengine.compliance.rules import campaign_paused
from flowengine.store import tables
from flowengine.store.connection import Database


@dataclass(frozen=True, slots=True)
class StatusKept:
    """One of the provider's status callbacks; `payload` is its form, as JSON."""

    sequence_number: int
    status: str
    received_at: datetime
    payload: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LiveCalls:
    """Calls that a person answered, as far as anybody knows, and how many of them heard nothing of us in time."""

    answered: int
    abandoned: int


COUNTED = timedelta(hours=24)
COUNTED_AGAIN_S = 10.0
"""The calls of a day are counted so often at most: a decision must not wait for it."""


class Attempts:
    """Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def answered(self, attempt_id: str, at: datetime) -> None:
        """Somebody, or something, has answered. The first time counts: Twilio may fetch its TwiML again."""
        columns = tables.attempts.c
        with self._database.writing() as connection:
            connection.execute(
                update(tables.attempts)
                .where(columns.attempt_id == attempt_id, columns.answered_at.is_(None))
                .values(answered_at=at)
            )

    def answered_by(self, attempt_id: str, verdict: str) -> None:
        """The provider's word on who has answered."""
        self._set(attempt_id, answered_by=verdict)

    def stands(self, attempt_id: str, status: str) -> None:
        """How the call stands, in the provider's words. An attempt that has ended keeps the status of its end."""
        columns = tables.attempts.c
        with self._database.writing() as connection:
            connection.execute(
                update(tables.attempts)
                .where(columns.attempt_id == attempt_id, columns.state != "ended")
                .values(status=status)
            )

    def statuses(self, call_sid: str) -> list[StatusKept]:
        """The status callbacks of a call, by their numbers."""
        columns = tables.status_callbacks.c
        query = select(tables.status_callbacks).where(columns.call_sid == call_sid).order_by(columns.sequence_number)
        with self._database.reading() as connection:
            return [
                StatusKept(row.sequence_number, row.status, row.received_at, self._database.vault.open(row.payload))
                for row in connection.execute(query)
            ]

    def live_calls(self, since: datetime) -> LiveCalls:
        """Of the attempts that were begun after `since`: a machine is no live call, no verdict counts as a person."""
        columns = tables.attempts.c
        by_machine = columns.answered_by.like("machine%") | (columns.answered_by == "fax")
        query = select(func.count(), func.coalesce(func.sum(case((columns.abandoned, 1), else_=0)), 0)).where(
            columns.started_at > since,
            columns.answered_at.is_not(None) | columns.abandoned,
            columns.answered_by.is_(None) | ~by_machine | columns.abandoned,
        )
        with self._database.reading() as connection:
            answered, abandoned = connection.execute(query).one()
        return LiveCalls(answered, abandoned)

    def _set(self, attempt_id: str, **values: object) -> None:
        with self._database.writing() as connection:
            connection.execute(
                update(tables.attempts).where(tables.attempts.c.attempt_id == attempt_id).values(**values)
            )


class AbandonedShare:
    """Whether too many of the last day's calls were abandoned (rule A2), counted now and then."""

    def __init__(self, attempts: Attempts, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._attempts = attempts
        self._monotonic = monotonic
        self._known: tuple[float, bool] | None = None

    def is_too_high(self, now: datetime) -> bool:
        """Raises StoreError."""
        clock = self._monotonic()
        if self._known is None or clock - self._known[0] >= COUNTED_AGAIN_S:
            live = self._attempts.live_calls(now - COUNTED)
            self._known = (clock, campaign_paused.too_many(live.answered, live.abandoned))
        return self._known[1]
