"""What people agreed to: automated calls (PECR 19), calls although on the TPS (PECR 21(4)), a sector (PECR 21A, 21B).

A consent has its evidence: where and when it was given. A withdrawal keeps the row, so that it can be shown later that
a call was allowed when it was made.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from flowengine.compliance.policy import GOVERNED_SECTORS
from flowengine.store.audit import append_in
from flowengine.store.connection import Database
from flowengine.store.tables import consents

KINDS = ("automated", "tps", *(f"sector:{sector}" for sector in GOVERNED_SECTORS))


@dataclass(frozen=True, slots=True)
class NewConsent:
    """A consent as it was given. `source`: the evidence (a form, a recording), personal data.

    Raises ValueError for a kind that no rule asks about, a source that says nothing, a moment without a time zone.
    """

    number: str = field(repr=False)
    kind: str
    source: str = field(repr=False)
    given_at: datetime

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"a consent is of the kind {', '.join(KINDS)}")
        if not self.source.strip():
            raise ValueError("a consent needs its evidence: where it was given")
        if self.given_at.tzinfo is None:
            raise ValueError("the moment of a consent must have a time zone")


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent in the record; `withdrawn_at` None: it holds."""

    consent_id: str
    kind: str
    source: str = field(repr=False)
    given_at: datetime
    withdrawn_at: datetime | None
    written_at: datetime


class Consents:
    """The consents of one database. Numbers are E.164. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._vault = database.vault

    def give(self, consent: NewConsent, now: datetime, *, actor: str) -> str:
        """Keep a consent; its id. Given twice, both stay: each has its own evidence."""
        with self._database.writing() as connection:
            row = self._row(consent, now)
            connection.execute(insert(consents).values(row))
            detail = {"consent": row["consent_id"], "kind": consent.kind}
            append_in(connection, actor, "consent.give", self._subject(consent.number), detail, now)
        return str(row["consent_id"])

    def give_all(self, given: Sequence[NewConsent], now: datetime) -> int:
        """Keep many, in one transaction, but none that is there already (same number, kind and moment); how many."""
        rows = {
            (row["number_hash"], row["kind"], row["given_at"]): row for row in (self._row(each, now) for each in given)
        }
        with self._database.writing() as connection:
            for key in self._known(connection, {key[0] for key in rows}):
                rows.pop(key, None)
            if rows:
                connection.execute(insert(consents), list(rows.values()))
        return len(rows)

    def withdraw(self, number: str, kind: str, now: datetime, *, actor: str) -> int:
        """Consents of this kind hold no more; how many there were."""
        mine = (consents.c.number_hash == self._vault.index(number), consents.c.kind == kind)
        with self._database.writing() as connection:
            held = connection.execute(
                update(consents).where(*mine, consents.c.withdrawn_at.is_(None)).values(withdrawn_at=now)
            ).rowcount
            detail = {"kind": kind, "withdrawn": held}
            append_in(connection, actor, "consent.withdraw", self._subject(number), detail, now)
        return held

    def of(self, number: str) -> list[Consent]:
        """All of a number's, the newest first; withdrawn ones too."""
        wanted = select(consents).where(consents.c.number_hash == self._vault.index(number))
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(consents.c.given_at.desc())).mappings().all()
        return [self._consent(row) for row in rows]

    def _known(self, connection: Connection, hashes: set[str]) -> list[tuple[str, str, datetime]]:
        columns = (consents.c.number_hash, consents.c.kind, consents.c.given_at)
        rows = connection.execute(select(*columns).where(consents.c.number_hash.in_(sorted(hashes))))
        return [(row.number_hash, row.kind, row.given_at) for row in rows]

    def _row(self, consent: NewConsent, now: datetime) -> dict[str, Any]:
        return {
            "consent_id": str(uuid.uuid4()),
            "number_hash": self._vault.index(consent.number),
            "number": self._vault.seal(consent.number),
            "kind": consent.kind,
            "given_at": consent.given_at,
            "source": self._vault.seal(consent.source),
            "written_at": now,
        }

    def _subject(self, number: str) -> str:
        return f"number:{self._vault.index(number)}"

    def _consent(self, row: RowMapping) -> Consent:
        return Consent(
            row["consent_id"],
            row["kind"],
            self._vault.open(row["source"]),
            row["given_at"],
            row["withdrawn_at"],
            row["written_at"],
        )
