"""The record, on a real SQLite file."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flowengine.errors import StoreError
from flowengine.store.store import CallEnd, CallStart, Entry, Store
from flowengine.store.writer import RecordWriter

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def _start(call_id: str = "call-1", sid: str = "CA1") -> CallStart:
    return CallStart(call_id, sid, "telemarketing", "abc", "outbound", NOW, to_number="+441134960123")


def _entry(seq: int, kind: str = "Noted", payload: str = '{"kind":"Noted","text":"x"}') -> Entry:
    return Entry("call-1", seq, seq / 10, "out", kind, payload)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'record.db'}"


def test_a_call_is_found_by_either_id(url: str) -> None:
    store = Store.open(url)
    store.begin_call(_start())
    by_id, by_sid = store.call("call-1"), store.call("CA1")
    assert by_id == by_sid
    assert by_id is not None
    assert by_id.started_at == NOW
    assert store.call("CA2") is None
    store.close()


def test_entries_come_back_in_order_and_ends_close_the_call(url: str) -> None:
    store = Store.open(url)
    store.begin_call(_start())
    writer = RecordWriter(store, store.spool)
    for seq in range(500):
        writer.put(_entry(seq))
    writer.put(CallEnd("call-1", NOW, "booked", "flow ended", abnormal=False))
    writer.flush().result(5)
    assert [entry.seq for entry in store.entries("call-1")] == list(range(500))
    call = store.call("call-1")
    assert call is not None
    assert (call.outcome, call.ended_at) == ("booked", NOW)
    writer.close()
    store.close()


def test_an_opt_out_is_kept_once(url: str) -> None:
    store = Store.open(url)
    store.suppress("+441134960123", "call-1", "opt_out", NOW)
    store.suppress("+441134960123", "call-2", "opt_out", NOW)
    assert store.is_suppressed("+441134960123")
    assert not store.is_suppressed("+441134960124")
    store.close()


def test_a_repeated_status_callback_is_noticed(url: str) -> None:
    store = Store.open(url)
    assert store.add_status("CA1", 2, "completed", "{}", NOW)
    assert store.add_status("CA1", 0, "ringing", "{}", NOW)
    assert not store.add_status("CA1", 2, "completed", "{}", NOW)
    store.close()


def test_calls_that_a_dead_process_left_open_are_closed(url: str) -> None:
    store = Store.open(url)
    store.begin_call(_start())
    assert store.close_orphans(NOW) == 1
    call = store.call("call-1")
    assert call is not None
    assert call.abnormal
    assert store.close_orphans(NOW) == 0
    store.close()


def test_only_the_owner_may_read_the_file(url: str, tmp_path: Path) -> None:
    Store.open(url).close()
    assert (tmp_path / "record.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("no address", "not a database address"),
        ("sqlite:////no/such/folder/record.db", "there is no such folder; create it"),
        ("oracledb://somewhere", "SQLite or PostgreSQL"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(url: str, part: str) -> None:
    with pytest.raises(StoreError, match=part):
        Store.open(url)


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "record.db"
    file.write_bytes(b"rubbish" * 1000)
    with pytest.raises(StoreError, match="not a database; move that file away"):
        Store.open(f"sqlite:///{file}")


def test_a_newer_database_is_refused(url: str, tmp_path: Path) -> None:
    Store.open(url).close()
    with sqlite3.connect(tmp_path / "record.db") as connection:
        connection.execute("INSERT INTO schema_version VALUES (99)")
    connection.close()
    with pytest.raises(StoreError, match="newer flowengine"):
        Store.open(url)


def test_what_a_full_disk_refuses_is_spooled_and_written_later(url: str, tmp_path: Path) -> None:
    store = Store.open(url)
    store.begin_call(_start())
    file = tmp_path / "record.db"
    # Whoever holds the write lock for longer than the time limit is as good as a full disk.
    blocker = sqlite3.connect(file, isolation_level=None)
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    blocker.execute("BEGIN IMMEDIATE")
    writer = RecordWriter(store, store.spool)
    writer.put(_entry(1))
    writer.put(CallEnd("call-1", NOW, "booked", "flow ended", abnormal=False))
    writer.flush().result(10)
    assert not writer.healthy
    assert writer.spooled == 2
    assert store.entries("call-1") == []
    blocker.execute("ROLLBACK")
    blocker.close()
    writer.close()
    again = RecordWriter(store, store.spool)
    assert [entry.seq for entry in store.entries("call-1")] == [1]
    call = store.call("call-1")
    assert call is not None
    assert call.outcome == "booked"
    assert not store.spool.exists()
    again.close()
    store.close()


KILLED = """
import os, sys
from datetime import datetime, timezone
from flowengine.store.store import CallStart, Entry, Store
from flowengine.store.writer import RecordWriter
store = Store.open(sys.argv[1])
store.begin_call(CallStart("call-1", "CA1", "f", "v", "inbound", datetime.now(timezone.utc)))
writer = RecordWriter(store, store.spool)
for seq in range(200):
    writer.put(Entry("call-1", seq, 0.0, "in", "X", "{}"))
writer.flush().result(10)
os.kill(os.getpid(), 9)
"""


def test_what_was_flushed_survives_a_killed_process(url: str) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, url], check=False, env={**os.environ}, timeout=60)
    assert done.returncode == -signal.SIGKILL
    store = Store.open(url)
    assert len(store.entries("call-1")) == 200
    assert store.close_orphans(NOW) == 1
    store.close()
