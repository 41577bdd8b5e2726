"""The daily purge beside a running service."""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from flowengine.service.retention import DAILY_S, RETRY_S, _purge, purge_daily
from flowengine.store.connection import Database
from flowengine.store.retention import Keep
from flowengine.store.store import Store
from tests.store.records import end, noted, start

KEEP = Keep(timedelta(days=730))


def old_call(database: Database) -> Store:
    store = Store(database)
    store.write([start(started_at=datetime.now(UTC) - timedelta(days=731)), noted(0), end()])
    return store


def test_a_service_that_starts_purges_and_sleeps_for_a_day(
    database_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = old_call(Database.open(database_url))
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.Event().wait()

    async def serve() -> None:
        task = asyncio.create_task(purge_daily(store.database, KEEP))
        while not slept:
            await asyncio.to_thread(lambda: None)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    caplog.set_level(logging.INFO)
    # In that module alone: other tests' servers may still run on threads of this process, and they sleep too.
    patched = SimpleNamespace(sleep=sleep, to_thread=asyncio.to_thread)
    monkeypatch.setattr("flowengine.service.retention.asyncio", patched)
    asyncio.run(serve())
    assert slept == [DAILY_S]
    assert store.entries("call-1") == []
    (told,) = (entry for entry in caplog.records if entry.message == "what was too old was purged")
    assert (told.__dict__["calls"], told.__dict__["events"]) == (1, 1)
    store.close()


def test_a_database_that_is_away_is_tried_again_in_an_hour(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    store = old_call(Database.open(database_url))
    with store.database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE decisions RENAME TO gone")
    assert _purge(store.database, KEEP, threading.Event()) == RETRY_S
    assert "what is too old could not be purged" in caplog.messages
    store.close()
