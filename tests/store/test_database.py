"""Opening a database: what it is like afterwards, and what is said when it cannot be opened."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert

from flowengine.errors import StoreError
from flowengine.store import tables
from flowengine.store.store import Store
from tests.postgres import new_on_sqlite, on_sqlite
from tests.store.records import NOW, NUMBER, noted, start

NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write anywhere; for a moment, be somebody else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def pragma(store: Store, name: str) -> object:
    with store.database.reading() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


@on_sqlite
def test_sqlite_is_set_up_for_a_service(store: Store) -> None:
    assert pragma(store, "journal_mode") == "wal"
    assert pragma(store, "synchronous") == 2
    assert pragma(store, "foreign_keys") == 1
    assert pragma(store, "busy_timeout") == 100


@on_sqlite
def test_only_the_owner_may_read_the_files(store: Store, file: Path) -> None:
    store.write([start()])
    files = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
    assert {path.suffix for path in files} == {".db", ".db-wal", ".db-shm", ".key"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


@new_on_sqlite
def test_opening_creates_and_looking_does_not(new_url: str, file: Path) -> None:
    assert not Store.is_there(new_url)
    assert not file.exists()
    Store.open(new_url).close()
    assert Store.is_there(new_url)


def open_at_once(url: str) -> list[StoreError]:
    """What six threads met that opened it at the same moment."""
    failures: list[StoreError] = []
    ready = threading.Barrier(6)

    def open_it() -> None:
        ready.wait()
        try:
            Store.open(url).close()
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_many_may_open_a_new_database_at_once(new_url: str) -> None:
    assert open_at_once(new_url) == []


def test_of_many_who_make_a_new_file_none_is_refused_at_once(tmp_path: Path) -> None:
    # SQLite does that to one of two in about one try of twenty.
    assert [open_at_once(f"sqlite:///{tmp_path}/{number}.db") for number in range(20)] == [[]] * 20


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("no address", "'no address' is not a database address; expected one like sqlite:///flowengine.db"),
        ("sqlite:////no/such/folder/record.db", "there is no such folder; create it, or name another place"),
        ("sqlite:////dev/null/record.db", "there is no such folder"),
        ("sqlite://", "would be lost with the process; name a file"),
        ("sqlite:///:memory:", "would be lost with the process; name a file"),
        ("mysql://somewhere/db", "flowengine keeps its record in SQLite or PostgreSQL"),
        ("oracledb://somewhere", "flowengine keeps its record in SQLite or PostgreSQL"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(url: str, part: str) -> None:
    with pytest.raises(StoreError, match=part):
        Store.open(url)


@pytest.mark.parametrize(
    "url", ["postgresql//amy:hunter2@host/db", "mysql://amy:hunter2@host/db", "nonesuch://amy:hunter2@host/db"]
)
def test_a_password_is_never_shown(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    assert "hunter2" not in str(caught.value)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"cannot open sqlite:///.*let this user write to the file and its folder"):
        Store.open(f"sqlite:///{tmp_path}")


def test_a_folder_without_leave_to_write_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with without_privileges(), pytest.raises(StoreError, match="this user may not write there; name another place"):
        Store.open(f"sqlite:///{tmp_path}/record.db")
    tmp_path.chmod(0o700)


@on_sqlite
def test_a_database_that_may_only_be_read_is_explained(url: str, file: Path) -> None:
    Store.open(url).close()
    reader = Store.open(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="readonly database; let this user write to it"):
        reader.write([start()])
    reader.close()


@new_on_sqlite
def test_a_file_that_is_no_database_is_explained_and_left_alone(new_url: str, file: Path) -> None:
    file.write_bytes(b"rubbish" * 1000)
    with pytest.raises(StoreError, match=r"record\.db: file is not a database; move that file away"):
        Store.open(new_url)
    assert file.read_bytes() == b"rubbish" * 1000


@on_sqlite
def test_a_database_damaged_inside_is_explained_where_it_hurts(url: str, file: Path) -> None:
    store = Store.open(url)
    store.write([start(), *(noted(seq) for seq in range(3000))])
    store.close()
    content = bytearray(file.read_bytes())
    # The header and the schema stay; everything after the first pages is noise.
    content[240 * 1024 :] = b"\xa5" * (len(content) - 240 * 1024)
    file.write_bytes(content)
    damaged = Store.open(url)
    with pytest.raises(StoreError, match=r"could not be read from .*malformed; it is damaged: move that file away"):
        damaged.entries("call-1")
    damaged.close()


@new_on_sqlite
def test_a_newer_database_is_refused_and_left_alone(new_url: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO schema_version VALUES (99)")
        connection.commit()
    with pytest.raises(StoreError, match=r"newer flowengine \(schema 99, this one knows 2\); upgrade flowengine"):
        Store.open(new_url)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall() == [
            ("schema_version",)
        ]


@new_on_sqlite
def test_tables_of_another_program_are_refused(new_url: str, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE calls (when_made TEXT)")
    with pytest.raises(StoreError, match="has tables that are not this flowengine's"):
        Store.open(new_url)


@on_sqlite
def test_tables_of_an_unfinished_flowengine_are_refused(url: str, file: Path) -> None:
    Store.open(url).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE calls DROP COLUMN reason")
    with pytest.raises(StoreError, match="has tables that are not this flowengine's"):
        Store.open(url)


@on_sqlite
def test_a_locked_database_is_explained(store: Store, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="database is locked; another program is writing to it"):
            store.write([start()])
        # Reading goes on meanwhile.
        assert store.calls() == []


@on_sqlite
def test_a_full_disk_is_explained(store: Store) -> None:
    store.write([start()])
    with store.database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="database or disk is full; free some space"):
        store.write([noted(seq) for seq in range(5000)])
    assert store.entries("call-1") == []


def test_an_error_holds_no_personal_data(store: Store) -> None:
    """Driven past `write`, which hands back what does not fit: whatever fails with values in its hands says none."""
    values = {"number_hash": NUMBER, "number": NUMBER, "reason": "opt_out", "written_at": NOW}
    with store.database.writing() as connection:
        connection.execute(insert(tables.do_not_call).values(values))
    with pytest.raises(StoreError) as caught, store.database.writing() as connection:
        connection.execute(insert(tables.do_not_call).values(values))
    told = f"{caught.value} {str(caught.value.__cause__).partition(chr(10))[0]}"
    assert NUMBER not in told
    assert NOW.isoformat() not in told
