"""`flowengine record`, run as people run it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main
from flowengine.store import keyfile
from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.keyfile import FileVault
from flowengine.store.spool import Spool
from flowengine.store.store import Store
from tests.store.records import NUMBER, end, noted, start
from tests.store.test_schema import make_old

LONG_AGO = datetime.now(UTC) - timedelta(days=3000)


@pytest.fixture
def db(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A record with one old call, named by the environment."""
    store = Store.open(database_url)
    store.write([start(started_at=LONG_AGO), noted(0), noted(1), end()])
    store.close()
    monkeypatch.setenv("FLOWENGINE_DATABASE_URL", database_url)
    return database_url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["record", *arguments])


def key_file(db: str) -> Path:
    database = Database.open(db)
    database.close()
    assert isinstance(database.vault, FileVault)
    return database.vault.file


def test_all_is_sealed_with_a_new_key_and_the_old_one_goes(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("flowengine.cli.record.time", SimpleNamespace(sleep=waited.append))
    # However long the machine takes to come to it.
    monkeypatch.setattr(keyfile, "SETTLED_S", 600.0)
    old = FileVault(key_file(db)).current
    done = run("rotate-keys")
    assert done.exit_code == 0, done.output
    new = FileVault(key_file(db)).current
    # A number and a contact, two events, and the check of the keys.
    assert done.output == f"The new key {new} is in {key_file(db)}: copy that file again.\n5 fields were sealed anew.\n"
    assert FileVault(key_file(db)).key_ids == (new, old)
    done = run("rotate-keys", "--forget-old")
    assert done.exit_code == 0, done.output
    assert f"The key {old} was taken out." in done.output
    assert len(waited) == 1
    assert FileVault(key_file(db)).key_ids == (new,)
    checked = run("check")
    assert checked.output == f"{5:>12}  {new}\nAll 5 sealed fields open.\n"


def test_with_keys_in_the_environment_it_says_what_to_set(
    new_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = run("keys").output.strip().removeprefix("FLOWENGINE_RECORD_KEYS=")
    monkeypatch.setenv("FLOWENGINE_RECORD_KEYS", keys)
    Database.open(new_database_url, keys=keys).close()
    told = run("rotate-keys", "--db", new_database_url)
    assert "put this before the others in FLOWENGINE_RECORD_KEYS" in told.output
    (line,) = [line.strip() for line in told.output.splitlines() if ":" in line and line.startswith("    ")]
    monkeypatch.setenv("FLOWENGINE_RECORD_KEYS", f"{line},{keys}")
    done = run("rotate-keys", "--db", new_database_url)
    assert done.output.startswith(f"Going on: not all is sealed with {line.partition(':')[0]} yet.\n1 fields were")
    old = keys.partition(":")[0]
    assert f"No field needs {old} any more." in run("rotate-keys", "--db", new_database_url).output


def test_a_field_that_does_not_open_is_told(db: str) -> None:
    database = Database.open(db)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE events SET payload = 'in clear' WHERE seq = 1")
    database.close()
    checked = run("check")
    assert checked.exit_code == 1
    assert checked.output.startswith(f"{1:>12}  no known key\n")
    assert "Error: fields that do not open: 1 of events.payload" in checked.output
    rotated = run("rotate-keys", "--forget-old")
    assert rotated.exit_code == 1
    assert "were left as they were: 1 of events.payload" in rotated.output
    assert len(FileVault(key_file(db)).key_ids) == 2


def test_old_calls_are_purged_after_a_look(db: str) -> None:
    looked = run("purge", "--dry-run")
    assert looked.output.startswith(
        "Older than 730 days and would go: the personal data of 1 calls (2 events, 0 labels), 0 att"
    )
    assert run("purge", "--days", "30000").output == "Nothing is older than 30,000 days.\n"
    assert " and gone: the personal data of 1 calls (2 events, 0 labels)" in run("purge").output
    assert run("purge").output == "Nothing is older than 730 days.\n"


def test_what_was_done_to_the_record_is_in_the_audit_log(db: str) -> None:
    for words in (("rotate-keys",), ("purge", "--dry-run"), ("purge",)):
        assert run(*words).exit_code == 0
    database = Database.open(db)
    entries = AuditLog(database).page(limit=10)
    database.close()
    assert [entry.action for entry in entries] == ["record.purge", "record.rotate-keys"]
    assert '"calls": 1' in entries[0].detail


def test_what_was_refused_can_be_read(db: str) -> None:
    assert run("refused").output == ""
    database = Database.open(db)
    Spool(database.spool, database.vault).refuse([start()])
    database.close()
    assert f'"to_number": "{NUMBER}"' in run("refused").output


@pytest.mark.parametrize("command", [["calls"], ["record", "check"]])
def test_an_earlier_release_s_record_gets_keys_and_that_is_said(new_database_url: str, command: list[str]) -> None:
    make_old(new_database_url)
    first = CliRunner().invoke(main, [*command, "--db", new_database_url])
    assert first.exit_code == 0, first.output
    assert "The record's personal data are sealed with new keys, in " in first.stderr
    assert CliRunner().invoke(main, [*command, "--db", new_database_url]).stderr == ""


def test_a_record_that_is_not_there_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FLOWENGINE_DATABASE_URL", raising=False)
    for name in ("check", "rotate-keys", "purge", "refused"):
        result = run(name)
        assert result.exit_code == 1
        assert "there is no sqlite:///flowengine.db; name another with --db" in result.output
    assert not list(tmp_path.iterdir())
