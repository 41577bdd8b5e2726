"""A process dies between any two statements: what it was doing was done whole, or not at all."""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, select

from flowengine.store import tables
from flowengine.store.connection import Database
from flowengine.store.queue import CallQueue
from flowengine.store.queue_rows import AttemptEnd, Claim
from tests.store.queue_cases import HOUR, MINUTE, NOON, claimed, listed, new, number, put, queue_on

Work = Callable[[CallQueue], object]
TABLES = (tables.queue, tables.attempts, tables.decisions, tables.dial_line)
UNREPEATABLE = {"attempt_id", "decision_id", "number", "caller_id", "contact", "body"}
"""New ids, and what is sealed anew each time."""


class Crash(Exception):
    """Not an error of the database: nothing may catch it on the way."""


def prepared(queue: CallQueue) -> str:
    """One call is being dialled, one of the same number waits for it, one is due, one may not be called any more."""
    put(queue, "first", priority=1)
    claim = claimed(queue)
    put(queue, "same number")
    put(queue, "due", number=number(1), priority=9)
    put(queue, "listed", number=number(2))
    listed(queue.database, number(2))
    return claim.attempt_id


WORK: dict[str, Callable[[str], Work]] = {
    "enqueue": lambda _: lambda queue: queue.enqueue(new("more", number=number(3), idempotency_key="key"), NOON),
    "enqueue many": lambda _: (
        lambda queue: queue.enqueue_many([new(f"many-{index}", number=number(3 + index)) for index in range(3)], NOON)
    ),
    "claim": lambda _: lambda queue: queue.claim(NOON + MINUTE, "two"),
    "placed": lambda attempt: lambda queue: queue.placed(attempt, "CA1", NOON),
    "not placed": lambda attempt: lambda queue: queue.not_placed(attempt, NOON, NOON + HOUR, "20429"),
    "end": lambda attempt: lambda queue: queue.end(AttemptEnd(attempt, NOON, "busy", NOON + HOUR, "RETRY")),
    "end for good": lambda attempt: lambda queue: queue.end(AttemptEnd(attempt, NOON, "booked")),
    "take over": lambda attempt: lambda queue: queue.take_over(attempt, "two", NOON + HOUR),
    "renew": lambda attempt: lambda queue: queue.renew([attempt], "one", NOON + MINUTE),
    "cancel": lambda _: lambda queue: queue.cancel("due", NOON),
}


def contents(database: Database) -> dict[str, list[dict[str, Any]]]:
    found = {}
    with database.reading() as connection:
        for table in TABLES:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            found[table.name] = sorted(
                ({name: value for name, value in row.items() if name not in UNREPEATABLE} for row in rows), key=str
            )
    return found


@contextlib.contextmanager
def dying(database: Database, at: int, how: Callable[[], None]) -> Iterator[None]:
    """Before the statement number `at`, counted from 0, and before the commit that follows the last."""
    count = itertools.count()

    def before(*_: object) -> None:
        if next(count) == at:
            how()

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "commit", before)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
        event.remove(database.engine, "commit", before)


def crash() -> None:
    raise Crash


@pytest.mark.parametrize("name", WORK)
def test_an_exception_between_any_two_statements_leaves_nothing_half_done(database: Database, name: str) -> None:
    queue = queue_on(database)
    work = WORK[name](prepared(queue))
    before = contents(database)
    for at in itertools.count():
        try:
            with dying(database, at, crash):
                assert work(queue)
        except Crash:
            assert contents(database) == before
        else:
            break
    assert at >= 2
    assert contents(database) != before


@pytest.mark.parametrize("name", ["claim", "end"])
def test_a_killed_process_leaves_nothing_half_done(url: str, database: Database, name: str) -> None:
    queue = queue_on(database)
    work = WORK[name](prepared(queue))
    before = contents(database)
    for at in itertools.count():
        if not dies(partial(killed_in, url, work, at)):
            break
        assert contents(database) == before
    assert at >= 4
    after = contents(database)
    assert after != before


def dies(work: Callable[[], None]) -> bool:
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(600)
    assert process.exitcode in (0, 9)
    return process.exitcode == 9


def killed_in(url: str, work: Work, at: int) -> None:
    """In a process of its own, which nothing winds up."""
    database = Database.open(url)
    with dying(database, at, lambda: os._exit(9)):
        work(queue_on(database))
    os._exit(0)


def test_after_a_crash_the_claim_is_made_by_another(database: Database) -> None:
    queue = queue_on(database)
    put(queue)
    with pytest.raises(Crash), dying(database, 5, crash):
        queue.claim(NOON, "one")
    assert isinstance(queue_on(database).claim(NOON, "two"), Claim)
