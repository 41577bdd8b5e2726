"""Everything that passed between us and one number: the times we dialled, and the calls that came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from sqlalchemy import exists, select

from flowengine.store import tables
from flowengine.store.connection import Database


@dataclass(frozen=True, slots=True)
class PastCall:
    """One call with a number. `decision`: the JSON of the decision that allowed it, for those that we dialled.

    `call_id` is the queue's for a call that we dialled. `counts`: whether it is an attempt by the caps. `outcome` None:
    it has not ended.
    """

    at: datetime
    direction: str
    flow: str
    outcome: str | None
    duration_s: int | None
    call_id: str
    call_sid: str | None
    counts: bool
    decision: str | None = field(repr=False)


def call_history(database: Database, number: str, limit: int = 50) -> list[PastCall]:
    """The newest calls with a number (E.164), newest first. Raises StoreError."""
    attempts, calls, decisions = tables.attempts.c, tables.calls.c, tables.decisions.c
    number_hash = database.vault.index(number)
    dialled = (
        select(tables.attempts, decisions.body)
        .join(tables.decisions, decisions.decision_id == attempts.decision_id, isouter=True)
        .where(attempts.number_hash == number_hash)
        .order_by(attempts.started_at.desc(), attempts.attempt_id)
        .limit(limit)
    )
    # The conversation of a call that we dialled is a row of `calls`, too.
    is_dialled = exists().where(attempts.call_sid == calls.call_sid)
    others = (
        select(tables.calls)
        .where(calls.number_hash == number_hash, ~is_dialled)
        .order_by(calls.started_at.desc(), calls.call_id)
        .limit(limit)
    )
    with database.reading() as connection:
        history = [
            PastCall(
                row.started_at,
                "outbound",
                row.flow,
                row.outcome,
                row.duration_s,
                row.call_id,
                row.call_sid,
                row.counts,
                database.vault.open_maybe(row.body),
            )
            for row in connection.execute(dialled)
        ]
        history += [
            PastCall(
                row.started_at,
                row.direction,
                row.flow,
                row.outcome,
                _seconds(row.answered_at or row.started_at, row.ended_at),
                row.call_id,
                row.call_sid,
                counts=False,
                decision=None,
            )
            for row in connection.execute(others)
        ]
    return sorted(history, key=attrgetter("at"), reverse=True)[:limit]


def _seconds(began: datetime, ended: datetime | None) -> int | None:
    return None if ended is None else round((ended - began).total_seconds())
