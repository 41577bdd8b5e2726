"""The company's own do-not-call list (PECR 21(1)(a)): permanent, and over all campaigns.

Nobody is taken off it because time has passed, and nobody who said in a call that they want no more calls. An entry
that was made by mistake, by hand or from a file, can be removed by somebody who says why; that stays in the audit log.
What a person says in a call comes in through `writer`, with the call's record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, RowMapping, Select, delete, func, select

from flowengine.store.audit import append_in
from flowengine.store.connection import Database
from flowengine.store.rows import Suppression
from flowengine.store.tables import do_not_call

PAGE = 5_000
OPT_OUTS = frozenset({"opt_out", "opted_out"})
"""Reasons that a call gives, this release's and the one's before."""

Removal = Literal["removed", "not listed", "opted out"]
"""What became of a wish to take an entry back; who opted out stays."""


@dataclass(frozen=True, slots=True)
class ListedNumber:
    """An entry of the list. `call_id`: the call in which it was said; `written_by`: who wrote it outside of calls.

    `place` orders the list, and is where its next page begins.
    """

    number: str = field(repr=False)
    reason: str
    call_id: str | None
    written_by: str | None
    written_at: datetime
    place: str

    @property
    def is_opt_out(self) -> bool:
        """Said by the person: whatever names a call, or bears nobody's hand, or has a call's reason."""
        return self.call_id is not None or self.written_by is None or self.reason in OPT_OUTS


class DoNotCall:
    """The list of one database. Numbers are E.164. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._vault = database.vault

    def add(self, number: str, reason: str, now: datetime, *, actor: str, call_id: str | None = None) -> bool:
        """Put a number on the list; False when it was there: then the older entry stays."""
        entry = Suppression(number, call_id, reason, now, actor)
        with self._database.writing() as connection:
            is_new = self._put(connection, self._new(connection, [entry])) == 1
            append_in(connection, actor, "do-not-call.add", self._subject(number), {"was_there": not is_new}, now)
        return is_new

    def add_all(self, entries: Sequence[Suppression]) -> int:
        """Put many on the list, in one transaction; how many were not there. Who imports writes the audit entry.

        The record of live calls waits for the database's write lock, so what can be done before it is taken, is.
        """
        with self._database.reading() as connection:
            new = self._new(connection, entries)
        with self._database.writing() as connection:
            return self._put(connection, new)

    def remove(self, number: str, reason: str, now: datetime, *, actor: str) -> Removal:
        """Take back an entry that was a mistake. `reason` is kept, in clear and for good: no name, no number."""
        with self._database.writing() as connection:
            row = connection.execute(self._one(number)).mappings().first()
            if row is None:
                return "not listed"
            entry = self._entry(row)
            if entry.is_opt_out:
                return "opted out"
            connection.execute(delete(do_not_call).where(do_not_call.c.number_hash == row["number_hash"]))
            was = {
                "reason": reason,
                "listed_at": entry.written_at.isoformat(),
                "listed_by": entry.written_by,
            }
            append_in(connection, actor, "do-not-call.remove", self._subject(number), was, now)
        return "removed"

    def find(self, number: str) -> ListedNumber | None:
        with self._database.reading() as connection:
            row = connection.execute(self._one(number)).mappings().first()
        return None if row is None else self._entry(row)

    def contains(self, number: str) -> bool:
        with self._database.reading() as connection:
            return connection.execute(self._one(number)).first() is not None

    def count(self) -> int:
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(do_not_call)).scalar_one()

    def page(self, *, limit: int, after: str = "") -> list[ListedNumber]:
        """Entries in the list's own order, beyond the `place` that a page before ended with."""
        wanted = select(do_not_call).where(do_not_call.c.number_hash > after)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(do_not_call.c.number_hash).limit(limit)).mappings().all()
        return [self._entry(row) for row in rows]

    def every(self) -> Iterator[ListedNumber]:
        """The whole list, a page at a time: no transaction stays open over it."""
        after = ""
        while page := self.page(limit=PAGE, after=after):
            yield from page
            after = page[-1].place

    def _new(self, connection: Connection, entries: Sequence[Suppression]) -> list[dict[str, object]]:
        """Rows for those that are not there. Of two entries for one number the first counts."""
        places = {self._vault.index(entry.number): entry for entry in reversed(entries)}
        wanted = select(do_not_call.c.number_hash).where(do_not_call.c.number_hash.in_(sorted(places)))
        for known in connection.execute(wanted).scalars():
            del places[known]
        # Sorted, so that two imports at once wait for each other instead of locking each other out.
        return [self._row(place, places[place]) for place in sorted(places)]

    def _put(self, connection: Connection, rows: list[dict[str, object]]) -> int:
        """How many were not there still."""
        if not rows:
            return 0
        insert = self._database.insert_new(do_not_call, ["number_hash"])
        return connection.execute(insert, rows, execution_options={"preserve_rowcount": True}).rowcount

    def _row(self, place: str, entry: Suppression) -> dict[str, object]:
        return {
            "number_hash": place,
            "number": self._vault.seal(entry.number),
            "reason": self._vault.seal(entry.reason),
            "call_id": entry.call_id,
            "written_by": entry.written_by,
            "written_at": entry.written_at,
        }

    def _one(self, number: str) -> Select[tuple[object, ...]]:
        return select(do_not_call).where(do_not_call.c.number_hash == self._vault.index(number))

    def _subject(self, number: str) -> str:
        return f"number:{self._vault.index(number)}"

    def _entry(self, row: RowMapping) -> ListedNumber:
        return ListedNumber(
            self._vault.open(row["number"]),
            self._vault.open(row["reason"]),
            row["call_id"],
            row["written_by"],
            row["written_at"],
            row["number_hash"],
        )
