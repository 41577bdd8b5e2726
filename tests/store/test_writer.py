"""The writer thread: batches, trouble, and what survives."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.store.processes import Processes
from flowengine.store.rows import CallEnd, Item, Suppression
from flowengine.store.spool import Spool
from flowengine.store.store import Store
from flowengine.store.vault import Vault
from flowengine.store.writer import RecordWriter
from tests.postgres import on_sqlite
from tests.store.records import NOW, NUMBER, end, entries, noted, open_calls, start

LONG_S = 300.0


@pytest.fixture
def writer(store: Store) -> Iterator[RecordWriter]:
    started = RecordWriter(store, retry_s=0.05)
    yield started
    started.close()


def types_in(store: Store) -> list[str]:
    """What waits in the spool."""
    vault = store.database.vault
    with waiting(store) as spool:
        return [json.loads(vault.open(line))["type"] for line in spool.read().splitlines()]


def waiting(store: Store) -> TextIO:
    """The spool's file, which may get another name at any moment: the writer tries to bring it home."""
    until = time.monotonic() + LONG_S
    while time.monotonic() < until:
        for file in (store.spool, store.spool.with_name(f"{store.spool.name}.home")):
            with suppress(FileNotFoundError):
                return file.open()
    raise AssertionError("nothing waits in the spool")


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Somebody else holds what a writer needs: SQLite's one lock, or PostgreSQL's tables."""
    url = store.database.engine.url
    if store.database.dialect == "sqlite":
        with closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as server:
        server.execute("LOCK TABLE calls, events IN EXCLUSIVE MODE")
        yield
        server.rollback()


def eventually(claim: Callable[[], bool]) -> bool:
    """Other threads need real time."""
    until = time.monotonic() + LONG_S
    while not claim():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_a_flush_means_that_all_before_it_is_kept(store: Store, writer: RecordWriter) -> None:
    writer.put(start())
    for seq in range(5000):
        writer.put(noted(seq))
    writer.put(end())
    writer.put(Suppression(NUMBER, "call-1", "opt_out", NOW))
    writer.flush().result(LONG_S)
    assert [entry.seq for entry in store.entries("call-1")] == list(range(5000))
    assert store.is_suppressed(NUMBER)
    assert open_calls(store) == []
    assert (writer.healthy, writer.spooled, writer.refused, writer.lost) == (True, 0, 0, 0)


def test_what_nobody_flushes_is_written_soon(store: Store, writer: RecordWriter) -> None:
    writer.put(start())
    writer.flush().result(LONG_S)
    writer.put(noted(0))
    assert eventually(lambda: store.entries("call-1") != [])


def test_a_call_that_begins_waits_for_no_company(
    store: Store, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever becomes of the process a moment later: the call is in the record.
    monkeypatch.setattr("flowengine.store.writer.BATCH_S", 10 * LONG_S)
    writer.put(start())
    assert eventually(lambda: store.call("call-1") is not None)


def test_a_steady_trickle_is_written_too(store: Store, writer: RecordWriter) -> None:
    # A batch ends some time after its first item, not after the last: a call never stops talking.
    writer.put(start())
    seq = 0

    def trickle() -> bool:
        nonlocal seq
        writer.put(noted(seq))
        seq += 1
        return len(store.entries("call-1")) > 5

    assert eventually(trickle)


def test_a_locked_database_delays_the_record_and_nothing_else(
    store: Store, writer: RecordWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, waiting = store.write, set[threading.Thread]()

    def noted_by(items: list[Item]) -> list[Item]:
        waiting.add(threading.current_thread())
        return write(items)

    monkeypatch.setattr(store, "write", noted_by)
    writer.put(start())
    writer.flush().result(LONG_S)
    with locked(store):
        for seq in range(100):
            writer.put(noted(seq))
        assert eventually(lambda: not writer.healthy)
        assert store.entries("call-1") == []
    assert eventually(lambda: len(store.entries("call-1")) == 100)
    assert eventually(lambda: writer.healthy)
    assert threading.current_thread() not in waiting, "whoever puts waits for no lock"


def test_a_flush_in_trouble_means_the_spool_and_the_spool_comes_home(store: Store, writer: RecordWriter) -> None:
    writer.put(start())
    writer.flush().result(LONG_S)
    with locked(store):
        writer.put(noted(0))
        writer.put(end())
        writer.flush().result(LONG_S)
        assert writer.spooled == 2
        with waiting(store) as spool:
            assert os.fstat(spool.fileno()).st_mode & 0o077 == 0
        assert types_in(store) == ["CallEnd", "Entry"]
    assert eventually(lambda: writer.healthy)
    assert len(store.entries("call-1")) == 1
    assert open_calls(store) == []
    assert not store.spool.exists()


@on_sqlite
def test_what_a_full_disk_refused_is_written_by_the_next_process(url: str) -> None:
    full = Store.open(url)
    full.write([start()])
    # As if the disk were full: for all connections of this store, the file may not grow any more.
    with full.database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    writer = RecordWriter(full)
    for seq in range(3000):
        writer.put(noted(seq))
    writer.put(end())
    writer.close()
    assert not writer.healthy
    assert writer.spooled > 0
    assert writer.lost == 0
    full.close()

    roomy = Store.open(url)
    RecordWriter(roomy).close()
    assert len(roomy.entries("call-1")) == 3000
    assert open_calls(roomy) == []
    assert not roomy.spool.exists()
    roomy.close()


def test_what_fits_nowhere_is_put_aside_and_holds_nothing_up(store: Store, writer: RecordWriter) -> None:
    writer.put(noted(0, "call-that-nobody-began"))
    writer.put(start())
    writer.put(noted(0))
    writer.flush().result(LONG_S)
    assert len(store.entries("call-1")) == 1
    assert (writer.healthy, writer.refused, writer.lost) == (True, 1, 0)
    refused = store.spool.with_name(f"{store.spool.name}.refused")
    assert b"nobody" not in refused.read_bytes()
    told = [json.loads(line) for line in Spool(store.spool, store.database.vault).refused()]
    assert [line["call_id"] for line in told] == ["call-that-nobody-began"]
    assert refused.stat().st_mode & 0o077 == 0


def test_more_than_memory_may_hold_goes_to_the_spool(store: Store) -> None:
    store.write([start()])
    writer = RecordWriter(store, limit=20, retry_s=LONG_S)
    with locked(store):
        for seq in range(300):
            writer.put(noted(seq))
        assert writer.spooled > 200
    writer.close()
    RecordWriter(store).close()
    assert len(store.entries("call-1")) == 300


def test_what_even_the_spool_cannot_take_is_counted(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.write([start()])
    writer = RecordWriter(store, tmp_path / "no such folder" / "spool")
    with locked(store):
        writer.put(noted(0))
        writer.put(noted(1))
        writer.close(0.0)
    assert writer.lost == 2
    assert "the spool cannot be written either" in caplog.messages


def test_while_neither_database_nor_spool_can_be_written_memory_keeps_it(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "full"
    writer = RecordWriter(store, folder / "spool", retry_s=0.05)
    with locked(store):
        writer.put(start())
        writer.put(noted(0))
        writer.put(end())
        writer.flush().result(LONG_S)
    assert eventually(lambda: writer.healthy)
    writer.close()
    assert writer.lost == 0
    assert len(store.entries("call-1")) == 1
    assert open_calls(store) == []


def test_nothing_is_lost_after_closing_either(store: Store, writer: RecordWriter) -> None:
    writer.close()
    writer.put(start())
    writer.flush().result(LONG_S)
    RecordWriter(store).close()
    assert store.call("call-1") is not None


def test_somebody_who_stops_waiting_for_a_flush_stops_nothing(store: Store, writer: RecordWriter) -> None:
    writer.put(start())
    writer.flush().cancel()
    writer.put(noted(0))
    writer.flush().result(LONG_S)
    assert len(store.entries("call-1")) == 1


def test_half_a_line_of_a_spool_is_put_aside(store: Store) -> None:
    Spool(store.spool, store.database.vault).add([start(), noted(0), noted(1)])
    content = store.spool.read_bytes()
    store.spool.write_bytes(content[:-20])
    writer = RecordWriter(store)
    writer.close()
    assert writer.refused == 1
    assert [entry.seq for entry in store.entries("call-1")] == [0]


def test_a_spool_holds_nothing_in_clear_and_old_clear_lines_come_home(store: Store) -> None:
    Spool(store.spool, store.database.vault).add([start(contact='{"name": "Priya"}')])
    assert b"Priya" not in store.spool.read_bytes()
    assert NUMBER.encode() not in store.spool.read_bytes()
    clear = {"type": "Entry", "call_id": "call-1", "seq": 0, "at": 0.1, "way": "out", "kind": "X", "payload": "{}"}
    with store.spool.open("a") as spool:
        spool.write(json.dumps(clear) + "\n")
    writer = RecordWriter(store)
    writer.close()
    assert (writer.refused, [entry.kind for entry in store.entries("call-1")]) == (0, ["X"])


def test_a_line_whose_key_is_gone_is_put_aside_as_it_is(store: Store) -> None:
    stranger = Vault({"gone": bytes(32)}, bytes(32))
    Spool(store.spool, stranger).add([start()])
    line = store.spool.read_bytes()
    writer = RecordWriter(store)
    writer.close()
    assert writer.refused == 1
    assert store.spool.with_name(f"{store.spool.name}.refused").read_bytes() == line
    assert Spool(store.spool, store.database.vault).keys_in_use() == {"gone"}


texts = st.text(max_size=40)
items: st.SearchStrategy[Item] = st.one_of(
    st.builds(start, st.sampled_from(["a", "b"]), contact=texts),
    st.integers(0, 5).map(noted),
    st.builds(CallEnd, texts, st.just(NOW), texts, texts, st.booleans()),
    st.builds(Suppression, texts, texts, texts, st.just(NOW)),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(items, max_size=12))
def test_what_a_spool_takes_it_gives_back(tmp_path_factory: pytest.TempPathFactory, put: list[Item]) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool") / "record.spool", Vault({"a": bytes(32)}, bytes(32)))
    got: list[Item] = []

    def take(given: list[Item]) -> list[Item]:
        got.extend(given)
        return []

    spool.add(put)
    assert spool.replay(take) == 0
    assert got == put
    assert spool.is_empty


KILLED = """
import os, signal, sys
from flowengine.store.store import Store
from flowengine.store.writer import RecordWriter
from tests.store.records import noted, start
store = Store.open(sys.argv[1])
writer = RecordWriter(store)
writer.put(start())
for seq in range(200):
    writer.put(noted(seq))
