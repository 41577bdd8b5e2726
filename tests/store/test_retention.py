"""What becomes too old goes; what says whom not to call stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from flowengine.store import retention, tables
from flowengine.store.connection import Database
from flowengine.store.detail import find
from flowengine.store.retention import Keep, Purged, due, purge
from flowengine.store.rows import Suppression
from flowengine.store.store import Store
from tests.store.records import NOW, NUMBER, end, noted, start

KEEP = Keep(timedelta(days=730))
OLD = NOW - timedelta(days=730, seconds=1)
YOUNG = NOW - timedelta(days=730)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_CALLS", 2)
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)


def dialled(database: Database, name: str, at: datetime, *, state: str = "ended") -> None:
    """A call of the queue, with one attempt and the decision on it, all at that moment."""
    seal, ended_at = database.vault.seal, at if state == "ended" else None
    person = {"number_hash": database.vault.index(NUMBER), "number": seal(NUMBER), "flow": "booking"}
    queued = {"call_id": name, "contact": seal("{}"), "priority": 5, "state": state, "tries": 1}
    times = {"due_at": at, "queued_at": at, "ended_at": ended_at}
    attempt = {"attempt_id": name, "call_id": name, "state": state, "started_at": at, "owner": "me", "leased_until": at}
    decision = {"decision_id": name, "at": at, "asked_by": "dispatch", "can_call": True, "codes": ""}
    with database.writing() as connection:
        connection.execute(insert(tables.queue).values(**person, **queued, **times))
        connection.execute(insert(tables.attempts).values(**person, **attempt, counts=True, abandoned=False))
        connection.execute(insert(tables.decisions).values(**decision, policy_version="1", body=seal("{}")))


def ids(database: Database, column: str) -> list[str]:
    table, _, name = column.partition(".")
    key = tables.metadata.tables[table].c[name]
    with database.reading() as connection:
        return list(connection.execute(select(key).order_by(key)).scalars())


def test_old_calls_lose_the_person_and_their_words_and_stay_counted(store: Store) -> None:
    for number in range(5):
        store.write([start(f"old-{number}", started_at=OLD), noted(0, f"old-{number}"), end(f"old-{number}")])
    store.write([start("young", started_at=YOUNG), noted(0, "young")])
    assert purge(store.database, NOW, KEEP) == Purged(calls=5, events=5)
    for number in range(5):
        call = store.call(f"old-{number}")
        assert call is not None
        assert (call.from_number, call.to_number, call.contact) == (None, None, "{}")
        assert (call.flow, call.outcome, call.started_at) == ("telemarketing", "booked", OLD)
    young = find(store, "young")
    assert young is not None
    assert [note.text for note in young.notes] == ["x"]
    with store.database.reading() as connection:
        query = select(func.count()).where(tables.calls.c.number_hash.is_not(None))
        assert connection.execute(query).scalar() == 1
    assert purge(store.database, NOW, KEEP).is_nothing


def test_old_attempts_decisions_and_reports_go_and_what_is_open_stays(store: Store) -> None:
    database = store.database
    for number in range(3):
        dialled(database, f"old-{number}", OLD)
        store.add_status("CA1", number, "completed", "{}", OLD)
    dialled(database, "open", OLD, state="placed")
    dialled(database, "young", YOUNG)
    store.add_status("CA2", 0, "completed", "{}", YOUNG)
    expected = Purged(status_callbacks=3, decisions=4, attempts=3, queue=3)
    assert due(database, NOW, KEEP) == expected
    assert purge(database, NOW, KEEP) == expected
    assert ids(database, "attempts.attempt_id") == ids(database, "queue.call_id") == ["open", "young"]
    assert ids(database, "decisions.decision_id") == ["young"]
    assert ids(database, "status_callbacks.call_sid") == ["CA2"]


def test_a_call_that_was_tried_again_lately_stays_in_the_queue(database: Database) -> None:
    dialled(database, "old", OLD)
    dialled(database, "young", YOUNG)
    with database.writing() as connection:
        connection.execute(tables.attempts.update().values(call_id="old"))
    assert due(database, NOW, KEEP) == Purged(decisions=1, attempts=1)
    assert purge(database, NOW, KEEP) == Purged(decisions=1, attempts=1)
    assert ids(database, "queue.call_id") == ["old", "young"]


def test_the_do_not_call_list_outlives_everything(store: Store) -> None:
    store.write([start(started_at=OLD), Suppression(NUMBER, "call-1", "opt_out", OLD)])
    purge(store.database, NOW + timedelta(days=36_500), KEEP)
    assert store.is_suppressed(NUMBER)


def test_looking_changes_nothing(store: Store) -> None:
    store.write([start(started_at=OLD), noted(0), noted(1), end()])
    assert due(store.database, NOW, KEEP) == Purged(calls=1, events=2)
    assert len(store.entries("call-1")) == 2


def test_a_service_that_stops_does_not_wait_for_it(store: Store) -> None:
    store.write([start(f"old-{number}", started_at=OLD) for number in range(9)])
    rounds = iter([False, False, True])
    assert purge(store.database, NOW, KEEP, is_stopping=lambda: next(rounds, True)) == Purged(calls=4)
