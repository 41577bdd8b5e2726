"""A database that is gone, locked or busy: each part says so in seconds, and goes on when it is back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import text

from flowengine.errors import StoreError
from flowengine.store import database as settings_of_engines
from flowengine.store.connection import Database
from flowengine.store.retention import Keep, purge
from flowengine.store.rows import Item
from flowengine.store.store import Store
from flowengine.store.writer import RecordWriter
from tests.postgres import PostgresServer, on_postgresql
from tests.store.queue_cases import NOON, claimed, put, queue_on
from tests.store.records import NOW, end, noted, open_calls, start

LONG_S = 300.0


@pytest.fixture
def server(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """It runs again afterwards, whatever was done to it."""
    yield postgres
    if not postgres.is_running:
        postgres.start()


def refused_quickly(work: Callable[[], object]) -> str:
    """Before its lock, its statement or its server comes to an end: none of these does."""
    with pytest.raises(StoreError) as caught:
        work()
    return str(caught.value)


@on_postgresql
def test_every_part_says_in_seconds_that_the_server_is_gone(store: Store, server: PostgresServer, url: str) -> None:
    store.write([start()])
    queue = queue_on(store.database)
    put(queue, "queued")
    server.stop()
    for work in (
        lambda: store.calls(),
        lambda: store.write([noted(0)]),
        lambda: queue.claim(NOON, "one"),
        lambda: purge(store.database, NOW, Keep()),
        lambda: Database.open(url),
    ):
        assert "see that the server runs and that the address is right" in refused_quickly(work)


@on_postgresql
def test_after_a_restart_of_the_server_nothing_has_to_be_opened_anew(store: Store, server: PostgresServer) -> None:
    store.write([start()])
    queue = queue_on(store.database)
    put(queue, "queued")
    server.stop()
    server.start()
    # Not one error: connections that died meanwhile are noticed before they are used.
    assert [call.call_id for call in store.calls()] == ["call-1"]
    assert store.write([noted(0), end()]) == []
    assert claimed(queue).call.call_id == "queued"


@on_postgresql
def test_calls_go_on_while_the_server_is_gone_and_nothing_of_them_is_lost(store: Store, server: PostgresServer) -> None:
    writer = RecordWriter(store, retry_s=0.05)
    writer.put(start())
    writer.flush().result(LONG_S)
    server.stop()
    for seq in range(200):
        writer.put(noted(seq))
    # A call that ends waits for its record to be safe: it is, in the spool.
    writer.put(end())
    writer.flush().result(LONG_S)
    assert not writer.healthy
    assert store.spool.exists()
    server.start()
    writer.put(start("call-2"))
    writer.flush().result(LONG_S)
    writer.close()
    RecordWriter(store).close()
    assert [entry.seq for entry in store.entries("call-1")] == list(range(200))
    assert open_calls(store) == ["call-2"]
    assert (writer.lost, writer.refused, store.spool.exists()) == (0, 0, False)


@on_postgresql
def test_a_lock_is_waited_for_so_long_and_no_longer(store: Store, url: str) -> None:
    store.write([start()])
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE calls, events IN EXCLUSIVE MODE")
        told = refused_quickly(lambda: store.write([noted(0)]))
        # Reading goes on meanwhile.
        assert open_calls(store) == ["call-1"]
    assert "lock timeout; another program is writing to it" in told


@on_postgresql
def test_a_statement_without_end_is_ended(url: str) -> None:
    database = Database.open(url)

    def endless() -> None:
        with database.reading() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar() == "30s"
            # This statement alone: a machine that is slow takes its time for others.
            connection.execute(text("SET statement_timeout = 500"))
            connection.execute(text("SELECT pg_sleep(600)"))

    assert "statement timeout; see what the server is busy with" in refused_quickly(endless)
    database.close()


@on_postgresql
def test_a_transaction_left_open_does_not_hold_others_for_ever(url: str) -> None:
    going, stopped = Database.open(url, patience_s=LONG_S), Database.open(url)
    kept: list[list[Item]] = []

    def stop_in_the_middle() -> None:
        with stopped.writing() as connection:
            limit = "idle_in_transaction_session_timeout"
            assert connection.execute(text(f"SHOW {limit}")).scalar() == "30s"
            connection.execute(text("LOCK TABLE calls IN EXCLUSIVE MODE"))
            connection.execute(text(f"SET {limit} = 1000"))
            # The other waits no longer than the server lets this one stand still.
            kept.append(Store(going).write([start()]))
            connection.execute(text("SELECT 1"))

    refused_quickly(stop_in_the_middle)
    stopped.close()
    going.close()
    assert kept == [[]]


@on_postgresql
def test_more_threads_than_connections_wait_for_each_other(url: str) -> None:
    store = Store.open(url, patience_s=LONG_S)
    store.write([start()])
    failures: list[StoreError] = []

    def read() -> None:
        try:
            for _ in range(5):
                assert len(store.calls()) == 1
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(2 * settings_of_engines.CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    store.close()


@on_postgresql
def test_an_address_may_bring_options_of_its_own(url: str) -> None:
    database = Database.open(f"{url}&options=-c%20application_name%3Dflowengine")
    with database.reading() as connection:
        assert connection.execute(text("SHOW application_name")).scalar() == "flowengine"
        assert connection.execute(text("SHOW lock_timeout")).scalar() == "5s"
    database.close()
