"""The record in a database: calls, their events, the do-not-call list. Synchronous; `writer` keeps it off the loop."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, SQLAlchemyError

from flowengine.errors import StoreError
from flowengine.store import tables

Way = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class CallStart:
    """A call as it begins. Numbers and contact are personal data; `contact` is JSON."""

    call_id: str
    call_sid: str
    flow: str
    flow_version: str
    direction: str
    started_at: datetime
    from_number: str | None = field(default=None, repr=False)
    to_number: str | None = field(default=None, repr=False)
    contact: str = field(default="{}", repr=False)


@dataclass(frozen=True, slots=True)
class CallEnd:
    """A call as it ended."""

    call_id: str
    ended_at: datetime
    outcome: str
    reason: str
    abnormal: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One event (`in`) or command (`out`) of a call; `payload` is JSON with its `kind`."""

    call_id: str
    seq: int
    at: float
    way: Way
    kind: str
    payload: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallRow:
    """A recorded call. Times in UTC; an open call has no end and no outcome."""

    call_id: str
    call_sid: str
    flow: str
    flow_version: str
    direction: str
    from_number: str | None = field(repr=False)
    to_number: str | None = field(repr=False)
    contact: str = field(repr=False)
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    reason: str | None
    abnormal: bool


class Store:
    """One database. Every method raises StoreError when the database does not do its part."""

    def __init__(self, engine: Engine, url: str, spool: Path) -> None:
        self._engine = engine
        self._url = url
        self.spool = spool

    @classmethod
    def open(cls, url: str) -> Store:
        """Open or create it. Raises StoreError that names the database and a remedy."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StoreError(f"{url!r} is not a database address; expected one like sqlite:///flowengine.db") from error
        shown = parsed.render_as_string(hide_password=True)
        try:
            if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
                _create_private(Path(str(parsed.database)))
            engine = create_engine(url)
            if engine.dialect.name == "sqlite":
                event.listen(engine, "connect", _set_up_sqlite)
            with engine.begin() as connection:
                _check_version(connection, shown)
        except OSError as error:
            raise StoreError(f"cannot write {shown}: {error.strerror}; name another place with --db") from error
        except (SQLAlchemyError, ModuleNotFoundError) as error:
            raise StoreError(
                f"cannot open {shown}: {_first_line(error)}; move it away or name another with --db"
            ) from error
        spool = f"{parsed.database}.spool" if parsed.get_backend_name() == "sqlite" else "flowengine.spool"
        return cls(engine, shown, Path(spool))

    def close(self) -> None:
        self._engine.dispose()

    def begin_call(self, call: CallStart) -> None:
        """A call is on. The same call_sid again replaces nothing and is an error."""
        with self._writing() as connection:
            connection.execute(
                insert(tables.calls).values(
                    call_id=call.call_id,
                    call_sid=call.call_sid,
                    flow=call.flow,
                    flow_version=call.flow_version,
                    direction=call.direction,
                    from_number=call.from_number,
                    to_number=call.to_number,
                    contact=call.contact,
                    started_at=call.started_at,
                    abnormal=False,
                )
            )

    def write(self, entries: Iterable[Entry], ends: Iterable[CallEnd] = ()) -> None:
        """Keep events and ends in one transaction."""
        rows = [
            {"call_id": e.call_id, "seq": e.seq, "at": e.at, "direction": e.way, "kind": e.kind, "payload": e.payload}
            for e in entries
        ]
        with self._writing() as connection:
            if rows:
                connection.execute(insert(tables.events), rows)
            for end in ends:
                connection.execute(
                    update(tables.calls)
                    .where(tables.calls.c.call_id == end.call_id)
                    .values(ended_at=end.ended_at, outcome=end.outcome, reason=end.reason, abnormal=end.abnormal)
                )

    def suppress(self, number: str, call_id: str, reason: str, at: datetime) -> None:
        """Put a number on the do-not-call list; already there is fine."""
        with self._writing() as connection, contextlib.suppress(IntegrityError), connection.begin_nested():
            connection.execute(
                insert(tables.suppressions).values(number=number, call_id=call_id, reason=reason, written_at=at)
            )

    def is_suppressed(self, number: str) -> bool:
        with self._reading() as connection:
            query = select(tables.suppressions.c.number).where(tables.suppressions.c.number == number)
            return connection.execute(query).first() is not None

    def add_status(self, call_sid: str, sequence_number: int, status: str, payload: str, at: datetime) -> bool:
        """Keep a status callback; False when it was there already."""
        with self._writing() as connection:
            try:
                with connection.begin_nested():
                    connection.execute(
                        insert(tables.status_callbacks).values(
                            call_sid=call_sid,
                            sequence_number=sequence_number,
                            status=status,
                            payload=payload,
                            received_at=at,
                        )
                    )
            except IntegrityError:
                return False
        return True

    def call(self, sid_or_id: str) -> CallRow | None:
        """By our call_id (its first eight digits will do, where only one call has them) or by Twilio's CallSid."""
        columns = tables.calls.c
        wanted = (columns.call_id == sid_or_id) | (columns.call_sid == sid_or_id)
        if len(sid_or_id) == 8 and sid_or_id.isalnum():
            wanted |= columns.call_id.startswith(sid_or_id, autoescape=True)
        with self._reading() as connection:
            rows = connection.execute(select(tables.calls).where(wanted).limit(2)).mappings().all()
        return _call(dict(rows[0])) if len(rows) == 1 else None

    def calls(self, *, limit: int = 20, flow: str | None = None) -> list[CallRow]:
        """The newest calls, newest first."""
        query = select(tables.calls).order_by(tables.calls.c.started_at.desc()).limit(limit)
        if flow is not None:
            query = query.where(tables.calls.c.flow == flow)
        with self._reading() as connection:
            return [_call(dict(row)) for row in connection.execute(query).mappings()]

    def entries(self, call_id: str) -> list[Entry]:
        """All that happened in a call, in order."""
        columns = tables.events.c
        query = select(tables.events).where(columns.call_id == call_id).order_by(columns.seq)
        with self._reading() as connection:
            return [
                Entry(row.call_id, row.seq, row.at, row.direction, row.kind, row.payload)
                for row in connection.execute(query)
            ]

    def close_orphans(self, now: datetime) -> int:
        """End the calls that a process left open when it died; how many there were."""
        with self._writing() as connection:
            result = connection.execute(
                update(tables.calls)
                .where(tables.calls.c.ended_at.is_(None))
                .values(ended_at=now, outcome="failed", reason="the service stopped during the call", abnormal=True)
            )
        return result.rowcount

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"{self._url} could not be written: {_first_line(error)}") from error

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"{self._url} could not be read: {_first_line(error)}") from error


def _create_private(path: Path) -> None:
    """The record holds personal data: only its owner may read it. Raises OSError."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _set_up_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _check_version(connection: Connection, shown: str) -> None:
    tables.metadata.create_all(connection)
    version = connection.execute(select(func.max(tables.schema_version.c.version))).scalar()
    if version is None:
        connection.execute(insert(tables.schema_version).values(version=tables.SCHEMA_VERSION))
    elif version > tables.SCHEMA_VERSION:
        raise StoreError(
            f"{shown} was written by a newer flowengine (schema {version}, this one knows {tables.SCHEMA_VERSION}); "
            "upgrade flowengine, or name another with --db"
        )


def _call(row: dict[str, Any]) -> CallRow:
    # SQLite keeps no time zone; all times are written in UTC.
    for name in ("started_at", "ended_at"):
        if row[name] is not None and row[name].tzinfo is None:
            row[name] = row[name].replace(tzinfo=UTC)
    return CallRow(**row)


def _first_line(error: Exception) -> str:
    """The driver's own words, without the statement and its values, which are personal data."""
    cause = error.orig if isinstance(error, DatabaseError) and error.orig is not None else error
    return str(cause).partition("\n")[0]
