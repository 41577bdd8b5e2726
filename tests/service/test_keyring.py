"""Keys at hand: how soon a change counts, and what holds while the database is away."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flowengine.errors import StoreError
from flowengine.service.keyring import FRESH_S, SETTINGS_KEY, KeyRing
from flowengine.store.connection import Database
from flowengine.store.keys import ApiKey, ApiKeys, hash_of

NOW = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)


class Shelf(ApiKeys):
    """The keys of a database that can go away, and counts how often it is read."""

    is_away = False
    reads = 0

    def active(self) -> dict[str, ApiKey]:
        self.reads += 1
        if self.is_away:
            raise StoreError("away")
        return super().active()


class Bench:
    def __init__(self, folder: Path) -> None:
        self.database = Database.open(f"sqlite:///{folder / 'record.db'}")
        self.keys = Shelf(self.database)
        self.now = 0.0
        self.ring = KeyRing(self.keys, "a-key-of-the-settings", clock=lambda: self.now)
        self.keyless = KeyRing(self.keys, None, clock=lambda: self.now)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        async def main() -> None:
            await work
            await self.ring.close()

        asyncio.run(main())
        self.database.close()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_key_is_looked_for_once_in_a_few_seconds(bench: Bench) -> None:
    _, secret = bench.keys.create("CI", "operator", NOW, actor="test")

    async def work() -> None:
        for _ in range(50):
            caller = await bench.ring.find(hash_of(secret))
            assert caller is not None
            assert caller.role == "operator"
        assert bench.keys.reads == 1

    bench.run(work())


def test_a_revocation_counts_within_five_seconds(bench: Bench) -> None:
    key_id, secret = bench.keys.create("CI", "operator", NOW, actor="test")
    assert FRESH_S < 5

    async def work() -> None:
        assert await bench.ring.find(hash_of(secret)) is not None
        bench.keys.revoke(key_id, NOW, actor="test")
        bench.now += 5.0
        assert await bench.ring.find(hash_of(secret)) is None

    bench.run(work())


def test_a_new_key_counts_at_once(bench: Bench) -> None:
    async def work() -> None:
        assert await bench.ring.find("0" * 64) is None
        _, secret = bench.keys.create("CI", "operator", NOW, actor="test")
        assert await bench.ring.find(hash_of(secret)) is not None

    bench.run(work())


def test_known_keys_go_on_while_the_database_is_away(bench: Bench) -> None:
    _, secret = bench.keys.create("CI", "operator", NOW, actor="test")

    async def work() -> None:
        assert await bench.ring.find(hash_of(secret)) is not None
        bench.keys.is_away = True
        bench.now += 60.0
        assert await bench.ring.find(hash_of(secret)) is not None
        assert await bench.ring.find(hash_of("a-key-of-the-settings")) is SETTINGS_KEY
        with pytest.raises(StoreError):
            await bench.ring.find("0" * 64)

    bench.run(work())


def test_that_there_is_no_key_is_the_answer_to_all_who_ask_at_the_start(bench: Bench) -> None:
    async def work() -> None:
        assert await asyncio.gather(*(bench.keyless.has_any() for _ in range(12))) == [False] * 12
        assert bench.keys.reads == 1

    bench.run(work())


def test_that_there_is_no_key_is_known_while_the_database_is_away(bench: Bench) -> None:
    async def work() -> None:
        assert not await bench.keyless.has_any()
        bench.keys.is_away = True
        bench.now += 60.0
        assert not await bench.keyless.has_any()

    bench.run(work())


def test_whether_there_is_a_key_is_not_guessed_before_it_was_read(bench: Bench) -> None:
    async def work() -> None:
        bench.keys.is_away = True
        for _ in range(2):
            with pytest.raises(StoreError):
                await bench.keyless.has_any()
        bench.keys.is_away = False
        bench.now += 60.0
        assert not await bench.keyless.has_any()

    bench.run(work())


def test_whoever_has_failed_often_makes_nobody_read_the_database(bench: Bench) -> None:
    async def work() -> None:
        await bench.ring.find("0" * 64)
        reads = bench.keys.reads
        assert await bench.ring.find("1" * 64, is_wary=True) is None
        assert await bench.ring.find(hash_of("a-key-of-the-settings"), is_wary=True) is None
        assert bench.keys.reads == reads

    bench.run(work())


def test_when_a_key_was_used_is_kept_at_the_end(bench: Bench) -> None:
    key_id, secret = bench.keys.create("CI", "operator", NOW, actor="test")

    async def work() -> None:
        await bench.ring.find(hash_of(secret))
        assert bench.keys.list()[0].last_used_at is None
        await bench.ring.write_used()
        (kept,) = bench.keys.list()
        assert kept.last_used_at is not None
        assert kept == replace(kept, key_id=key_id)

    bench.run(work())
