"""The figures of the outbound queue, on SQLite; `python -m benchmarks.queue URL` has them on another database.

`URL` names an empty database, which is filled. The floors are the bare statements on the same database: a row read by
its key, a row inserted and committed.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select

from benchmarks.measure import Row, show
from flowengine.compliance.policy import Policy
from flowengine.store import tables
from flowengine.store.call_rules import CallRules
from flowengine.store.connection import Database
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Accepted, AttemptEnd, Claim, NewCall, Pace

T = TypeVar("T")

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(drama_numbers=True)
SIZES = (1_000, 100_000)
LARGEST = 1_000_000
TIMES = 400
WARM = 50
BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: the median, and what 99 of 100 stayed under."""

    median: float
    high: float


def rows(url: str | None = None, sizes: tuple[int, ...] = SIZES) -> Iterator[Row]:
    """All rows. Without `url`, on a new SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(url or f"sqlite:///{Path(folder) / 'record.db'}")
        try:
            yield from _rows(database, sizes)
        finally:
            database.close()


def _rows(database: Database, sizes: tuple[int, ...]) -> Iterator[Row]:
    queue = CallQueue(CallRules(database, POLICY, caller_id="+441134960124"), Pace(10**9, timedelta(0)))
    read_s, write_s = _read_floor(database), _write_floor(database)
    yield from deciding(queue, read_s)
    waiting = 0
    for turn, size in enumerate(sizes):
        _fill(database, waiting, size)
        waiting = size
        yield from claiming(queue, size, NOON + turn * HOUR, write_s)
    yield enqueueing(queue, write_s)


def deciding(queue: CallQueue, read_s: Times) -> Iterator[Row]:
    """Of numbers with an attempt on each of the last four days; by the clock, and the processor's time of it alone."""
    numbers = cycle(_with_history(queue.database))

    def decide() -> object:
        return queue.rules.decide(next(numbers), NOON)

    taken = _times(decide, 2_000)
    yield Row("facts and rules", "median", taken.median, "a row read", read_s.median)
    yield Row("facts and rules", "99th of 100", taken.high, "the same", read_s.high, 0.0003)
    used = _times(decide, 2_000, process_time)
    yield Row("facts and rules", "median, processor", used.median, "by the clock", taken.median)
    yield Row("facts and rules", "99th of 100, processor", used.high, "by the clock", taken.high, 0.0003)


def claiming(queue: CallQueue, waiting: int, begin: datetime, write_s: Times) -> Iterator[Row]:
    """Decided, attempt and decision written, committed; then what is not due is passed over."""
    moments = (begin + timedelta(seconds=each) for each in count())

    def claim() -> Claim:
        found = queue.claim(next(moments), "bench")
        assert isinstance(found, Claim), found
        return found

    def end(claim: Claim) -> object:
        return queue.end(AttemptEnd(claim.attempt_id, NOON, "busy"))

    _due(queue, TIMES + WARM)
    taken = _times(claim, TIMES, after=end)
    what = f"{waiting:,} waiting"
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row("claim a call", f"{what}, {mib:.0f} MiB", taken.median, "insert, commit", write_s.median, 0.05)
    yield Row("claim a call", f"{what}, 99th of 100", taken.high, "the same", write_s.high)
    taken = _times(lambda: queue.claim(next(moments), "bench"), TIMES)
    yield Row("nothing is due", what, taken.median, "insert, commit", write_s.median)


def enqueueing(queue: CallQueue, write_s: Times) -> Row:
    numbers = count(500)

    def enqueue() -> object:
        answer = queue.enqueue(_call(next(numbers)), NOON)
        assert isinstance(answer, Accepted), answer
        return answer

    taken = _times(enqueue, TIMES)
    return Row("enqueue a call", "decision and position", taken.median, "insert, commit", write_s.median)


