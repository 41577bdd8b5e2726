"""Changing the sealing key: all of the record, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, DateTime, Float, Integer, Table, insert, select, update

from flowengine.errors import StoreError
from flowengine.store import rotation, tables
from flowengine.store.connection import Database
from flowengine.store.keyfile import FileVault, add_key
from flowengine.store.rotation import check, forget_old, keys_in_use, seal_anew
from flowengine.store.spool import Spool
from flowengine.store.store import Store
from flowengine.store.vault import Vault, key_of, new_keys
from tests.store.records import NOW, NUMBER, noted, start

ROWS = 7


def silent(_done: int, _whole: int) -> None:
    """Nobody looks."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "BATCH", 3)


def rotated(database: Database) -> str:
    """A new key is first; its id."""
    vault = database.vault
    assert isinstance(vault, FileVault)
    key_id = add_key(vault.file, NOW)
    vault.look()
    assert vault.current == key_id
    return key_id


def fill(database: Database) -> None:
    """Every table, every column: sealed ones sealed."""
    with database.writing() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name not in ("schema_version", "vault_check"):
                for number in range(ROWS):
                    connection.execute(insert(table).values(row_of(database, table, number)))


def row_of(database: Database, table: Table, number: int) -> dict[str, Any]:
    def value(name: str, kind: object) -> object:
        match kind:
            case Boolean():
                return False
            case Integer():
                return number
            case Float():
                return 0.5
            case tables.UtcTime() | DateTime():
                return NOW
            case _ if f"{table.name}.{name}" in tables.SEALED:
                return database.vault.seal(f"{table.name}.{name} {number}")
            case _:
                return f"{number}"

    return {column.name: value(column.name, column.type) for column in table.columns}


def sealed_texts(database: Database) -> dict[str, set[str]]:
    """What every sealed column holds, opened."""
    found = {}
    with database.reading() as connection:
        for place in tables.SEALED - {"vault_check.sealed"}:
            table, _, column = place.partition(".")
            rows = connection.execute(select(tables.metadata.tables[table].c[column])).scalars()
            found[place] = {database.vault.open(sealed) for sealed in rows}
    return found


def test_every_sealed_column_is_sealed_anew_and_says_what_it_said(database: Database) -> None:
    fill(database)
    before = sealed_texts(database)
    old, new = database.vault.current, rotated(database)
    fields = (len(tables.SEALED) - 1) * ROWS + 1
    assert keys_in_use(database) == {old: fields}
    told: list[tuple[int, int]] = []
    done = seal_anew(database, lambda so_far, whole: told.append((so_far, whole)))
    assert (done.fields, done.damaged) == (fields, {})
    assert keys_in_use(database) == {new: fields}
    assert sealed_texts(database) == before
    assert told[-1][0] == told[-1][1]
    assert told == sorted(told)
    assert check(database, silent).fields == fields
    assert seal_anew(database, silent).fields == 0


def test_one_that_was_killed_goes_on_where_it_was(database: Database) -> None:
    fill(database)
    rotated(database)

    def killed(done: int, _whole: int) -> None:
        if done > 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        seal_anew(database, killed)
    in_use = keys_in_use(database)
    assert len(in_use) == 2
    # The check of the keys comes last: until then whoever has the old key only is not turned away wrongly.
    assert seal_anew(database, silent).fields == sum(in_use.values()) - in_use[database.vault.current]
    assert set(keys_in_use(database)) == {database.vault.current}


def test_what_changes_meanwhile_stays_changed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(database)
    store.write([start()])
    rotated(database)
    change = update(tables.calls).values(contact=database.vault.seal('{"name": "new"}'))
    renew: Callable[..., Any] = rotation._renewed

    def slow(*arguments: Any) -> Any:
        # Between reading and writing a row, somebody else writes it.
        with database.writing() as connection:
            connection.execute(change)
        return renew(*arguments)

    with monkeypatch.context() as slowed:
        slowed.setattr(rotation, "_renewed", slow)
        seal_anew(database, silent)
    call = store.call("call-1")
    assert call is not None
    assert (call.contact, call.to_number) == ('{"name": "new"}', NUMBER)
    seal_anew(database, silent)
    assert set(keys_in_use(database)) == {database.vault.current}


def test_a_running_service_reads_and_writes_all_the_while(database: Database, url: str) -> None:
    service = Store.open(url)
    service.write([start(), noted(0)])
    rotated(database)
    seal_anew(database, silent)
    assert [entry.seq for entry in service.entries("call-1")] == [0]
    service.write([noted(1)])
    assert [entry.seq for entry in Store(database).entries("call-1")] == [0, 1]
    service.close()


def test_a_damaged_field_is_counted_left_alone_and_stops_nothing(database: Database) -> None:
    fill(database)
    damaged = f"{database.vault.current}.AAAA"
    with database.writing() as connection:
        connection.execute(update(tables.queue).where(tables.queue.c.call_id == "3").values(contact=damaged))
    rotated(database)
    assert seal_anew(database, silent).damaged == {"queue.contact": 1}
    assert check(database, silent).damaged == {"queue.contact": 1}
    with database.reading() as connection:
        row = connection.execute(select(tables.queue).where(tables.queue.c.call_id == "3")).one()
    assert row.contact == damaged
    assert key_of(row.number) == database.vault.current


def test_a_field_of_no_known_key_is_counted(database: Database, tmp_path: Path) -> None:
    fill(database)
    with database.writing() as connection:
        connection.execute(update(tables.contacts).values(note="in clear, by hand"))
    assert keys_in_use(database)[""] == ROWS
    assert check(database, silent).damaged == {"contacts.note": ROWS}


def test_old_keys_go_when_nothing_needs_them(database: Database) -> None:
    fill(database)
    old, new = database.vault.current, rotated(database)
    with pytest.raises(StoreError, match=f"are sealed with {old} still; no key was taken out"):
        forget_old(database)
    seal_anew(database, silent)
    spool = Spool(database.spool, Vault({old: bytes(32)}, bytes(32)))
    spool.refuse([start()])
    with pytest.raises(StoreError, match=f"entries that wait in .* need {old} still"):
        forget_old(database)
    database.spool.with_name(f"{database.spool.name}.refused").unlink()
    assert forget_old(database) == (old,)
    assert database.vault.key_ids == (new,)
    assert forget_old(database) == ()
    assert check(database, silent).damaged == {}


def test_keys_of_the_environment_are_not_ours_to_forget(new_url: str) -> None:
    text = ",".join(line for line in new_keys(NOW).splitlines() if not line.startswith("#"))
    database = Database.open(new_url, keys=text)
    with pytest.raises(StoreError, match="keys are taken out of FLOWENGINE_RECORD_KEYS by hand"):
        forget_old(database)
    database.close()
