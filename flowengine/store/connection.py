"""An open database, shared by the parts of the store: transactions that read or write, and the vault.

SQL stays in this room. Every part raises StoreError, whose text names the database and holds no personal data.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from flowengine.errors import StoreError
from flowengine.store.database import WRITES, explained, is_there, open_database, sqlite_file_of
from flowengine.store.vault import Vault, vault_in

PATIENCE_S = 5.0
KEY_FILE = "flowengine.key"


@dataclass(frozen=True, slots=True)
class Database:
    """One database and the keys to its personal fields. `shown`: its address without a password."""

    engine: Engine
    shown: str
    spool: Path
    vault: Vault

    @classmethod
    def open(cls, url: str, *, vault: Vault | None = None, patience_s: float = PATIENCE_S) -> Database:
        """Open or create it, and bring its tables up to date. Raises StoreError that names a remedy.

        `vault` None: of the key file beside an SQLite file, else of `flowengine.key` in the working folder.
        `patience_s`: how long a statement waits while another program holds the database's lock.
        """
        engine, shown, spool = open_database(url, patience_s)
        return cls(engine, shown, spool, vault or vault_in(key_file(url)))

    @staticmethod
    def is_there(url: str) -> bool:
        """Whether `open` would find something rather than create it. Raises StoreError."""
        return is_there(url)

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that takes SQLite's write lock at once, so that what it read still holds when it writes."""
        try:
            with self.engine.execution_options(**WRITES).begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"the record could not be written to {explained(error, self.shown)}") from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"the record could not be read from {explained(error, self.shown)}") from error

    def insert_new(self, table: Table, key: list[str] | None = None) -> postgresql.Insert | sqlite.Insert:
        """An insert that leaves alone what is there already: by the columns `key`, or by any unique column."""
        if self.dialect == "postgresql":
            return postgresql.insert(table).on_conflict_do_nothing(index_elements=key)
        return sqlite.insert(table).on_conflict_do_nothing(index_elements=key)

    def close(self) -> None:
        self.engine.dispose()


def key_file(url: str) -> Path:
    """Where the keys of a database are kept when no setting says otherwise. Raises StoreError."""
    file = sqlite_file_of(url)
    return Path(KEY_FILE) if file is None else file.with_name(f"{file.name}.key")
