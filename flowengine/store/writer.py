"""The record's one writer thread: calls hand over what happened and never wait for a disk.

A database that fails does not end calls. What it does not take is kept and tried again; when there is too much of it,
when somebody waits for it to be safe (`flush`) or when the process stops, it goes into a spool file beside the
database, and from there into the database as soon as that works again, in this process or the next.

An opt-out, which is confirmed to the person while they are on the line, waits for nothing of that: a thread of its own
puts it into the spool at once, even while the writer thread waits for somebody else's lock.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import Empty, SimpleQueue

from flowengine.errors import StoreError
from flowengine.store import reserve
from flowengine.store.health import probe
from flowengine.store.rows import CallEnd, CallStart, Item, Suppression
from flowengine.store.spool import Spool
from flowengine.store.store import Store

log = logging.getLogger(__name__)

BATCH_S = 0.1
"""How long the first item of a batch waits for company: a transaction costs what thirty of its items do."""
BATCH_ITEMS = 2000
RETRY_S = 1.0
"""Between two tries of a database that failed, and two looks at the spool by a process that has nothing to do."""
CLOSING_S = 5.0
"""How long a writer that closes tries again, where nobody says otherwise, before anything is lost."""
PIECE_ITEMS = 50
LIMIT = 100_000
"""Items that wait in memory at most, in all: minutes of a busy service."""


class RecordWriter:
    """Batches items into transactions. Its numbers tell how the record fares; all are of this process.

    `healthy`: the last attempt to write succeeded. `spooled`: went through the spool. `refused`: stand in the spool's
    `.refused` file. `lost`: neither database nor spool took them.
    """

    def __init__(
        self, store: Store, spool: Path | None = None, *, limit: int = LIMIT, retry_s: float = RETRY_S
    ) -> None:
        self._store = store
        self._spool = Spool(spool or store.spool, store.database.vault)
        self._limit = limit
        self._retry_s = retry_s
        self._retry_at = 0.0
        # Putting into a SimpleQueue takes no lock that this thread might hold: a call's event loop never waits for it.
        self._queue: SimpleQueue[Item | Future[None]] = SimpleQueue()
        self._hurry = threading.Event()
        self._kept: list[Item] = []
        self._looked = False
        self._aside = self._home = 0
        self._unsecured = False
        self._closing = False
        self._give_up_at = float("inf")
        self._finished = False
        self.deepest = 0
        """The most that has ever waited in memory."""
        self.healthy = True
        self.mended_at = float("-inf")
        """When it was last found that the record can be written again: seconds of `time.monotonic`."""
        self.spooled = 0
        self.refused = 0
        self.lost = 0
        # Before anything else happens: what an earlier process left comes first.
        self._replay()
        kept = self._spool.reserve.hold()
        if not kept:
            log.warning("no room can be kept for opt-outs; until there is, a full disk stops all dialling")
        elif kept < reserve.BYTES:
            log.warning("little is free on the disk: less room than usual is kept for opt-outs", extra={"bytes": kept})
        self._urgent = ThreadPoolExecutor(1, thread_name_prefix="opt-outs")
        self._thread = threading.Thread(target=self._work, name="record writer", daemon=True)
        self._thread.start()

    @property
    def depth(self) -> int:
        """How many items wait in memory: those that have come, and those that the database has not taken yet."""
        return self._queue.qsize() + len(self._kept)

    @property
    def takes_opt_outs(self) -> bool:
        """Whether an opt-out said now is kept, whatever becomes of the process. If not, nobody may be called."""
        return not self._unsecured and (self.healthy or self._spool.reserve.is_held)

    def put(self, item: Item) -> None:
        """Keep this. Waits for nothing, unless memory is full, or the writer closed, and it must go to the spool."""
        if self._queue.qsize() >= self._limit:
            self._set_aside([item])
            return
        self._queue.put(item)
        self.deepest = max(self.deepest, self.depth)
        if isinstance(item, CallStart):
            # A process that is killed may lose the last moment of a call, but no call.
            self._hurry.set()
        if isinstance(item, Suppression):
            # Closed already: then it is in the queue, whose end is settled below.
            with contextlib.suppress(RuntimeError):
                self._urgent.submit(self._secure, item)
        if self._finished:
            self._settle(self._drain(self._limit))

    def flush(self) -> Future[None]:
        """Done when all that was put before is in the database or in the spool."""
        done: Future[None] = Future()
        self._queue.put(done)
        self._hurry.set()
        if self._finished:
            self._settle(self._drain(self._limit))
        return done

    def close(self, patience_s: float = CLOSING_S) -> None:
        """Write what is left and stop; idempotent. What nothing takes is tried again for `patience_s`, then lost."""
        self._urgent.shutdown()
        self._give_up_at = min(self._give_up_at, time.monotonic() + patience_s)
        self._closing = True
        self.flush()
        self._thread.join()

    # The thread of opt-outs.

    def _secure(self, item: Suppression) -> None:
        """On the disk when this returns, and in the queue as well: the list takes a number once."""
        try:
            self._spool.add([item], by_reserve=True)
        except OSError as error:
            self._unsecured = True
            log.error("the spool takes no opt-out; it waits for the database", extra={"error": error.strerror})
        else:
            # Nobody waits for this one. It makes the writer thread look into the spool.
            self._queue.put(Future())

    # The writer thread.

    def _work(self) -> None:
        while not (self._closing and self._queue.empty() and not self._kept):
            self._settle(self._batch())
        self._give_up_at = 0.0
        self._finished = True
        # Whoever put something before seeing that is served here, whoever did so later serves himself.
        self._settle(self._drain(self._limit))

    def _batch(self) -> list[Item | Future[None]]:
        """What has come in a moment. Empty, now and then: something waits for a retry, or in a dead process's spool."""
        try:
            first = self._queue.get(timeout=self._retry_s)
        except Empty:
            return []
        if self._queue.qsize() < BATCH_ITEMS:
            self._hurry.wait(BATCH_S)
        # Before the queue is emptied: what is put from here on, and its hurry, belong to the next batch.
        self._hurry.clear()
        others = self._drain(BATCH_ITEMS)
        if len(others) == BATCH_ITEMS:
            # Among what is left there may be something in a hurry.
            self._hurry.set()
        return [first, *others]

    def _drain(self, most: int) -> list[Item | Future[None]]:
        drained: list[Item | Future[None]] = []
        with contextlib.suppress(Empty):
            while len(drained) < most:
                drained.append(self._queue.get_nowait())
        return drained

    def _settle(self, batch: list[Item | Future[None]]) -> None:
        """Write a batch and tell those who wait for it."""
        items = [*self._kept, *(item for item in batch if not isinstance(item, Future))]
        waiting = [item for item in batch if isinstance(item, Future)]
        # Counted as waiting while the database is at it: that may take as long as somebody else's lock.
        self._kept = items
        self._kept = self._write(items, now=self._closing)
        # A full disk takes neither database nor spool; memory can wait for a better one, as long as there is some.
        last_chance = time.monotonic() >= self._give_up_at or len(self._kept) > self._limit // 2
        if self._kept and (waiting or last_chance or self._closing):
            self._kept = self._set_aside(self._kept, last_chance=last_chance)
        for future in waiting:
            # Whoever waited may have given up: a cancelled future takes no result.
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    def _write(self, items: list[Item], *, now: bool) -> list[Item]:
        """What could not be written. A database that has just failed is left alone for a while, unless `now`."""
        if not self.healthy and not now and time.monotonic() < self._retry_at:
            return items
        try:
            if not self._is_home():
                return items
            if items:
                self._refuse(self._store.write(items))
                self._unsecured = False
            elif self._unsecured or not self.healthy:
                # "It can be written again" is said when it has been.
                probe(self._store.database)
                self._unsecured = False
        except (StoreError, OSError) as error:
            self._fail(error)
            return items
        except Exception as error:
            # A defect of ours must not silence the record of all calls: this batch is set aside, and said.
            self._fail(error)
            self._set_aside(items)
            return []
        self._replay()
        return []

    def _is_home(self) -> bool:
        """Whether all that was set aside is in the database. Raises StoreError, OSError.

        What came later waits for it: an event whose call's begin is still in the spool would be refused for good.
        """
        aside = self._aside
        if aside != self._home:
            self._bring_home()
            if self._spool.is_empty:
                self._home = aside
        return aside == self._home

    def _bring_home(self) -> None:
        """What went into the spool, ours or another process's; at the start, what has other names too."""
        if not (self._looked and self._spool.is_empty):
            self.refused += self._spool.replay(self._store.write)
            self._looked = True

    def _replay(self) -> None:
        try:
            self._bring_home()
        except (StoreError, OSError) as error:
            self._fail(error)
        else:
            if not self.healthy:
                log.info("the record can be written again")
                self.mended_at = time.monotonic()
            self.healthy = True
            if not self._closing:
                self._spool.reserve.hold()

    def _fail(self, error: Exception) -> None:
        # A StoreError says nothing of the call; any other text might.
        error_text = str(error) if isinstance(error, StoreError) else type(error).__name__
        if self.healthy:
            log.error("the record cannot be written; it is kept until it can", extra={"error": error_text})
        self.healthy = False
        self._retry_at = time.monotonic() + self._retry_s

    def _set_aside(self, items: list[Item], *, last_chance: bool = True) -> list[Item]:
        """Into the spool. What it does not take is lost on its `last_chance`; otherwise it is returned: keep it.

        What matters most goes first: a full disk may take some of it. The reserve is for opt-outs, until the process
        stops or memory is full.
        """
        in_order = sorted(items, key=_rank)
        for index in range(0, len(in_order), PIECE_ITEMS):
            piece = in_order[index : index + PIECE_ITEMS]
            try:
                self._spool.add(piece, by_reserve=last_chance or self._closing)
            except OSError as error:
                left = in_order[index:]
                if last_chance:
                    self.lost += len(left)
                    log.critical(
                        "the spool cannot be written either", extra={"lost": self.lost, "error": error.strerror}
                    )
                    return []
                return left
            self.spooled += len(piece)
            # Counted once it is there: who looks meanwhile takes it for one that is still to be brought home.
            self._aside += 1
            # So that the thread comes back for it.
            self.healthy = False
        return []

    def _refuse(self, items: list[Item]) -> None:
        if not items:
            return
        self.refused += len(items)
        log.error("entries do not fit into the record; see its .refused file", extra={"refused": self.refused})
        try:
            self._spool.refuse(items)
        except OSError:
            self.lost += len(items)
            log.critical("the file of refused entries cannot be written", extra={"lost": self.lost})


def _rank(item: Item) -> int:
    """An opt-out before a call's begin and end, and those before what happened in it. Otherwise in their order."""
    match item:
        case Suppression():
            return 0
        case CallStart() | CallEnd():
            return 1
        case _:
            return 2
