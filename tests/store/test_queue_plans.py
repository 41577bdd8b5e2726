"""What the databases do to find the next call, so that it costs the same however many wait."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from flowengine.store import tables
from flowengine.store.connection import Database
from flowengine.store.queue_sql import PRIORITIES, next_due, next_waiting, place_of
from tests.postgres import on_postgresql, on_sqlite
from tests.store.queue_cases import DAY, NOON, put, queue_on
from tests.store.statements import statements

WAITING = 5_000


@pytest.fixture
def crowded(database: Database) -> Database:
    """Thousands wait, of all priorities, and none is due."""
    row = {"number_hash": "x", "number": "x", "flow": "booking", "contact": "x", "state": "waiting", "tries": 0}
    some = [
        row | {"call_id": f"call-{index}", "priority": index % 10 + 1, "due_at": NOON + DAY, "queued_at": NOON}
        for index in range(WAITING)
    ]
    with database.writing() as connection:
        connection.execute(insert(tables.queue), some)
    return database


@on_sqlite
def test_sqlite_seeks_once_a_priority_and_scans_nothing(crowded: Database) -> None:
    for sql, parameters in statements(crowded, next_waiting, next_due):
        with crowded.reading() as connection:
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        on_queue = [line for line in plan if "queue" in line]
        assert len(on_queue) == 1
        assert "SEARCH queue USING COVERING INDEX queue_next (state=? AND priority=? AND due_at" in on_queue[0]
        assert not [line for line in plan if "TEMP B-TREE" in line]


@on_postgresql
def test_postgresql_reads_one_entry_a_priority_of_the_index_and_no_more(crowded: Database) -> None:
    with crowded.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE queue")
    for sql, parameters in statements(crowded, next_waiting, next_due):
        with crowded.reading() as connection:
            [plan] = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters).scalar_one()
        [seek] = [node for node in nodes(plan["Plan"]) if node.get("Relation Name") == "queue"]
        assert seek["Index Name"] == "queue_next"
        assert seek["Actual Loops"] == len(PRIORITIES)
        assert seek["Actual Rows"] <= 1
        assert seek.get("Rows Removed by Filter", 0) == 0


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


def test_a_place_behind_thousands_is_counted(crowded: Database) -> None:
    queue = queue_on(crowded)
    call = put(queue, "last", not_before=NOON + 2 * DAY, priority=1)
    with crowded.reading() as connection:
        assert place_of(connection, call, NOON) == WAITING + 1
