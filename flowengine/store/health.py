"""Whether the database can be written now, and what it holds: asked by `flowengine doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select

from flowengine.store import tables
from flowengine.store.connection import Database


@dataclass(frozen=True, slots=True)
class Health:
    """`at`: the database's own clock. `waiting`: calls in the outbound queue."""

    kind: str
    at: datetime
    calls: int
    waiting: int


def health(database: Database) -> Health:
    """Raises StoreError when the database cannot be written: locked, full, read-only."""
    with database.writing() as connection:
        # A write that changes nothing: it takes the locks, and is refused where writing is.
        connection.execute(delete(tables.dial_line).where(tables.dial_line.c.line == -1))
    with database.reading() as connection:
        calls = connection.execute(select(func.count()).select_from(tables.calls)).scalar_one()
        waiting = connection.execute(
            select(func.count()).select_from(tables.queue).where(tables.queue.c.state == "waiting")
        ).scalar_one()
        # SQLite has no clock but this machine's.
        own = connection.execute(select(func.now())).scalar_one() if database.dialect == "postgresql" else None
    kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(database.dialect, database.dialect)
    return Health(kind, own if isinstance(own, datetime) else datetime.now(UTC), calls, waiting)
