"""Addresses of databases and engines to them: SQLite by default, PostgreSQL by its address.

What goes wrong is explained, with a remedy.
"""

from __future__ import annotations

import math
import os
import re
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError

from flowengine.errors import StoreError

DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
"""The driver taken where an address names none."""

WRITES = {"record_writes": True}
MAKES = {"record_makes": True}
"""Makes or changes the tables: whoever comes second waits until the first has done so."""
MAKING_MS = 60_000

AGAIN_S = 0.005
"""Between two tries to change a new file's journal."""

STATEMENT_S = 30.0
"""No statement of a service takes longer; one that does waits for a server that is in trouble."""
GONE_MS = 10_000
"""A server that acknowledges nothing for so long is gone."""
CONNECTIONS = 20
"""Of a process with PostgreSQL at most: its threads, each for the time of one transaction."""

REMEDIES = (
    ("locked", "another program is writing to it; close that one, or name another place with --db"),
    ("busy", "another program is writing to it; close that one, or name another place with --db"),
    ("lock timeout", "another program is writing to it; close that one, or name another place with --db"),
    ("not a database", "move that file away, or name another place with --db"),
    ("malformed", "it is damaged: move that file away, or put a copy in its place"),
    ("readonly", "let this user write to it, or name another place with --db"),
    ("unable to open", "let this user write to the file and its folder, or name another place with --db"),
    ("full", "free some space, or name another place with --db"),
    ("no space left", "free some space on the server"),
    ("statement timeout", "see what the server is busy with"),
    ("resolve host", "see that the address is right"),
    ("connection", "see that the server runs and that the address is right"),
    ("no module named", 'that kind of database needs a driver: pip install "psycopg[binary]" for PostgreSQL'),
)


KINDS = frozenset({"sqlite", "postgresql"})


def engine_for(url: URL, patience_s: float) -> Engine:
    """Connections to it, not yet made. `patience_s`: how long a statement waits for somebody else's lock.

    Raises SQLAlchemy's errors, ModuleNotFoundError for a driver that is not there, OSError for a file.
    """
    if url.get_backend_name() == "postgresql":
        return _postgresql(url, patience_s)
    file = file_of(url)
    if file is not None and not _is_uri(url):
        _create_private(file)
    engine = create_engine(url, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _tune_sqlite(engine, patience_s)
    return engine


def parsed(url: str) -> URL:
    """Raises StoreError."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        # No address: where a password in it begins and ends is anybody's guess.
        masked = re.sub(r":.*@", ":…@", url, flags=re.DOTALL)
        raise StoreError(f"{masked!r} is not a database address; expected one like sqlite:///flowengine.db") from error
    address = address.set(drivername=DRIVERS.get(address.drivername, address.drivername))
    if address.get_backend_name() not in KINDS:
        what = without_password(address)
        raise StoreError(f"the database {what} cannot be used: flowengine keeps its record in SQLite or PostgreSQL")
    return address


def without_password(url: URL) -> str:
    """The address as it may be shown; what follows its question mark can hold a password too."""
    hidden = {key: "***" for key in url.query if "password" in key}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def file_of(url: URL) -> Path | None:
    """The file behind an address, an SQLite URI included; None where that is a server. Raises StoreError."""
    if url.get_backend_name() != "sqlite":
        return None
    name = str(url.database or "")
    if _is_uri(url):
        name = unquote(urlsplit(name).path)
    if name in ("", ":memory:") or url.query.get("mode") == "memory":
        raise StoreError("a record in memory would be lost with the process; name a file, like sqlite:///flowengine.db")
    return Path(name)


def explained(error: Exception, shown: str) -> str:
    """The database, the driver's own words and what to do.

    Without the statement and its values, which are personal data: so is whatever comes after the first line.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    words = type(cause).__name__ if isinstance(error, DataError) else str(cause).partition("\n")[0]
    remedy = next((remedy for part, remedy in REMEDIES if part in words.lower()), None)
    return f"{shown}: {words}" + (f"; {remedy}" if remedy else "")


def why(error: OSError) -> str:
    """What keeps a file from being made, and what to do."""
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return "there is no such folder; create it, or name another place with --db"
        case PermissionError():
            return "this user may not write there; name another place with --db"
        case _:
            return f"{error.strerror}; name another place with --db"


def _is_uri(url: URL) -> bool:
    return str(url.database or "").startswith("file:")


def _create_private(file: Path) -> None:
    """The record holds personal data: only its owner may read it. SQLite gives its other files the same mode."""
    if not file.exists():
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))


def _postgresql(url: URL, patience_s: float) -> Engine:
    """A server that hangs, or is gone, should be found out in seconds; one that was restarted, not at all."""
    limits = {
        "lock_timeout": patience_s,
        "statement_timeout": STATEMENT_S,
        # A process that stopped in the middle of a transaction must not hold the others' locks for ever.
        "idle_in_transaction_session_timeout": STATEMENT_S,
    }
    options = [str(url.query.get("options", "")), *(f"-c {name}={round(s * 1000)}" for name, s in limits.items())]
    connect = {
        # libpq's smallest is 2.
        "connect_timeout": max(2, math.ceil(patience_s)),
        "tcp_user_timeout": GONE_MS,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }
    # What an address says itself is meant.
    own = {name: value for name, value in connect.items() if name not in url.query}
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=5,
        max_overflow=CONNECTIONS - 5,
        pool_timeout=max(patience_s, 1.0),
        connect_args={**own, "options": " ".join(options).strip()},
    )


def _tune_sqlite(engine: Engine, patience_s: float) -> None:
    pragmas = (
        f"busy_timeout={round(patience_s * 1000)}",
        # An attempt must stand in the record before the telephone rings, through a power cut too: what is forgotten
        # would be rung again. In WAL mode that costs one sync of the log a transaction.
        "synchronous=FULL",
        "foreign_keys=ON",
        # What was deleted is overwritten, not only forgotten.
        "secure_delete=ON",
        # In KiB, for each connection. Keyed hashes lie all over their index: with SQLite's own 2 MiB an import of a
        # million numbers reads pages again and again.
        "cache_size=-16384",
    )

    def connected(connection: Any, _record: object) -> None:
        # The driver would open transactions late, on the first write: too late to wait for a lock in peace.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        _change_to_wal(cursor, patience_s)
        cursor.close()

    def began(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("record_makes", False):
            connection.connection.cursor().execute(f"PRAGMA busy_timeout={MAKING_MS}")
        if options.get("record_writes", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # It takes no lock, so nothing can go wrong; SQLAlchemy's way there costs as much as a look-up.
            connection.connection.cursor().execute("BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", began)


def _change_to_wal(cursor: sqlite3.Cursor, patience_s: float) -> None:
    """A new file is changed once. Two who do so at a time would deadlock, so SQLite refuses one of them at once,
    however long its `busy_timeout`: it is to come again. Raises sqlite3.OperationalError after `patience_s`.
    """
    until = time.monotonic() + patience_s
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            time.sleep(AGAIN_S)
        else:
            return