writer.flush().result(120)
for seq in range(200, 100_000):
    writer.put(noted(seq))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_flushed_survives_a_killed_process(url: str) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, url], check=False, timeout=300)
    assert done.returncode == -signal.SIGKILL
    store = Store.open(url)
    kept = [entry.seq for entry in store.entries("call-1")]
    # Beyond the flush whole batches may be missing, but there is no hole.
    assert len(kept) >= 200
    assert kept == list(range(len(kept)))
    assert Processes(store.database, "next").close_orphans(NOW + timedelta(days=1)) == 1
    store.close()


OPTED_OUT = """
import os, signal, sys, threading, time
from flowengine.store.rows import Suppression
from flowengine.store.store import Store
from flowengine.store.writer import RecordWriter
from tests.store.records import NOW, NUMBER, start
store = Store.open(sys.argv[1])
writer = RecordWriter(store)
# As if another program held the database: the writer thread waits.
store.write = lambda items: threading.Event().wait()
writer.put(start())
writer.put(Suppression(NUMBER, "call-1", "opt_out", NOW))
until = time.monotonic() + 120
# The file is there a moment before its line, which is written in one go.
while not (store.spool.exists() and store.spool.stat().st_size):
    if time.monotonic() > until:
        sys.exit("the opt-out has not come into the spool")
    time.sleep(0.005)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_an_opt_out_survives_a_killed_process_whose_database_was_locked(url: str) -> None:
    done = subprocess.run([sys.executable, "-c", OPTED_OUT, url], stderr=subprocess.PIPE, check=False, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr
    store = Store.open(url)
    RecordWriter(store).close()
    assert store.is_suppressed(NUMBER)
    store.close()


def test_a_process_with_nothing_to_do_brings_home_what_a_dead_one_left(store: Store, writer: RecordWriter) -> None:
    writer.flush().result(LONG_S)
    Spool(store.spool, store.database.vault).add([Suppression(NUMBER, "call-1", "opt_out", NOW)])
    assert eventually(lambda: store.is_suppressed(NUMBER))


def test_what_an_earlier_release_left_half_brought_home_comes_home(store: Store) -> None:
    Spool(store.spool, store.database.vault).add([Suppression(NUMBER, "call-1", "opt_out", NOW)])
    store.spool.rename(store.spool.with_name(f"{store.spool.name}.0123456789ab"))
    RecordWriter(store).close()
    assert store.is_suppressed(NUMBER)


def test_an_opt_out_leaves_nothing_in_the_spool_of_a_database_that_works(store: Store, writer: RecordWriter) -> None:
    writer.put(Suppression(NUMBER, "call-1", "opt_out", NOW))
    writer.close()
    assert store.is_suppressed(NUMBER)
    assert Spool(store.spool, store.database.vault).is_empty
    assert (writer.healthy, writer.spooled, writer.refused, writer.lost) == (True, 0, 0, 0)


def test_an_opt_out_that_the_spool_does_not_take_waits_for_the_database(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = RecordWriter(store, tmp_path / "no such folder" / "spool")
    writer.put(Suppression(NUMBER, "call-1", "opt_out", NOW))
    writer.close()
    assert store.is_suppressed(NUMBER)
    assert "the spool takes no opt-out; it waits for the database" in caplog.messages


def test_events_and_commands_are_written_as_they_happened(store: Store, writer: RecordWriter) -> None:
    from flowengine.conversation.commands import Hangup, Speak
    from flowengine.conversation.events import Connected

    happened = entries((0.0, Connected(0.0)), (0.01, Speak("u1", ("Hello.",))), (0.01, Hangup("done")))
    writer.put(start())
    for entry in happened:
        writer.put(entry)
    writer.flush().result(LONG_S)
    assert store.entries("call-1") == happened
