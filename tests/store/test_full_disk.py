"""A disk that is full: opt-outs have room of their own, and nobody is called once that is used up."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from types import SimpleNamespace

import pytest

from flowengine.errors import StoreError
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.homecoming import NoRoom, bring_home
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Accepted, Pace
from flowengine.store.reserve import BYTES, STEP_BYTES
from flowengine.store.rows import CallStart, Item, Suppression
from flowengine.store.spool import Spool
from flowengine.store.store import Store
from flowengine.store.writer import RecordWriter
from tests.store.queue_cases import CALLER_ID, NOON, POLICY, claimed, new, number
from tests.store.records import end, noted, open_calls, start
from tests.store.test_writer import LONG_S, eventually


class Disk:
    """Of one store. Full, it takes nothing from the database, and from files what the reserve has given back."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        self._reserved = self._used = 0
        self.tries = 0
        self.free_after = 1_000_000
        self._reserve = store.spool.with_name(f"{store.spool.name}.reserve")
        self._write, self._keep = os.write, store.write
        monkeypatch.setattr(os, "write", self.write)
        monkeypatch.setattr(store, "write", self.keep)
        monkeypatch.setattr("flowengine.store.writer.probe", self.probe)

    @property
    def room(self) -> int:
        """What the reserve has given back, less what was written since."""
        return self._reserved - self._size() - self._used

    def fill(self, *, with_reserve: bool = False) -> None:
        """`with_reserve`: what was kept for opt-outs is gone too, and no writer gets it anew."""
        self._reserved, self._used = 0 if with_reserve else self._size(), 0
        self.is_full = True
        self.tries = 0
        if with_reserve:
            self._reserve.unlink()

    def _size(self) -> int:
        return self._reserve.stat().st_size if self._reserve.exists() else 0

    def take_all(self) -> None:
        """Somebody else fills the disk anew."""
        self._used += self.room

    def free(self) -> None:
        self.is_full = False

    def write(self, descriptor: int, data: bytes | memoryview) -> int:
        if self.is_full:
            if self.room < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self._used += len(data)
        return self._write(descriptor, data)

    def keep(self, items: Sequence[Item]) -> list[Item]:
        self.probe()
        return self._keep(items)

    def probe(self, _database: Database | None = None) -> None:
        self.tries += 1
        if self.tries > self.free_after:
            self.free()
        if self.is_full:
            raise StoreError("database or disk is full")


@pytest.fixture
def disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(store, monkeypatch)


def opted_out(index: int = 0) -> Suppression:
    return Suppression(number(index), "call-1", "opt_out", NOON)


def queue_of(store: Store, keeps_opt_outs: Callable[[], bool]) -> CallQueue:
    rules = CallRules(store.database, POLICY, caller_id=CALLER_ID, keeps_opt_outs=keeps_opt_outs)
    return CallQueue(rules, Pace())


def spool_of(store: Store) -> Spool:
    return Spool(store.spool, store.database.vault)


def test_room_is_kept_from_the_start_for_its_owner_alone(store: Store) -> None:
    RecordWriter(store).close()
    kept = spool_of(store).reserve.path.stat()
    assert (kept.st_size, kept.st_mode & 0o777, kept.st_blocks * 512 >= BYTES) == (BYTES, 0o600, True)
    assert spool_of(store).is_empty


@pytest.mark.parametrize(
    ("free", "size", "said"),
    [
        (4 * BYTES, BYTES, 0),
        (4 * BYTES - 1, BYTES - STEP_BYTES, 1),
        (9 * STEP_BYTES, 2 * STEP_BYTES, 1),
        (4 * STEP_BYTES - 1, 0, 1),
    ],
)
def test_a_disk_with_little_room_gives_a_quarter_of_it(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, free: int, size: int, said: int
) -> None:
    reserve = spool_of(store).reserve

    def usage(_: object) -> SimpleNamespace:
        return SimpleNamespace(free=free - (reserve.path.stat().st_size if reserve.path.exists() else 0))

    monkeypatch.setattr("flowengine.store.reserve.shutil.disk_usage", usage)
    RecordWriter(store).close()
    assert (reserve.is_held, len(caplog.messages)) == (size > 0, said)
    assert [reserve.hold(), reserve.hold()] == [size, size], "made once, and no larger for its own bytes"
    free = 5 * BYTES
    assert reserve.hold() == BYTES, "whole as soon as there is room"


def test_an_opt_out_is_kept_though_the_disk_is_full_and_the_process_dies(store: Store, disk: Disk) -> None:
    writer = RecordWriter(store, retry_s=0.05)
    disk.fill()
    writer.put(opted_out())

    def is_kept() -> bool:
        # By another process, whatever has become of this one, whose database takes nothing.
        bring_home(store.database)
        return store.is_suppressed(number())

    assert eventually(is_kept)
    disk.free()
    writer.close()


