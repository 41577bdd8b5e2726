"""The life of an attempt: claimed, placed, ended; whose it is, and which were left behind.

Everything may be said twice and in any order, since status callbacks are: an attempt ends once, and what is said of it
after that changes nothing but its call sid, if it had none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, select, update

from flowengine.store import tables
from flowengine.store.dispatch import Dispatch
from flowengine.store.queue_rows import Attempt, AttemptEnd
from flowengine.store.queue_sql import ATTEMPT, attempt_of

A = tables.attempts.c
Q = tables.queue.c
OPEN = A.state.in_(["claimed", "placed"])


class QueueAttempts(Dispatch):
    """What becomes of the calls that were claimed."""

    # What happens to one.

    def placed(self, attempt_id: str, call_sid: str, now: datetime) -> bool:
        """Twilio has taken it. False: there is no such attempt, or it has another sid."""
        mine = (A.attempt_id == attempt_id, A.call_sid.is_(None) | (A.call_sid == call_sid))
        is_claimed = A.state == "claimed"
        values = {
            "call_sid": call_sid,
            "state": case((is_claimed, "placed"), else_=A.state),
            "leased_until": case((is_claimed, now + self.pace.lease), else_=A.leased_until),
        }
        return self._set(values, *mine) == 1

    def not_placed(
        self, attempt_id: str, now: datetime, retry_at: datetime | None, error: str, *, counts: bool = False
    ) -> bool:
        """Twilio did not take it: it was no attempt by the caps, nor by the call's `tries`, unless it `counts`.

        `retry_at` None ends the call as `failed`. False: it was placed, or has ended; nothing is changed.
        """
        ended = {"state": "ended", "ended_at": now, "outcome": "not_placed", "error": error, "counts": counts}
        with self._deciding() as (connection, _):
            mine = (A.attempt_id == attempt_id, A.state == "claimed", A.call_sid.is_(None))
            row = _updated(connection, ended, *mine)
            if row is None:
                return False
            waits_for = None if retry_at is None else "RETRY"
            self._follow(connection, row, now, retry_at, waits_for, "failed", gives_back=not counts)
            return True

    def end(self, end: AttemptEnd) -> bool:
        """It is over; its call ends with it or waits again. False: that was known, or there is no such attempt."""
        ended: dict[str, Any] = {"state": "ended", "ended_at": end.ended_at, "outcome": end.outcome}
        ended |= {"counts": end.counts, "abandoned": end.abandoned}
        known = {name: getattr(end, name) for name in ("status", "answered_by", "duration_s", "error")}
        ended |= {name: value for name, value in known.items() if value is not None}
        with self._deciding() as (connection, _):
            row = _updated(connection, ended, A.attempt_id == end.attempt_id, OPEN)
            if row is None:
                return False
            self._follow(connection, row, end.ended_at, end.retry_at, end.waits_for, end.outcome)
            return True

    # Whose it is.

    def renew(self, attempt_ids: Collection[str], owner: str, now: datetime) -> int:
        """Keep what is still `owner`'s for another lease; how many those are.

        Whoever is about to dial asks this first: 0 means that another process has taken it over.
        """
        values = {"leased_until": now + self.pace.lease}
        return self._set(values, A.attempt_id.in_(attempt_ids), A.owner == owner, OPEN)

    def take_over(self, attempt_id: str, owner: str, now: datetime) -> bool:
        """Become the owner of an attempt whose lease ran out; True for one process alone."""
        values = {"owner": owner, "leased_until": now + self.pace.lease}
        return self._set(values, A.attempt_id == attempt_id, A.state == "claimed", A.leased_until <= now) == 1

    # What is read.

    def attempt(self, attempt_id: str) -> Attempt | None:
        return next(iter(self._attempts(A.attempt_id == attempt_id)), None)

    def by_call_sid(self, call_sid: str) -> Attempt | None:
        return next(iter(self._attempts(A.call_sid == call_sid)), None)

    def attempts_of(self, call_id: str) -> list[Attempt]:
        """All of one call, in their order."""
        return self._attempts(A.call_id == call_id)

    def lapsed(self, now: datetime) -> list[Attempt]:
        """Claims whose process went away before it said whether it dialled: ask Twilio, then end or place them."""
        return self._attempts(A.state == "claimed", A.leased_until <= now)

    def unfinished(self, started_before: datetime) -> list[Attempt]:
        """Those without an end, of before a moment: for whoever sees to it that every call ends."""
        return self._attempts(OPEN, A.started_at < started_before)

    def live(self) -> list[Attempt]:
        """Those that are being made now, by all processes."""
        return self._attempts(OPEN)

    # How.

    def _follow(
        self,
        connection: Connection,
        attempt: Row[Any],
        now: datetime,
        retry_at: datetime | None,
        waits_for: str | None,
        outcome: str,
        *,
        gives_back: bool = False,
    ) -> None:
        """The call of an attempt that has ended waits again, or has ended, too; and its number is free for others."""
        values: dict[str, Any] = {"state": "ended", "outcome": outcome, "ended_at": now, "waits_for": None}
        if retry_at is not None:
            values = {"state": "waiting", "due_at": retry_at, "waits_for": waits_for}
        if gives_back:
            values["tries"] = Q.tries - 1
        dialling = (Q.call_id == attempt.call_id, Q.state == "dialling")
        connection.execute(update(tables.queue).where(*dialling).values(**values))
        blocked = (Q.number_hash == attempt.number_hash, Q.state == "waiting", Q.waits_for == "CALL_IN_PROGRESS")
        connection.execute(update(tables.queue).where(*blocked, Q.due_at > now).values(due_at=now))

    def _set(self, values: dict[str, Any], *which: ColumnElement[bool]) -> int:
        with self.database.writing() as connection:
            return connection.execute(update(tables.attempts).where(*which).values(**values)).rowcount

    def _attempts(self, *which: ColumnElement[bool]) -> list[Attempt]:
        query = select(*ATTEMPT).where(*which).order_by(A.started_at, A.attempt_id)
        with self.database.reading() as connection:
            rows: Sequence[Any] = connection.execute(query).mappings().all()
        return [attempt_of(row, self._vault) for row in rows]


def _updated(connection: Connection, values: dict[str, Any], *which: ColumnElement[bool]) -> Row[Any] | None:
    query = update(tables.attempts).where(*which).values(**values).returning(A.call_id, A.number_hash)
    return connection.execute(query).first()
