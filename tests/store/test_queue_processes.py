"""Real processes on one database, as fast as they can, one of them killed on the way."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_int64
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier
from typing import TypeAlias

from sqlalchemy import event

from flowengine.store import tables
from flowengine.store.connection import Database
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import Accepted, AttemptEnd, Claim, Conflict, Pace
from tests.store.queue_cases import HOUR, MINUTE, NOON, new, number, queue_on, rows
from tests.store.queue_checks import check_record

PACE = Pace(at_once=3, interval=timedelta(milliseconds=20), lease=timedelta(seconds=2))
TICK = timedelta(milliseconds=5)
NUMBERS = 20
TICKS = 400
LONG_S, PATIENCE_S = 600.0, 300.0
spawned = multiprocessing.get_context("spawn")
Clock: TypeAlias = "Synchronized[int]"


def moment(clock: Clock) -> datetime:
    """All processes have one clock, which goes on by a tick whenever one of them looks at it."""
    with clock.get_lock():
        clock.value += 1
        return NOON + clock.value * TICK


def dialling(url: str, clock: Clock, start: Barrier, victims: Clock, owner: str, dies_at: int | None) -> None:
    """A process that dials: claims, places, ends or retries, and settles what others left behind.

    `dies_at`: the statement before which it is killed, as the kernel kills: whatever it is doing. `victims`: how many
    are still to be; the others go on until none is.
    """
    database = Database.open(url, patience_s=PATIENCE_S)
    queue = queue_on(database, at_once=PACE.at_once, interval=PACE.interval, lease=PACE.lease)
    chance = random.Random(owner)
    mine: list[str] = []
    start.wait(LONG_S)
    if dies_at is not None:
        killed_before(database, dies_at, victims)
    while clock.value < TICKS or victims.value:
        now = moment(clock)
        match queue.claim(now, owner):
            case Claim(attempt_id=attempt_id):
                mine.append(attempt_id)
                queue.placed(attempt_id, f"CA-{attempt_id}", moment(clock))
            case _ if mine and chance.random() < 0.5:
                retry_at = now + chance.choice([timedelta(0), TICK, MINUTE]) if chance.random() < 0.7 else None
                queue.end(AttemptEnd(mine.pop(0), moment(clock), "busy", retry_at, "RETRY"))
            case _:
                settle(queue, owner, now)
                check_record(database, PACE, one_clock=False)
    for attempt_id in mine:
        queue.end(AttemptEnd(attempt_id, moment(clock), "booked"))


def killed_before(database: Database, statement: int, victims: Clock) -> None:
    count = itertools.count()

    def before(*_: object) -> None:
        if next(count) == statement:
            victims.value -= 1
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", before)


def settle(queue: CallQueue, owner: str, now: datetime) -> None:
    for attempt in queue.lapsed(now):
        if queue.take_over(attempt.attempt_id, owner, now):
            queue.end(AttemptEnd(attempt.attempt_id, now, "failed", now, "RETRY"))
    for attempt in queue.unfinished(now - PACE.lease):
        queue.end(AttemptEnd(attempt.attempt_id, now, "failed", now, "RETRY"))


def queueing(url: str, clock: Clock, name: str, answers: multiprocessing.Queue[tuple[int, int]]) -> None:
    """A process that brings the same requests as another one, under the same keys."""
    database = Database.open(url, patience_s=PATIENCE_S)
    queue = queue_on(database)
    fresh = conflicts = 0
    for index in range(NUMBERS):
        request = new(f"{name}-{index}", number=number(index), idempotency_key=f"key-{index}", request_hash="same")
        match queue.enqueue(request, moment(clock)):
            case Accepted(was_there=False):
                fresh += 1
            case Conflict():
                conflicts += 1
    answers.put((fresh, conflicts))


@contextmanager
def running(*processes: BaseProcess) -> Iterator[None]:
    for process in processes:
        process.start()
    try:
        yield
        for process in processes:
            process.join(LONG_S)
    finally:
        for process in processes:
            process.kill()


def test_two_processes_that_bring_the_same_requests_make_one_call_of_each(url: str, database: Database) -> None:
    clock: Clock = spawned.Value(c_int64, 0)
    answers = spawned.Queue()
    both = [spawned.Process(target=queueing, args=(url, clock, name, answers)) for name in ("one", "two")]
    with running(*both):
        (one, conflicts), (two, more_conflicts) = answers.get(timeout=LONG_S), answers.get(timeout=LONG_S)
    assert (one + two, conflicts, more_conflicts) == (NUMBERS, 0, 0)
    assert queue_on(database).counts().waiting == NUMBERS


def test_nobody_is_called_twice_and_nobody_forgotten(url: str) -> None:
    """Three processes dial; one is killed in the middle of something."""
    # Whoever was killed may hold a lock a moment longer, until the server has noticed.
    database = Database.open(url, patience_s=PATIENCE_S)
    queue = queue_on(database)
    queue.enqueue_many([new(f"call-{index}", number=number(index % NUMBERS)) for index in range(2 * NUMBERS)], NOON)
    clock: Clock = spawned.Value(c_int64, 0)
    start = spawned.Barrier(3)
    victims: Clock = spawned.Value(c_int64, 1)
    one, two, victim = (
        spawned.Process(target=dialling, args=(url, clock, start, victims, owner, dies))
        for owner, dies in (("one", None), ("two", None), ("victim", 73))
    )
    with running(one, two, victim):
        pass
    assert (one.exitcode, two.exitcode, victim.exitcode) == (0, 0, -signal.SIGKILL)
    settle(queue, "one", moment(clock) + HOUR)
    assert queue.live() == []
    check_record(database, PACE, one_clock=False)
    assert rows(database, tables.attempts) >= NUMBERS
    database.close()
