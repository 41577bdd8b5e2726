"""The record in a database: calls, their events, the do-not-call list. Synchronous; `writer` keeps it off the loop."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from flowengine.errors import StoreError
from flowengine.store import tables
from flowengine.store.connection import PATIENCE_S, Database
from flowengine.store.rows import CallEnd, CallRow, CallStart, Entry, Item, Suppression, Way
from flowengine.store.vault import Vault

__all__ = ["CallEnd", "CallRow", "CallStart", "Entry", "Item", "Store", "Suppression", "Way"]

CALL_ROW = tuple(each.name for each in fields(CallRow))
LAST_CHARACTER = "\U0010ffff"


class Store:
    """One database. Every method raises StoreError when the database does not do its part."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.spool = database.spool
        self._vault = database.vault
        self._writing = database.writing
        self._reading = database.reading

    @classmethod
    def open(cls, url: str, *, vault: Vault | None = None, patience_s: float = PATIENCE_S) -> Store:
        """Open or create it. Raises StoreError that names the database and a remedy.

        `patience_s`: how long a statement waits while another program holds the database's lock.
        """
        return cls(Database.open(url, vault=vault, patience_s=patience_s))

    @staticmethod
    def is_there(url: str) -> bool:
        """Whether `open` would find something rather than create it. Raises StoreError."""
        return Database.is_there(url)

    def close(self) -> None:
        self.database.close()

    # What is written.

    def write(self, items: Iterable[Item]) -> list[Item]:
        """Keep all in one transaction; what is there already stays as it is, so the same may be written again.

        Returns those that can never be kept (an event of a call that nobody began, a second call of the same sid).
        """
        batch = list(items)
        try:
            with self._writing() as connection:
                self._keep(connection, batch)
        except StoreError as error:
            if not _is_unfit(error.__cause__):
                raise
        except (ValueError, OverflowError):
            pass
        else:
            return []
        return self._write_one_by_one(batch)

    def add_status(self, call_sid: str, sequence_number: int, status: str, payload: str, at: datetime) -> bool:
        """Keep a status callback; False when it was there already."""
        row = {
            "call_sid": call_sid,
            "sequence_number": sequence_number,
            "status": status,
            "payload": self._vault.seal(payload),
            "received_at": at,
        }
        query = self.database.insert_new(tables.status_callbacks)
        with self._writing() as connection:
            return (
                connection.execute(query.values(row).returning(tables.status_callbacks.c.call_sid)).first() is not None
            )

    # What is read.

    def is_suppressed(self, number: str) -> bool:
        """Whether it is on the do-not-call list."""
        with self._reading() as connection:
            listed = tables.do_not_call.c.number_hash
            return connection.execute(select(listed).where(listed == self._vault.index(number))).first() is not None

    def call(self, sid_or_id: str) -> CallRow | None:
        """By our call_id or by the provider's call sid."""
        calls = tables.calls.c
        found = self._select(select(tables.calls).where((calls.call_id == sid_or_id) | (calls.call_sid == sid_or_id)))
        return found[0] if found else None

    def calls_like(self, beginning: str, *, limit: int = 10) -> list[CallRow]:
        """Calls whose call_id or call sid begins so, newest first."""
        calls = tables.calls.c
        begins = self._begins(calls.call_id, beginning) | self._begins(calls.call_sid, beginning)
        # PostgreSQL would read all calls from the newest on, and hope that ten fit soon.
        found = select(tables.calls).where(begins).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
        return self._select(select(found).order_by(found.c.started_at.desc(), found.c.call_id).limit(limit))

    def calls(self, *, limit: int = 20, flow: str | None = None) -> list[CallRow]:
        """The newest calls, newest first."""
        query = _newest() if flow is None else _newest().where(tables.calls.c.flow == flow)
        return self._select(query.limit(limit))

    def entries(self, call_id: str) -> list[Entry]:
        """All that happened in a call, in order."""
        columns = tables.events.c
        query = select(tables.events).where(columns.call_id == call_id).order_by(columns.seq)
        with self._reading() as connection:
            return [
                Entry(row.call_id, row.seq, row.at, row.direction, row.kind, self._vault.open(row.payload))
                for row in connection.execute(query)
            ]

    # How.

    def _begins(self, column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
        """In words for which the database uses an index: PostgreSQL one made for LIKE, SQLite one in order of bytes."""
        if self.database.dialect == "postgresql":
            return column.startswith(beginning, autoescape=True)
        return (column >= beginning) & (column < beginning + LAST_CHARACTER)

    def _select(self, query: Select[Any]) -> list[CallRow]:
        with self._reading() as connection:
            return [self._call(row) for row in connection.execute(query).mappings()]

    def _call(self, row: RowMapping) -> CallRow:
        values = {name: row[name] for name in CALL_ROW}
        opened = {name: self._vault.open_maybe(values[name]) for name in ("from_number", "to_number", "contact")}
        return CallRow(**values | opened)

    def _keep(self, connection: Connection, items: Sequence[Item]) -> None:
        """In the order in which one needs the other, whatever the order of the items."""
        starts = [self._started(item) for item in items if isinstance(item, CallStart)]
        # A call_sid that is there already is refused, not passed over: its events would have no call.
        self._insert_once(connection, tables.calls, starts, key=["call_id"])
        self._insert_once(connection, tables.events, [self._entry(item) for item in items if isinstance(item, Entry)])
        for item in items:
            if isinstance(item, CallEnd):
                end_call(connection, item)
        listed = [self._listed(item) for item in items if isinstance(item, Suppression)]
        self._insert_once(connection, tables.do_not_call, listed)
        for row in listed:
            # Whom somebody had listed by hand has now said so in a call, which nobody can take back.
            connection.execute(
                update(tables.do_not_call)
                .where(tables.do_not_call.c.number_hash == row["number_hash"], tables.do_not_call.c.call_id.is_(None))
                .values(call_id=row["call_id"])
            )

    def _insert_once(
        self, connection: Connection, table: Table, rows: list[dict[str, Any]], *, key: list[str] | None = None
    ) -> None:
        if rows:
            connection.execute(self.database.insert_new(table, key), rows)

    def _started(self, call: CallStart) -> dict[str, Any]:
        person = call.to_number if call.direction == "outbound" else call.from_number
        return {
            "call_id": call.call_id,
            "call_sid": call.call_sid,
            "flow": call.flow,
            "flow_version": call.flow_version,
            "direction": call.direction,
            "from_number": self._vault.seal_maybe(call.from_number),
            "to_number": self._vault.seal_maybe(call.to_number),
            "number_hash": None if person is None else self._vault.index(person),
            "contact": self._vault.seal(call.contact),
            "started_at": call.started_at,
            "answered_at": call.answered_at or (call.started_at if call.status == "in-progress" else None),
            "status": call.status,
            "abnormal": False,
            "owner": call.owner,
        }

    def _entry(self, entry: Entry) -> dict[str, Any]:
        return {
            "call_id": entry.call_id,
            "seq": entry.seq,
            "at": entry.at,
            "direction": entry.way,
            "kind": entry.kind,
            "payload": self._vault.seal(entry.payload),
        }

    def _listed(self, item: Suppression) -> dict[str, Any]:
        return {
            "number_hash": self._vault.index(item.number),
            "number": self._vault.seal(item.number),
            "call_id": item.call_id,
            "reason": self._vault.seal(item.reason),
            "written_by": item.written_by,
            "written_at": item.written_at,
        }

    def _write_one_by_one(self, items: Sequence[Item]) -> list[Item]:
        unfit: list[Item] = []
        with self._writing() as connection:
            for item in items:
                try:
                    with connection.begin_nested():
                        self._keep(connection, [item])
                except (SQLAlchemyError, ValueError, OverflowError) as error:
                    if not _is_unfit(error):
                        raise
                    unfit.append(item)
        return unfit


def _newest() -> Select[Any]:
    return select(tables.calls).order_by(tables.calls.c.started_at.desc(), tables.calls.c.call_id)


def end_call(connection: Connection, end: CallEnd) -> None:
    connection.execute(
        update(tables.calls)
        .where(tables.calls.c.call_id == end.call_id)
        .values(ended_at=end.ended_at, outcome=end.outcome, reason=end.reason, abnormal=end.abnormal, status=end.status)
    )


def _is_unfit(error: BaseException | None) -> bool:
    """The data, not the database, is to blame: trying again would not help."""
    match error:
        case IntegrityError() | DataError() | ValueError() | OverflowError():
            return True
        case _:
            return isinstance(error, StatementError) and not isinstance(error, DBAPIError)