def test_others_that_take_what_was_given_back_leave_room_for_the_next_opt_out(store: Store, disk: Disk) -> None:
    writer = RecordWriter(store, retry_s=0.05)
    disk.fill()
    for index in range(5):
        spool_of(store).add([opted_out(index)], by_reserve=True)
        disk.take_all()
    assert spool_of(store).reserve.is_held
    disk.free()
    writer.close()
    assert all(store.is_suppressed(number(index)) for index in range(5))


def test_what_happens_in_a_call_waits_while_its_begin_is_in_the_spool(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_full, write = True, store.write

    def takes_no_begin(items: Sequence[Item]) -> list[Item]:
        # As SQLite on a full disk: an event whose call is not there is refused before anything needs room.
        if is_full and any(isinstance(item, CallStart) for item in items):
            raise StoreError("database or disk is full")
        return write(items)

    monkeypatch.setattr(store, "write", takes_no_begin)
    writer = RecordWriter(store, retry_s=0.0)
    for item in (start(), noted(0), end()):
        writer.put(item)
        writer.flush().result(LONG_S)
    is_full = False
    writer.close()
    assert (writer.refused, writer.lost) == (0, 0)
    assert ([each.seq for each in store.entries("call-1")], open_calls(store)) == ([0], [])


def test_at_the_end_what_a_full_disk_leaves_room_for_is_kept(store: Store, disk: Disk) -> None:
    store.write([start()])
    writer = RecordWriter(store, retry_s=0.05)
    disk.fill()
    for seq in range(200):
        writer.put(noted(seq))
    writer.put(end())
    writer.close(0.0)
    assert (writer.lost, writer.spooled) == (0, 201)
    disk.free()
    RecordWriter(store).close()
    assert (len(store.entries("call-1")), open_calls(store)) == (200, [])


def test_a_process_that_stops_waits_for_a_full_disk_before_anything_is_lost(
    store: Store, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    writer = RecordWriter(store, retry_s=0.05)
    disk.fill(with_reserve=True)
    writer.put(start())
    writer.put(opted_out())
    disk.free_after = 3
    writer.close(LONG_S)
    assert (writer.lost, store.is_suppressed(number())) == (0, True)
    assert disk.tries > 3


def test_what_is_lost_is_not_followed_by_word_that_all_is_well(
    store: Store, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    writer = RecordWriter(store, retry_s=0.05)
    disk.fill(with_reserve=True)
    writer.put(start())
    writer.close(0.0)
    writer.put(end())
    assert writer.lost == 2
    assert "the spool cannot be written either" in caplog.messages
    assert "the record can be written again" not in caplog.messages


def test_while_nothing_takes_an_opt_out_nobody_is_called(store: Store, disk: Disk) -> None:
    writer = RecordWriter(store, retry_s=0.05)
    queue = queue_of(store, lambda: writer.takes_opt_outs)
    assert isinstance(queue.enqueue(new(), NOON), Accepted)
    disk.fill(with_reserve=True)
    writer.put(opted_out(1))
    assert eventually(lambda: not writer.takes_opt_outs)
    for work in (lambda: queue.claim(NOON, "one"), lambda: queue.enqueue(new("call-2"), NOON)):
        with pytest.raises(NoRoom, match="neither the database nor the spool"):
            work()
    disk.free()
    # A process with nothing to do finds out by itself, and keeps room anew.
    assert eventually(lambda: writer.takes_opt_outs and spool_of(store).reserve.is_held)
    assert claimed(queue).call.call_id == "call-1"
    assert store.is_suppressed(number(1))
    writer.close()


def test_what_the_database_has_not_taken_counts_as_waiting(store: Store, disk: Disk) -> None:
    store.write([start()])
    writer = RecordWriter(store, retry_s=0.01)
    disk.fill()
    for seq in range(3):
        writer.put(noted(seq))
    assert eventually(lambda: disk.tries > 1 and writer._queue.empty() and writer.depth == 3)
    disk.free()
    writer.close()
    assert writer.depth == 0


def test_without_room_for_an_opt_out_a_database_that_fails_is_enough(store: Store, disk: Disk) -> None:
    writer = RecordWriter(store, retry_s=0.05)
    disk.fill()
    writer.put(noted(0, "call-2"))
    assert eventually(lambda: not writer.healthy)
    kept = [writer.takes_opt_outs]
    spool_of(store).reserve.path.unlink()
    kept.append(writer.takes_opt_outs)
    assert kept == [True, False], "the reserve, as long as there is one"
    disk.free()
    writer.close()
