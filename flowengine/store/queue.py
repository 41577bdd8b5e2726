"""The outbound queue: calls are put in, taken back, and looked at. `dispatch` takes them out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Row, func, select, update

from flowengine.compliance.verdict import Decision
from flowengine.store import tables
from flowengine.store.dispatch import is_final, looked_at_again, stands_against
from flowengine.store.queue_attempts import QueueAttempts
from flowengine.store.queue_rows import Accepted, Conflict, Counts, NewCall, QueuedCall, Refused
from flowengine.store.queue_sql import (
    MOST_COUNTED,
    PRIORITIES,
    Q,
    in_order,
    next_due,
    open_attempts,
    place_of,
    queued,
    queued_call,
)

Answer = Accepted | Refused | Conflict
Places = dict[tuple[int, datetime], int]
"""The last place that was given to a call of a batch, by its priority and when it is due."""
Cancelled = Literal["cancelled", "dialling", "ended", "unknown"]

PASSES_BY_ITSELF = frozenset({"CALL_IN_PROGRESS", "CAMPAIGN_PAUSED"})
"""What ends by an event that will come without the one who asks doing anything: the call can wait for it."""


class CallQueue(QueueAttempts):
    """The whole queue of one record. Every method raises StoreError when the database does not do its part.

    Any number of these, in any number of processes, may work on one database.
    """

    def enqueue(self, new: NewCall, now: datetime, *, refuse_if_not_now: bool = False) -> Answer:
        """Put a call in, to be made as soon as it may be, from `not_before` on.

        What the rules forbid for good, or until somebody does something about it, is refused; so is, with
        `refuse_if_not_now`, what they forbid at that moment. The decision is kept either way. A repeated request (same
        idempotency key, same hash) gets the first one's call, a refused one is weighed afresh. Raises ValueError for a
        priority that there is not.
        """

        def enqueued() -> Answer:
            with self.database.writing() as connection:
                return self._enqueue(connection, new, now, refuse_if_not_now=refuse_if_not_now)

        return self.rules.by_whole_record(enqueued)

    def enqueue_many(self, calls: Sequence[NewCall], now: datetime) -> list[Answer]:
        """All in one transaction, answered in their order. A few hundred at a time: SQLite has one writer.

        What stands before them is counted once for each priority and moment; from there their positions go on by one.
        """
        # Two processes that bring the same keys in different orders would wait for each other.
        in_key_order = sorted(range(len(calls)), key=lambda index: calls[index].idempotency_key or "")

        def enqueued() -> list[Answer]:
            answers: dict[int, Answer] = {}
            places: Places = {}
            with self.database.writing() as connection:
                for index in in_key_order:
                    answers[index] = self._enqueue(connection, calls[index], now, places=places)
            return [answers[index] for index in range(len(calls))]

        return self.rules.by_whole_record(enqueued)

    def cancel(self, call_id: str, now: datetime) -> Cancelled:
        """Take a call back that waits; what became of it otherwise."""
        with self._deciding() as (connection, _):
            state = connection.execute(select(Q.state).where(Q.call_id == call_id)).scalar()
            match state:
                case None:
                    return "unknown"
                case "waiting":
                    values = {"state": "ended", "outcome": "cancelled", "waits_for": None, "ended_at": now}
                    connection.execute(update(tables.queue).where(Q.call_id == call_id).values(values))
                    return "cancelled"
                case "dialling":
                    return "dialling"
                case _:
                    return "ended"

    # What is read.

    def call(self, call_id: str) -> QueuedCall | None:
        with self.database.reading() as connection:
            row = connection.execute(queued(), {"call_id": call_id}).mappings().first()
        return None if row is None else queued_call(row, self._vault)

    def waiting(self, now: datetime, *, limit: int = 50, offset: int = 0) -> list[QueuedCall]:
        """The calls that wait, in the order of their dispatch: the first of all is in position 1."""
        with self.database.reading() as connection:
            rows = connection.execute(in_order(now, limit, offset)).mappings().all()
        return [queued_call(row, self._vault) for row in rows]

    def position(self, call: QueuedCall, now: datetime) -> int:
        """1: the next to be dialled; 0: it does not wait. Each priority before it is counted up to 10,000 calls."""
        with self.database.reading() as connection:
            return place_of(connection, call, now)

    def expected_at(self, call: QueuedCall, position: int, now: datetime) -> datetime:
        """When it will be dialled at the earliest: when it is due, and all before it were, at our pace."""
        return max(call.due_at, now + max(position - 1, 0) * self.pace.interval)

    def counts(self) -> Counts:
        """How many calls wait, counted as far as `MOST_COUNTED`, and how many are being made."""
        some = select(Q.call_id).where(Q.state == "waiting").limit(MOST_COUNTED + 1).subquery()
        with self.database.reading() as connection:
            found: int = connection.execute(select(func.count()).select_from(some)).scalar_one()
            return Counts(min(found, MOST_COUNTED), found > MOST_COUNTED, open_attempts(connection))

    def next_due(self, now: datetime) -> datetime | None:
        """When the next of the calls that wait for their time will be due; None: none does."""
        with self.database.reading() as connection:
            return next_due(connection, now)

    # How.

    def _enqueue(
        self,
        connection: Connection,
        new: NewCall,
        now: datetime,
        *,
        refuse_if_not_now: bool = False,
        places: Places | None = None,
    ) -> Answer:
        if new.priority not in PRIORITIES:
            raise ValueError(f"priorities are 1 to 10, not {new.priority}")
        at = max(now, new.not_before or now)
        decision = self.rules.decide_in(connection, new.number, at, new.caller_id)
        there = self._under_key(connection, new.idempotency_key)
        if there is None:
            can_wait = _can_wait(decision, refuse_if_not_now=refuse_if_not_now)
            if not can_wait or self._inserted(connection, new, decision, at, now):
                self._record(connection, decision, new.number, new.call_id, "queueing", now)
                return self._accepted(connection, new.call_id, decision, now, places) if can_wait else Refused(decision)
            # Another process has used the key since we looked.
            there = self._under_key(connection, new.idempotency_key)
        if there is None or there.request_hash != new.request_hash:
            return Conflict(there.call_id if there is not None else new.call_id)
        return self._accepted(connection, there.call_id, decision, now, was_there=True)

    def _under_key(self, connection: Connection, key: str | None) -> Row[str, str | None] | None:
        if key is None:
            return None
        wanted = select(Q.call_id, Q.request_hash).where(Q.idempotency_hash == self._key_hash(key))
        return connection.execute(wanted).first()

    def _key_hash(self, key: str | None) -> str | None:
        """What others call their requests can hold a name or a number."""
        return None if key is None else self._vault.index(f"idempotency key {key}")

    def _accepted(
        self,
        connection: Connection,
        call_id: str,
        decision: Decision,
        now: datetime,
        places: Places | None = None,
        *,
        was_there: bool = False,
    ) -> Accepted:
        row = connection.execute(queued(), {"call_id": call_id}).mappings().one()
        call = queued_call(row, self._vault)
        alike = (call.priority, call.due_at)
        if places is not None and alike in places:
            places[alike] += 1
            return Accepted(call, places[alike], decision, was_there)
        place = place_of(connection, call, now)
        if places is not None:
            places[alike] = place
        return Accepted(call, place, decision, was_there)

    def _inserted(self, connection: Connection, new: NewCall, decision: Decision, at: datetime, now: datetime) -> bool:
        due_at, waits_for = _first_due(decision, at, now)
        row = {
            "call_id": new.call_id,
            "number_hash": self._vault.index(new.number),
            "number": self._vault.seal(new.number),
            "flow": new.flow,
            "contact": self._vault.seal(new.contact),
            "caller_id": self._vault.seal_maybe(new.caller_id),
            "priority": new.priority,
            "state": "waiting",
            "due_at": due_at,
            "queued_at": now,
            "tries": 0,
            "waits_for": waits_for,
            "idempotency_hash": self._key_hash(new.idempotency_key),
            "request_hash": new.request_hash,
            "requested_by": new.requested_by,
            "campaign": new.campaign,
        }
        query = self.database.insert_new(tables.queue, ["idempotency_hash"]).values(row)
        return connection.execute(query.returning(Q.call_id)).first() is not None


def _can_wait(decision: Decision, *, refuse_if_not_now: bool) -> bool:
    if decision.allowed:
        return True
    needs_somebody = any(each.ends == "by_event" and each.code not in PASSES_BY_ITSELF for each in decision.reasons)
    return not (refuse_if_not_now or needs_somebody or is_final(decision))


def _first_due(decision: Decision, at: datetime, now: datetime) -> tuple[datetime, str | None]:
    """When it is due, and what it waits for until then. What is on the line now says nothing of a later moment."""
    later = at > now
    if decision.allowed or (later and all(each.code in PASSES_BY_ITSELF for each in decision.reasons)):
        return at, "NOT_BEFORE" if later else None
    return looked_at_again(decision, at), stands_against(decision)
