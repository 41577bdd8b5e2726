"""Whether the database can be written now, and what it holds: asked by `flowengine doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select

from flowengine.store import tables
from flowengine.store.connection import Database

NO_LINE = -1


@dataclass(frozen=True, slots=True)
class Health:
    """`at`: the database's own clock. `waiting`: calls in the outbound queue."""

    kind: str
    at: datetime
    calls: int
    waiting: int


def probe(database: Database) -> None:
    """Write something that changes nothing, all the way to the disk. Raises StoreError."""
    with database.writing() as connection:
        line = tables.dial_line
        connection.execute(database.insert_new(line).values(line=NO_LINE, next_at=datetime.now(UTC)))
        connection.execute(delete(line).where(line.c.line == NO_LINE))


def health(database: Database) -> Health:
    """Raises StoreError when the database cannot be written: locked, full, read-only."""
    probe(database)
    with database.reading() as connection:
        calls = connection.execute(select(func.count()).select_from(tables.calls)).scalar_one()
        waiting = connection.execute(
            select(func.count()).select_from(tables.queue).where(tables.queue.c.state == "waiting")
        ).scalar_one()
        # SQLite has no clock but this machine's.
        own = connection.execute(select(func.now())).scalar_one() if database.dialect == "postgresql" else None
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(database.dialect, database.dialect)
    return Health(kind, own if isinstance(own, datetime) else datetime.now(UTC), calls, waiting)
