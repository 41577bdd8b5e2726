"""A fresh database for each test: on SQLite, and again on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flowengine.store.connection import Database
from flowengine.store.store import Store

PATIENCE_S = 0.1
"""Enough where the other side never lets go."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of `url`, where that is SQLite's."""
    return tmp_path / "record.db"


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


@pytest.fixture
def new_url(new_database_url: str) -> str:
    """Of a database that nobody has opened yet."""
    return new_database_url


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database.open(url, patience_s=PATIENCE_S)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)
