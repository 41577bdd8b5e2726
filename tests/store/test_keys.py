"""Keys to the API in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from flowengine.store import tables
from flowengine.store.audit import AuditLog
from flowengine.store.connection import Database
from flowengine.store.keys import ApiKeys, hash_of

NOW = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


def test_a_key_is_found_by_its_hash_alone(database: Database) -> None:
    keys = ApiKeys(database)
    key_id, secret = keys.create("CI", "viewer", NOW, actor="test")
    found = keys.find(hash_of(secret))
    assert found is not None
    assert (found.key_id, found.name, found.role) == (key_id, "CI", "viewer")
    assert secret.startswith(f"fe_{key_id}_")
    assert len(secret) == len(f"fe_{key_id}_") + 43
    assert keys.find(hash_of(secret[:-1])) is None


def test_the_secret_is_nowhere_in_the_database(database: Database) -> None:
    _, secret = ApiKeys(database).create("CI", "viewer", NOW, actor="test")
    with database.reading() as connection:
        for table in (tables.api_keys, tables.audit):
            assert secret[12:] not in str(connection.execute(select(table)).all())


def test_a_revoked_key_opens_nothing_and_is_listed(database: Database) -> None:
    keys = ApiKeys(database)
    key_id, secret = keys.create("CI", "viewer", NOW, actor="test")
    assert keys.revoke(key_id, NOW, actor="test")
    assert not keys.revoke(key_id, NOW, actor="test")
    assert keys.find(hash_of(secret)) is None
    assert keys.active() == {}
    assert [key.revoked_at for key in keys.list()] == [NOW]


def test_the_first_key_is_made_once(database: Database) -> None:
    keys = ApiKeys(database)
    first = keys.create_first("first", NOW, actor="test")
    assert first is not None
    keys.revoke(first[0], NOW, actor="test")
    assert keys.create_first("first", NOW, actor="test") is None


def test_last_use_is_kept_once_a_minute(database: Database) -> None:
    keys = ApiKeys(database)
    key_id, _ = keys.create("CI", "viewer", NOW, actor="test")
    kept = []
    for seconds in (0, 30, 61):
        keys.touch({key_id: NOW + timedelta(seconds=seconds)})
        kept.append(keys.list()[0].last_used_at)
    assert kept == [NOW, NOW, NOW + timedelta(seconds=61)]


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines"])
def test_a_name_that_is_none_is_refused(database: Database, name: str) -> None:
    with pytest.raises(ValueError, match="visible"):
        ApiKeys(database).create(name, "viewer", NOW, actor="test")


def test_making_and_revoking_are_in_the_audit_log(database: Database) -> None:
    keys = ApiKeys(database)
    key_id, _ = keys.create("CI", "viewer", NOW, actor="cli:0")
    keys.revoke(key_id, NOW, actor="key:ab12cd34")
    entries = AuditLog(database).page(limit=10)
    assert [(entry.actor, entry.action, entry.subject) for entry in entries] == [
        ("key:ab12cd34", "keys.revoke", f"key:{key_id}"),
        ("cli:0", "keys.create", f"key:{key_id}"),
    ]
