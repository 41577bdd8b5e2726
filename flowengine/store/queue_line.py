"""What the parts of the queue share: the line, whose lock whoever decides on a call must hold."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, insert, select

from flowengine.compliance.verdict import Decision
from flowengine.store import tables
from flowengine.store.call_rules import CallRules
from flowengine.store.decision_body import decision_body
from flowengine.store.queue_rows import Pace

LINE = 1
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class QueueLine:
    """One record, the rules, and how quickly we dial. `by_server_clock`: see `Dispatch`."""

    def __init__(self, rules: CallRules, pace: Pace, *, by_server_clock: bool = False) -> None:
        self.rules = rules
        self.pace = pace
        self._by_server_clock = by_server_clock and rules.database.dialect == "postgresql"
        self.database = rules.database
        self._vault = rules.database.vault

    @contextlib.contextmanager
    def _deciding(self) -> Iterator[tuple[Connection, datetime]]:
        """A transaction beside which no other claims a call, ends one or takes one back; and when the line is free.

        On SQLite the write lock does it, on PostgreSQL the lock of the line's one row; what is read after it has been
        taken includes all that its last holder wrote.
        """
        line = tables.dial_line
        locked = select(line.c.next_at).where(line.c.line == LINE).with_for_update()
        with self.database.writing() as connection:
            next_at = connection.execute(locked).scalar()
            if next_at is None:
                connection.execute(self.database.insert_new(line).values(line=LINE, next_at=LONG_AGO))
                next_at = connection.execute(locked).scalar_one()
            yield connection, next_at

    def _record(
        self, connection: Connection, decision: Decision, number: str, call_id: str, asked_by: str, at: datetime
    ) -> str:
        """Keep a decision and the reasons for it; its id."""
        decision_id = str(uuid.uuid4())
        row = {
            "decision_id": decision_id,
            "number_hash": self._vault.index(number),
            "at": at,
            "asked_by": asked_by,
            "call_id": call_id,
            "can_call": decision.allowed,
            "codes": codes(decision),
            "policy_version": decision.policy_version,
            "body": self._vault.seal(msgspec.json.encode(decision_body(decision)).decode()),
        }
        connection.execute(insert(tables.decisions).values(row))
        return decision_id


def codes(decision: Decision) -> str:
    """The codes of the reasons, parted by spaces."""
    return " ".join(reason.code for reason in decision.reasons)
