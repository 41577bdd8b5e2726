"""The audit log: a chain in which a change shows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Update, delete, update

from flowengine.store import tables
from flowengine.store.audit import BEGINNING, AuditLog, append_in
from flowengine.store.connection import Database

NOW = datetime(2026, 3, 2, 10, 15, 0, 123456, tzinfo=UTC)


def written(database: Database, count: int) -> AuditLog:
    log = AuditLog(database)
    for number in range(count):
        log.append("cli:0", "keys.create", f"key:{number}", {"role": "viewer"}, NOW + timedelta(seconds=number))
    return log


def tampered(database: Database, statement: Any) -> None:
    with database.writing() as connection:
        connection.execute(statement)


def changed(seq: int, **values: object) -> Update:
    return update(tables.audit).where(tables.audit.c.seq == seq).values(**values)


def test_entries_follow_one_another(database: Database) -> None:
    log = written(database, 3)
    newest, middle, oldest = log.page(limit=10)
    assert oldest.previous == BEGINNING
    assert (middle.previous, newest.previous) == (oldest.hash, middle.hash)
    found = log.verify()
    assert (found.entries, found.last_hash, found.broken_at) == (3, newest.hash, None)


def test_an_empty_log_is_whole(database: Database) -> None:
    found = AuditLog(database).verify()
    assert (found.entries, found.last_hash, found.broken_at) == (0, BEGINNING, None)


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "cli:1"},
        {"action": "keys.revoke"},
        {"subject": "key:9"},
        {"detail": "{}"},
        {"at": NOW},
        {"hash": "0" * 64},
    ],
    ids=lambda values: next(iter(values)),
)
def test_whatever_is_changed_shows_at_its_entry(database: Database, values: dict[str, object]) -> None:
    log = written(database, 3)
    tampered(database, changed(2, **values))
    found = log.verify()
    assert (found.broken_at, found.entries) == (2, 1)
    assert found.why == "it was changed after it was written"


def test_a_removed_entry_shows(database: Database) -> None:
    log = written(database, 3)
    tampered(database, delete(tables.audit).where(tables.audit.c.seq == 2))
    found = log.verify()
    assert (found.broken_at, found.why) == (3, "the entry 2 is missing")


def test_a_removed_beginning_shows(database: Database) -> None:
    log = written(database, 3)
    tampered(database, delete(tables.audit).where(tables.audit.c.seq == 1))
    assert log.verify().broken_at == 2


def test_a_cut_off_end_is_known_by_the_last_hash(database: Database) -> None:
    log = written(database, 3)
    last = log.last()
    assert last is not None
    assert log.has(last.hash)
    tampered(database, delete(tables.audit).where(tables.audit.c.seq == 3))
    assert log.verify().broken_at is None
    assert not log.has(last.hash)


def test_an_entry_goes_with_the_change_that_it_tells_of(database: Database) -> None:
    with pytest.raises(RuntimeError, match="no"), database.writing() as connection:  # noqa: PT012 - one transaction
        append_in(connection, "cli:0", "keys.create", "key:1", {}, NOW)
        raise RuntimeError("no")
    assert AuditLog(database).last() is None


def test_a_page_begins_where_the_one_before_it_ended(database: Database) -> None:
    log = written(database, 5)
    first = log.page(limit=2)
    second = log.page(limit=2, before=first[-1].seq)
    assert [entry.seq for entry in (*first, *second)] == [5, 4, 3, 2]


def test_writers_at_once_make_one_chain(url: str) -> None:
    """Each with a database of its own, as processes have."""
    databases = [Database.open(url, patience_s=300) for _ in range(4)]
    threads = [threading.Thread(target=written, args=(each, 25)) for each in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = AuditLog(databases[0]).verify()
    for each in databases:
        each.close()
    assert (found.entries, found.broken_at) == (100, None)


def test_a_number_is_named_by_its_keyed_hash(database: Database) -> None:
    subject = AuditLog(database).subject_of("+441134960123")
    assert subject == f"number:{database.vault.index('+441134960123')}"
    assert "1134960123" not in subject
