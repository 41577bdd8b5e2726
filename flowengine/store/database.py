"""Opening a database: SQLite by default, PostgreSQL by its address. What goes wrong is explained, with a remedy."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Select, create_engine, event, func, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, SQLAlchemyError

from flowengine.errors import StoreError
from flowengine.store import tables

DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""The driver taken where an address names none."""

WRITES = {"record_writes": True}

SCHEMA_LOCK = 0x666C6F77
"""Of PostgreSQL's advisory locks, the one that whoever changes the tables holds."""

REMEDIES = (
    ("locked", "another program is writing to it; close that one, or name another place with --db"),
    ("busy", "another program is writing to it; close that one, or name another place with --db"),
    ("not a database", "move that file away, or name another place with --db"),
    ("malformed", "it is damaged: move that file away, or put a copy in its place"),
    ("readonly", "let this user write to it, or name another place with --db"),
    ("unable to open", "let this user write to the file and its folder, or name another place with --db"),
    ("full", "free some space, or name another place with --db"),
    ("connection", "see that the server runs and that the address is right"),
    ("no module named", 'that kind of database needs a driver: pip install "psycopg[binary]" for PostgreSQL'),
    ("can't load plugin", "flowengine keeps its record in SQLite or PostgreSQL"),
)


def open_database(url: str, patience_s: float) -> tuple[Engine, str, Path]:
    """The engine, the address to show, and where the spool goes. Raises StoreError.

    `patience_s`: how long a statement waits for somebody else's lock.
    """
    parsed = _parsed(url)
    shown = parsed.render_as_string(hide_password=True)
    file = sqlite_file(parsed)
    try:
        if file is not None:
            _create_private(file)
        engine = create_engine(parsed, hide_parameters=True)
        if engine.dialect.name == "sqlite":
            _tune_sqlite(engine, patience_s)
        _check_schema(engine, shown)
    except OSError as error:
        raise StoreError(f"cannot write {shown}: {_why(error)}") from error
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise StoreError(f"cannot open {explained(error, shown)}") from error
    return engine, shown, Path(f"{file}.spool" if file is not None else "flowengine.spool")


def is_there(url: str) -> bool:
    """Whether there is anything to open. Servers always count as there. Raises StoreError."""
    file = sqlite_file(_parsed(url))
    return file is None or file.exists()


def sqlite_file_of(url: str) -> Path | None:
    """The file of an SQLite address; None for a server. Raises StoreError."""
    return sqlite_file(_parsed(url))


def sqlite_file(url: URL) -> Path | None:
    """The file behind an address; None where that is a server, or an SQLite URI. Raises StoreError."""
    if url.get_backend_name() != "sqlite":
        return None
    if url.database in (None, "", ":memory:"):
        raise StoreError("a record in memory would be lost with the process; name a file, like sqlite:///flowengine.db")
    return None if str(url.database).startswith("file:") else Path(str(url.database))


def explained(error: Exception, shown: str) -> str:
    """The database, the driver's own words and what to do.

    Without the statement and its values, which are personal data: so is whatever comes after the first line.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    words = type(cause).__name__ if isinstance(error, DataError) else str(cause).partition("\n")[0]
    remedy = next((remedy for part, remedy in REMEDIES if part in words.lower()), None)
    return f"{shown}: {words}" + (f"; {remedy}" if remedy else "")


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        masked = re.sub(r":[^:@/]*@", ":…@", url)
        raise StoreError(f"{masked!r} is not a database address; expected one like sqlite:///flowengine.db") from error
    return parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))


def _create_private(file: Path) -> None:
    """The record holds personal data: only its owner may read it. SQLite gives its other files the same mode."""
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def _why(error: OSError) -> str:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "there is no such folder; create it, or name another place with --db"
        case PermissionError():
            return "this user may not write there; name another place with --db"
        case _:
            return f"{error.strerror}; name another place with --db"


def _tune_sqlite(engine: Engine, patience_s: float) -> None:
    pragmas = (
        # First: even the change to WAL may have to wait for a lock.
        f"busy_timeout={round(patience_s * 1000)}",
        "journal_mode=WAL",
        # In WAL mode a power cut may lose the last commits but damages nothing; a killed process loses none.
        "synchronous=NORMAL",
        "foreign_keys=ON",
    )

    def connected(connection: Any, _record: object) -> None:
        # The driver would open transactions late, on the first write: too late to wait for a lock in peace.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def began(connection: Connection) -> None:
        writes = connection.get_execution_options().get("record_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", began)


def _check_schema(engine: Engine, shown: str) -> None:
    """Make the tables of a new database; refuse those that are not ours, or not of our time."""
    with engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
    if tables.schema_version.name not in there:
        # `calls` and `events` are names that other programs like, too.
        if there & tables.metadata.tables.keys():
            raise _foreign(shown)
        with engine.execution_options(**WRITES).begin() as connection:
            if engine.dialect.name == "postgresql":
                # SQLite's write lock is held already.
                connection.execute(select(func.pg_advisory_xact_lock(SCHEMA_LOCK)))
            tables.metadata.create_all(connection)
            if connection.execute(_version()).scalar() is None:
                connection.execute(insert(tables.schema_version).values(version=tables.SCHEMA_VERSION))
    with engine.connect() as connection:
        version = connection.execute(_version()).scalar()
        if version is not None and version > tables.SCHEMA_VERSION:
            raise StoreError(
                f"{shown} was written by a newer flowengine (schema {version}, this one knows "
                f"{tables.SCHEMA_VERSION}); upgrade flowengine, or name another place with --db"
            )
        columns = {column["name"] for column in inspect(connection).get_columns(tables.calls.name)}
        if version != tables.SCHEMA_VERSION or not columns.issuperset(tables.calls.columns.keys()):
            raise _foreign(shown)


def _version() -> Select[Any]:
    return select(func.max(tables.schema_version.c.version))


def _foreign(shown: str) -> StoreError:
    return StoreError(
        f"{shown} has tables that are not this flowengine's; move it away, or name another place with --db"
    )