def _with_history(database: Database) -> list[str]:
    """Numbers with an attempt on each of the last four days, so many that no cache of numbers helps."""
    numbers = [_number(index) for index in range(1_000, 1_200)]
    calls: list[dict[str, Any]] = []
    attempts: list[dict[str, Any]] = []
    for each in numbers:
        sealed = {"number_hash": database.vault.index(each), "number": database.vault.seal(each), "flow": "booking"}
        for days in range(1, 5):
            at, name = NOON - timedelta(days=days), str(uuid.uuid4())
            call: dict[str, Any] = {
                "call_id": name,
                "contact": sealed["number"],
                "priority": 5,
                "tries": 1,
                "state": "ended",
            }
            calls.append(call | sealed | {"due_at": at, "queued_at": at, "ended_at": at})
            attempt: dict[str, Any] = {
                "attempt_id": name,
                "call_id": name,
                "state": "ended",
                "owner": "bench",
                "outcome": "busy",
            }
            attempt |= {"counts": True, "abandoned": False, "started_at": at, "ended_at": at, "leased_until": at}
            attempts.append(attempt | sealed)
    with database.writing() as connection:
        connection.execute(insert(tables.queue), calls)
        connection.execute(insert(tables.attempts), attempts)
    return numbers


def _call(index: int) -> NewCall:
    return NewCall(str(uuid.uuid4()), _number(index), "booking", '{"name": "Ada"}', priority=index % 10 + 1)


def _number(index: int) -> str:
    """Ordinary London numbers; nobody is rung here."""
    return f"+4420{70000000 + index}"


def _due(queue: CallQueue, calls: int) -> None:
    """So many calls that are due, of numbers that were never called."""
    start = uuid.uuid4().int % 1_000_000
    queue.enqueue_many([_call(2_000_000 + start + index) for index in range(calls)], NOON)


def _fill(database: Database, there: int, size: int) -> None:
    """Calls that are not due, in all priorities. Their sealed fields are one and the same text."""
    seal = database.vault.seal
    contact, number = seal('{"name": "Ada"}'), seal("+442079460000")
    later = NOON + timedelta(days=1)
    for begin in range(there, size, BATCH):
        some = [
            {
                "call_id": str(uuid.uuid4()),
                "number_hash": f"{index:040x}",
                "number": number,
                "flow": "booking",
                "contact": contact,
                "priority": index % 10 + 1,
                "state": "waiting",
                "due_at": later + timedelta(seconds=index % 30_000),
                "queued_at": NOON - timedelta(seconds=index),
                "tries": 0,
            }
            for index in range(begin, min(begin + BATCH, size))
        ]
        with database.writing() as connection:
            connection.execute(insert(tables.queue), some)
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE queue")


def _read_floor(database: Database) -> Times:
    query = select(tables.contacts.c.vulnerable).where(tables.contacts.c.number_hash == "nobody")

    def read() -> object:
        with database.reading() as connection:
            return connection.execute(query).first()

    return _times(read, 2_000)


def _write_floor(database: Database) -> Times:
    row = {"number_hash": "x", "number": "x", "reason": "x", "written_at": NOON}
    keys = count()

    def write() -> object:
        with database.writing() as connection:
            return connection.execute(insert(tables.do_not_call).values(row | {"number_hash": f"bench-{next(keys)}"}))

    taken = _times(write, TIMES)
    with database.writing() as connection:
        connection.execute(delete(tables.do_not_call).where(tables.do_not_call.c.number == "x"))
    return taken


def _times(
    work: Callable[[], T],
    times: int,
    clock: Callable[[], float] = perf_counter,
    after: Callable[[T], object] = lambda _: None,
) -> Times:
    """The times of one after the other. The first ones, which fill caches, do not count; nor does `after`."""
    taken = []
    for _ in range(WARM + times):
        began = clock()
        done = work()
        taken.append(clock() - began)
        after(done)
    ordered = sorted(taken[WARM:])
    return Times(ordered[times // 2], ordered[times * 99 // 100])


if __name__ == "__main__":
    show(rows(sys.argv[1] if len(sys.argv) > 1 else None, (*SIZES, LARGEST)))
