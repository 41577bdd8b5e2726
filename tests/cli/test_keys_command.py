"""`flowengine keys` and `flowengine audit`, as typed; and the first key of `flowengine serve`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from flowengine.cli import serve
from flowengine.cli.main import main
from flowengine.service.settings import Settings
from flowengine.store import tables
from flowengine.store.connection import Database
from flowengine.store.keys import ApiKeys, hash_of


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return f"sqlite:///{tmp_path / 'record.db'}"


def run(db: str, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--db", db])


def test_only_the_key_goes_to_standard_output(db: str) -> None:
    result = run(db, "keys", "create", "Sam", "--role", "admin")
    assert result.exit_code == 0, result.output
    secret = result.stdout.strip()
    database = Database.open(db)
    found = ApiKeys(database).find(hash_of(secret))
    database.close()
    assert found is not None
    assert (found.name, found.role) == ("Sam", "admin")


def test_keys_are_listed_and_revoked(db: str) -> None:
    key_id = run(db, "keys", "create", "CRM", "--role", "operator").stdout.split("_")[1]
    assert run(db, "keys", "revoke", key_id).exit_code == 0
    listed = run(db, "keys", "list").output
    assert f"{key_id}  operator" in listed
    assert "CRM (revoked " in listed
    (facts,) = json.loads(run(db, "keys", "list", "--json").output)["keys"]
    assert (facts["key_id"], facts["revoked_at"] is None) == (key_id, False)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("keys", "revoke", "ab12cd34"), "flowengine keys list"),
        (("keys", "create", "", "--role", "admin"), "1 to 100 characters"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_would_do(db: str, words: tuple[str, ...], part: str) -> None:
    Database.open(db).close()
    result = run(db, *words)
    assert result.exit_code == 1
    assert part in result.output


def test_there_is_nothing_to_list_before_there_is_a_record(db: str) -> None:
    assert "begin with: flowengine serve" in run(db, "keys", "list").output


def test_the_audit_log_is_shown_and_checked(db: str) -> None:
    run(db, "keys", "create", "Sam", "--role", "admin")
    assert "keys.create  key:" in run(db, "audit", "show").output
    checked = run(db, "audit", "verify")
    assert checked.output.startswith("1 entries, none changed.")
    last = checked.output.split()[-1]
    assert run(db, "audit", "verify", "--last", last).exit_code == 0
    assert "cut off or made anew" in run(db, "audit", "verify", "--last", "0" * 64).output


def test_a_changed_entry_is_named(db: str) -> None:
    run(db, "keys", "create", "Sam", "--role", "admin")
    database = Database.open(db)
    with database.writing() as connection:
        connection.execute(update(tables.audit).values(actor="somebody else"))
    database.close()
    result = run(db, "audit", "verify")
    assert result.exit_code == 1
    assert "entry 1: it was changed after it was written" in result.output


def test_a_service_that_others_reach_gets_a_first_key_once(db: str) -> None:
    public = Settings(database_url=db, server_base_url="https://calls.example.com")
    secret = serve.first_key(public)
    assert secret is not None
    assert serve.first_key(public) is None
    (key,) = json.loads(run(db, "keys", "list", "--json").output)["keys"]
    assert (key["role"], key["key_id"]) == ("admin", secret.split("_")[1])


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(server_base_url="http://127.0.0.1:8080"),
        Settings(server_base_url="https://calls.example.com", api_key="a-key-of-the-settings"),
    ],
    ids=["this machine", "a simulated line", "a key in the settings"],
)
def test_a_service_that_needs_none_makes_no_key(db: str, settings: Settings) -> None:
    del db  # its folder is where the default database would be
    assert serve.first_key(settings) is None
