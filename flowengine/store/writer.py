"""The record's one writer thread: calls hand over what happened and never wait for a disk.

A database that fails does not end calls: what could not be written is put into a spool file beside the database, a
JSON line each, and is written at the next start. Nothing is lost without a word.
"""

from __future__ import annotations

import logging
import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import msgspec

from flowengine.errors import StoreError
from flowengine.store.store import CallEnd, Entry, Store

log = logging.getLogger(__name__)

BATCH_S = 0.05
LIMIT = 100_000
"""Entries that wait at most: minutes of the busiest service. Beyond it they go to the spool."""


@dataclass(frozen=True, slots=True)
class _Flush:
    """Tell this future when all before it is written."""

    done: Future[None]


class _Stop:
    """The last item."""


class RecordWriter:
    """Batches entries into transactions, in order. `healthy` is False while the last write failed."""

    def __init__(self, store: Store, spool: Path) -> None:
        self._store = store
        self._spool = spool
        self._queue: queue.Queue[Entry | CallEnd | _Flush | _Stop] = queue.Queue(LIMIT)
        self.healthy = True
        self.spooled = 0
        self._recover()
        self._thread = threading.Thread(target=self._work, name="record writer", daemon=True)
        self._thread.start()

    def put(self, item: Entry | CallEnd) -> None:
        """Keep this; never waits."""
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            self._to_spool([item])

    def flush(self) -> Future[None]:
        """Done when all that was put before is written (or spooled)."""
        done: Future[None] = Future()
        self._queue.put(_Flush(done))
        return done

    def close(self) -> None:
        """Write what is left and stop; idempotent."""
        if self._thread.is_alive():
            self._queue.put(_Stop())
            self._thread.join()

    def _work(self) -> None:
        while True:
            batch = [self._queue.get()]
            while not isinstance(batch[-1], _Stop | _Flush):
                try:
                    batch.append(self._queue.get(timeout=BATCH_S))
                except queue.Empty:
                    break
                if len(batch) >= 2000:
                    break
            self._write([item for item in batch if isinstance(item, Entry | CallEnd)])
            match batch[-1]:
                case _Flush(done=done):
                    done.set_result(None)
                case _Stop():
                    return
                case _:
                    pass

    def _write(self, items: list[Entry | CallEnd]) -> None:
        if not items:
            return
        try:
            self._store.write(
                [item for item in items if isinstance(item, Entry)],
                [item for item in items if isinstance(item, CallEnd)],
            )
        except StoreError:
            if self.healthy:
                log.exception("the record cannot be written; spooling", exc_info=False)
            self.healthy = False
            self._to_spool(items)
        else:
            self.healthy = True

    def _to_spool(self, items: list[Entry | CallEnd]) -> None:
        try:
            with self._spool.open("ab") as file:
                for item in items:
                    line = {"type": type(item).__name__, "item": item}
                    file.write(msgspec.json.encode(line) + b"\n")
        except OSError:
            log.critical("the spool of the record cannot be written either", extra={"lost": len(items)})
        else:
            self.spooled += len(items)

    def _recover(self) -> None:
        """Write what an earlier process had to spool."""
        if not self._spool.exists():
            return
        entries: list[Entry] = []
        ends: list[CallEnd] = []
        for line in self._spool.read_bytes().splitlines():
            try:
                kind = msgspec.json.decode(line)["type"]
                raw = msgspec.json.decode(line)["item"]
                if kind == "Entry":
                    entries.append(msgspec.convert(raw, Entry))
                else:
                    ends.append(msgspec.convert(raw, CallEnd, strict=False))
            except (msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError):
                log.warning("a line of the spool cannot be read and is left out")
        try:
            self._store.write(entries, ends)
        except StoreError:
            log.warning("the spool cannot be written yet; kept")
            return
        self._spool.unlink()
