"""Every look-up of the record goes by an index, on both databases: a million calls make it no slower."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from flowengine.store.connection import Database
from flowengine.store.labels import Labels
from flowengine.store.processes import Processes
from flowengine.store.retention import Keep, purge
from flowengine.store.store import Store
from tests.store.records import NOW, NUMBER

LOOKUPS: dict[str, Callable[[Store], object]] = {
    "a call by either id": lambda store: store.call("call-1"),
    "calls by a beginning": lambda store: store.calls_like("call-1"),
    "the newest calls": lambda store: store.calls(),
    "the newest calls of a flow": lambda store: store.calls(flow="booking"),
    "a call's entries": lambda store: store.entries("call-1"),
    "the labels of a call": lambda store: Labels(store.database).of_call("call-1"),
    "the labels of a flow": lambda store: Labels(store.database).of_flow("booking"),
    "a listed number": lambda store: store.is_suppressed(NUMBER),
    "calls left open": lambda store: Processes(store.database, "me").close_orphans(NOW),
    "what is too old": lambda store: purge(store.database, NOW, Keep(timedelta(days=8))),
}


@contextmanager
def noting(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed, with their values."""
    noted: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        noted.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    yield noted
    event.remove(database.engine, "before_cursor_execute", note)


def plan(database: Database, statement: str, values: Any) -> str:
    with database.reading() as connection:
        if database.dialect == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            return "\n".join(str(row[3]) for row in rows)
        # Of tables with a few rows PostgreSQL reads all, unless told that this is dear.
        connection.execute(text("SET LOCAL enable_seqscan = off"))
        connection.execute(text("SET LOCAL enable_sort = off"))
        return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", values).scalars())


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_goes_by_an_index(store: Store, name: str) -> None:
    with noting(store.database) as statements:
        LOOKUPS[name](store)
    looked = [each for each in statements if each[0].startswith(("SELECT", "WITH"))]
    assert looked
    for statement, values in looked:
        told = plan(store.database, statement, values)
        # SQLite says SCAN for a whole table, unless it is read along an index, as the newest calls are.
        whole = [line for line in told.splitlines() if line.startswith("SCAN ") and "USING INDEX" not in line]
        assert not whole, told
        assert "Seq Scan" not in told, told
