"""The one transaction in which a call is decided on and written down, before anybody dials."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from flowengine.compliance.verdict import Decision
from flowengine.store import tables
from flowengine.store.queue_line import LINE, QueueLine, codes
from flowengine.store.queue_rows import Claim, QueuedCall, Wait
from flowengine.store.queue_sql import next_due, next_waiting, open_attempts, queued_call

MOST_WEIGHED = 50
"""Calls that are decided on in one transaction, while others wait for its lock."""
SOON = timedelta(seconds=1)
AGAIN_BUSY = timedelta(minutes=1)
"""A number that is on the line is looked at again after this. Mostly the end of our own call wakes it before."""
AGAIN_EVENT = timedelta(minutes=15)
"""What waits for somebody to do something (data imported, a person reviewed) is looked at again after this."""


class Dispatch(QueueLine):
    """Claims calls.

    Time comes in as an argument. With `by_server_clock` a claim is made at the time of PostgreSQL's server instead, as
    it is when the line's lock is held: machines that share one disagree by more than the pace allows. (Those that share
    an SQLite file are one machine.) Where each takes its own clock, the ages of attempts and the hours are wrong by as
    much as they disagree, and clocks n seconds apart can bring the calls of n seconds together, no more: every claim
    puts the line's next moment later by an interval at least.
    """

    def claim(self, now: datetime, owner: str) -> Claim | Wait:
        """The next call, written down as an attempt of `owner`, who is to dial it at once; or what to wait for."""
        return self.rules.by_whole_record(lambda: self._claim(now, owner))

    def _claim(self, now: datetime, owner: str) -> Claim | Wait:
        with self._deciding() as (connection, next_at):
            if self._by_server_clock:
                now = connection.execute(select(func.clock_timestamp())).scalar_one().astimezone(UTC)
            if now < next_at:
                return Wait(next_at, "pace")
            if open_attempts(connection) >= self.pace.at_once:
                return Wait(None, "at once")
            for _ in range(MOST_WEIGHED):
                row = next_waiting(connection, now)
                if row is None:
                    until = next_due(connection, now)
                    return Wait(until, "empty" if until is None else "not due")
                call = queued_call(row, self._vault)
                decision = self.rules.decide_in(connection, call.number, now, call.caller_id)
                if decision.allowed:
                    return self._claimed(connection, call, decision, now, owner)
                self._put_off(connection, call, decision, now)
            return Wait(now, "more")

    def _claimed(
        self, connection: Connection, call: QueuedCall, decision: Decision, now: datetime, owner: str
    ) -> Claim:
        attempt_id = str(uuid.uuid4())
        leased_until = now + self.pace.lease
        decision_id = self._record(connection, decision, call.number, call.call_id, "dispatch", now)
        row = {
            "attempt_id": attempt_id,
            "call_id": call.call_id,
            "number_hash": self._vault.index(call.number),
            "number": self._vault.seal(call.number),
            "flow": call.flow,
            "caller_id": self._vault.seal_maybe(call.caller_id or self.rules.caller_id),
            "state": "claimed",
            "started_at": now,
            "owner": owner,
            "leased_until": leased_until,
            "counts": True,
            "abandoned": False,
            "decision_id": decision_id,
        }
        connection.execute(insert(tables.attempts).values(row))
        _change(connection, call, state="dialling", tries=call.tries + 1, waits_for=None)
        line = tables.dial_line
        connection.execute(update(line).where(line.c.line == LINE).values(next_at=now + self.pace.interval))
        return Claim(attempt_id, call, decision, leased_until)

    def _put_off(self, connection: Connection, call: QueuedCall, decision: Decision, now: datetime) -> None:
        """Forbidden: for good, until a moment that is known, or until something happens."""
        if codes(decision) != self._last_codes(connection, call.call_id):
            self._record(connection, decision, call.number, call.call_id, "dispatch", now)
        why = stands_against(decision)
        if is_final(decision):
            _change(connection, call, state="ended", outcome="refused", waits_for=why, ended_at=now)
        else:
            _change(connection, call, due_at=looked_at_again(decision, now), waits_for=why)

    def _last_codes(self, connection: Connection, call_id: str) -> str | None:
        """Of the last decision that was kept, so that a call that waits for weeks does not leave one a minute."""
        columns = tables.decisions.c
        query = select(columns.codes).where(columns.call_id == call_id).order_by(columns.at.desc()).limit(1)
        return connection.execute(query).scalar()


def is_final(decision: Decision) -> bool:
    """Whether waiting changes nothing: a reason never ends, or the hours of the policy leave no moment."""
    kinds = {reason.ends for reason in decision.reasons}
    return "never" in kinds or (kinds == {"by_time"} and decision.next_allowed_at is None)


def looked_at_again(decision: Decision, now: datetime) -> datetime:
    """When a refusal that is not final is to be weighed again; later than `now`."""
    if decision.next_allowed_at is not None:
        return max(decision.next_allowed_at, now + SOON)
    return now + (AGAIN_BUSY if stands_against(decision) == "CALL_IN_PROGRESS" else AGAIN_EVENT)


def stands_against(decision: Decision) -> str:
    """The code of the reason that lasts longest: for good, until something happens, until a moment."""
    order = {"never": 0, "by_event": 1, "by_time": 2}
    return min(decision.reasons, key=lambda reason: order[reason.ends]).code


def _change(connection: Connection, call: QueuedCall, **values: object) -> None:
    columns = tables.queue.c
    connection.execute(update(tables.queue).where(columns.call_id == call.call_id).values(**values))
