"""Tables come about by migrations: new ones, an earlier release's, and those that must be left alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

from flowengine.errors import StoreError
from flowengine.store import schema, tables
from flowengine.store.connection import Database
from flowengine.store.detail import find
from flowengine.store.store import Store
from flowengine.store.vault import Vault
from tests.postgres import new_on_sqlite

OLD = (Path(__file__).parent / "first_release.sql").read_text("utf-8")


def make_old(url: str) -> None:
    """A database as the first release left it."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(OLD.replace("MOMENT", "DATETIME"))
        return
    with psycopg.connect(url) as connection:
        connection.execute(OLD.replace("MOMENT", "TIMESTAMP WITH TIME ZONE").encode())


def differences(connection: Connection) -> list[object]:
    def counts(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        # Alembic does not know of indexes that one kind of database has and the other has not.
        return not (kind == "index" and str(name).startswith("calls_like_") and connection.dialect.name == "sqlite")

    options = {"version_table": schema.REVISION_TABLE, "compare_type": True, "include_object": counts}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables.metadata))


def test_migrations_lead_to_exactly_the_tables_in_code(new_url: str) -> None:
    """Where this fails: what `tables.py` says goes into the newest step of `migrations/versions` that is unreleased."""
    database = Database.open(new_url)
    with database.reading() as connection:
        assert differences(connection) == []
        indexes = {index["name"] for name in tables.metadata.tables for index in inspect(connection).get_indexes(name)}
        assert ("calls_like_call_sid" in indexes) == (database.dialect == "postgresql")
    database.close()


def test_alembic_and_we_agree_on_the_version(database: Database) -> None:
    with database.reading() as connection:
        version = connection.execute(text("SELECT version FROM schema_version")).scalar_one()
        revision = connection.execute(text(f"SELECT version_num FROM {schema.REVISION_TABLE}")).scalar_one()
    assert version == tables.SCHEMA_VERSION
    assert schema.REVISIONS[version] == revision


def test_an_earlier_release_is_brought_up_to_date_with_all_it_holds(new_url: str) -> None:
    make_old(new_url)
    store = Store.open(new_url)
    told = find(store, "CA1")
    assert told is not None
    assert [line.text for line in told.transcript] == ["never ring me again"]
    assert (told.outcome, told.timings.duration) == ("opted_out", 120.0)
    call = store.call("call-1")
    assert call is not None
    assert (call.from_number, call.to_number, call.contact) == (
        "+441134960100",
        "+441134960123",
        '{"name":"Priya Nair"}',
    )
    assert store.is_suppressed("+441134960123")
    assert not store.add_status("CA1", 2, "completed", "{}", call.started_at)
    with store.database.reading() as connection:
        hashes = connection.execute(text("SELECT number_hash FROM calls ORDER BY call_id")).scalars().all()
        assert hashes == [store.database.vault.index("+441134960123"), None]
        assert differences(connection) == []
    store.close()


@new_on_sqlite
def test_nothing_of_an_earlier_release_stays_in_clear(new_url: str, file: Path) -> None:
    make_old(new_url)
    Store.open(new_url).close()
    content = b"".join(path.read_bytes() for path in file.parent.glob("record.db*"))
    assert b"call-1" in content
    for clear in (b"960123", b"Priya", b"never ring"):
        assert clear not in content


def test_a_migration_that_fails_leaves_the_old_database_as_it_was(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(new_url)

    def fail(_vault: Vault, number: str) -> str:
        raise StoreError("no more memory")

    with monkeypatch.context() as broken:
        broken.setattr(Vault, "index", fail)
        with pytest.raises(StoreError, match="no more memory"):
            Store.open(new_url)
    if new_url.startswith("sqlite"):
        with closing(sqlite3.connect(new_url.removeprefix("sqlite:///"))) as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            numbers = connection.execute("SELECT number FROM suppressions").fetchall()
    else:
        with psycopg.connect(new_url) as server:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            names = {name for (name,) in server.execute(query).fetchall()}
            numbers = server.execute("SELECT number FROM suppressions").fetchall()
    assert names == {"schema_version", "calls", "events", "suppressions", "status_callbacks"}
    assert numbers == [("+441134960123",)]
    Store.open(new_url).close()


@pytest.mark.parametrize("is_old", [False, True], ids=["new", "old"])
def test_processes_that_start_at_once_all_come_up(new_url: str, is_old: bool) -> None:
    if is_old:
        make_old(new_url)
    code = "import sys; from flowengine.store.store import Store; s = Store.open(sys.argv[1]); s.calls(); s.close()"
    started = [
        subprocess.Popen([sys.executable, "-c", code, new_url], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [process.communicate(timeout=600)[1] for process in started] == [""] * 3
    store = Store.open(new_url)
    assert len(store.calls()) == (2 if is_old else 0)
    store.close()


def test_a_database_that_is_up_to_date_opens_without_alembic(url: str) -> None:
    code = (
        "import sys; from flowengine.store.connection import Database; Database.open(sys.argv[1]).close(); "
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, url], check=False).returncode == 0


def test_an_unfinished_version_is_refused(new_url: str) -> None:
    """A version of ours whose tables are not those of that version."""
    make_old(new_url)
    engine = create_engine(new_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE calls DROP COLUMN from_number"))
    engine.dispose()
    with pytest.raises(StoreError, match="has tables that are not this flowengine's"):
        Store.open(new_url)


def test_every_column_of_text_is_sealed_or_known_to_be_harmless() -> None:
    """Where this fails: a new column of text goes into `SEALED`, or into `PLAIN` when it can never hold a person's."""
    texts = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.columns
        if column.type.python_type is str
    }
    assert texts == tables.SEALED | tables.PLAIN
    assert not tables.SEALED & tables.PLAIN
