"""The audit log: who did what, each entry bound to the one before it by its hash (SHA-256).

A changed, removed or inserted entry breaks the chain at its place. Whoever may write the database could make the whole
chain anew, or cut off its end: the last hash goes to the service's log once a day, and there they would differ.

No personal data: numbers are named by the vault's keyed hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, insert, select, text

from flowengine.store.connection import Database
from flowengine.store.tables import audit

BEGINNING = "0" * 64
"""What the first entry has for the hash before it."""
LOCK = 0x666C6F77
"""PostgreSQL's advisory lock that writers hold to the end of their transactions ("flow")."""
LONGEST = 64
BATCH = 1000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry. `subject`: what it was done to (`key:ab12cd34`, `number:HASH`); `detail` is JSON."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    previous: str
    hash: str

    def expected_hash(self) -> str:
        """What its hash should be: over the one before it and all that it says."""
        content = [self.previous, self.seq, self.at.astimezone(UTC).isoformat(timespec="microseconds")]
        return hashlib.sha256(
            json.dumps([*content, self.actor, self.action, self.subject, self.detail]).encode()
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at the whole chain found; `broken_at`: the first entry that does not fit, and `why`."""

    entries: int
    last_hash: str
    broken_at: int | None = None
    why: str | None = None


class AuditLog:
    """The audit log of one database. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, actor: str, action: str, subject: str, detail: Mapping[str, object], now: datetime) -> AuditEntry:
        """One entry, in a transaction of its own."""
        with self._database.writing() as connection:
            return append_in(connection, actor, action, subject, detail, now)

    def subject_of(self, number: str) -> str:
        """How a number (E.164), or anything else that must not stand here, is named."""
        return f"number:{self._database.vault.index(number)}"

    def page(self, *, limit: int, before: int | None = None) -> list[AuditEntry]:
        """Entries, the newest first; those older than `before`, a `seq`."""
        wanted = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(audit.c.seq < before)
        with self._database.reading() as connection:
            return [_entry(row) for row in connection.execute(wanted).mappings()]

    def last(self) -> AuditEntry | None:
        """The newest entry."""
        return next(iter(self.page(limit=1)), None)

    def has(self, hash: str) -> bool:
        """Whether an entry has this hash."""
        with self._database.reading() as connection:
            return connection.execute(select(audit.c.seq).where(audit.c.hash == hash)).first() is not None

    def verify(self) -> Verified:
        """Go through the whole chain, up to the first entry that does not fit."""
        count, last_hash = 0, BEGINNING
        in_order = select(audit).order_by(audit.c.seq).execution_options(yield_per=BATCH)
        # Closed on the way out: PostgreSQL keeps the rest of the rows for a cursor that was left half-way.
        with self._database.reading() as connection, connection.execute(in_order) as rows:
            for row in rows.mappings():
                entry = _entry(row)
                if why := _misfit(entry, count + 1, last_hash):
                    return Verified(count, last_hash, entry.seq, why)
                count, last_hash = entry.seq, entry.hash
        return Verified(count, last_hash)


def append_in(
    connection: Connection, actor: str, action: str, subject: str, detail: Mapping[str, object], now: datetime
) -> AuditEntry:
    """One entry in the transaction of the change that it tells of; the last thing that this transaction does.

    Writers come one after the other, over all processes: SQLite's write lock is held already (`Database.writing`),
    PostgreSQL's advisory lock from here to the commit.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    last = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    entry = AuditEntry(
        seq=1 if last is None else last.seq + 1,
        at=now.astimezone(UTC),
        actor=actor[:LONGEST],
        action=action[:LONGEST],
        subject=subject,
        detail=json.dumps(dict(detail), sort_keys=True, ensure_ascii=True),
        previous=BEGINNING if last is None else last.hash,
        hash="",
    )
    values = {name: getattr(entry, name) for name in AuditEntry.__dataclass_fields__}
    values["hash"] = entry.expected_hash()
    connection.execute(insert(audit).values(values))
    return AuditEntry(**values)


def _misfit(entry: AuditEntry, seq: int, previous: str) -> str | None:
    if entry.seq != seq:
        return f"the entry {seq} is missing"
    if entry.previous != previous:
        return "it does not follow the entry before it"
    if entry.hash != entry.expected_hash():
        return "it was changed after it was written"
    return None


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(**{name: row[name] for name in AuditEntry.__dataclass_fields__})
