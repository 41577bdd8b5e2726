"""An open database, shared by the parts of the store: transactions that read or write, and the vault.

SQL stays in this room. Every part raises StoreError, whose text names the database and holds no personal data.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from flowengine.errors import StoreError
from flowengine.store.database import WRITES, engine_for, explained, file_of, parsed, why, without_password
from flowengine.store.keyfile import FileVault, make
from flowengine.store.schema import State, check_keys, state_of, upgrade
from flowengine.store.vault import Vault, vault_from

PATIENCE_S = 5.0
KEY_FILE = "flowengine.key"


@dataclass(frozen=True, slots=True)
class Database:
    """One database and the keys to its personal fields.

    `shown`: its address without a password. `new_keys`: the key file that was made for it just now.
    """

    engine: Engine
    shown: str
    spool: Path
    vault: Vault
    new_keys: Path | None = None

    @classmethod
    def open(
        cls,
        url: str,
        *,
        vault: Vault | None = None,
        keys: str | None = None,
        key_file: Path | None = None,
        patience_s: float = PATIENCE_S,
    ) -> Database:
        """Open or create it, and bring its tables up to date. Raises StoreError that names a remedy.

        The keys: `vault`, or of the text `keys` (`ID:KEY,…`), or of `key_file`, or of the key file beside an SQLite
        file, else of `flowengine.key` in the working folder. A key file is made with a new database.
        `patience_s`: how long a statement waits while another program holds the database's lock.
        """
        address = parsed(url)
        file = file_of(address)
        shown = without_password(address)
        key_file = key_file or (Path(KEY_FILE) if file is None else file.with_name(f"{file.name}.key"))
        new_keys = None
        closed = contextlib.ExitStack()
        try:
            engine = engine_for(address, patience_s)
            closed.callback(engine.dispose)
            state = state_of(engine, shown)
            if vault is None and keys is not None:
                vault = vault_from(keys, "FLOWENGINE_RECORD_KEYS")
            elif vault is None:
                new_keys = _keys_made(key_file, state, shown)
                vault = FileVault(key_file)
            if state is not State.CURRENT:
                upgrade(engine, vault, shown)
            with engine.connect() as connection:
                check_keys(connection, vault, shown)
            # It worked: whoever has the database closes it.
            closed.pop_all()
        except OSError as error:
            raise StoreError(f"cannot write {shown}: {why(error)}") from error
        except (SQLAlchemyError, ModuleNotFoundError) as error:
            raise StoreError(f"cannot open {explained(error, shown)}") from error
        finally:
            closed.close()
        spool = Path("flowengine.spool") if file is None else file.with_name(f"{file.name}.spool")
        return cls(engine, shown, spool, vault, new_keys)

    @staticmethod
    def is_there(url: str) -> bool:
        """Whether `open` would find something rather than create it. Servers always count as there.

        Raises StoreError.
        """
        file = file_of(parsed(url))
        return file is None or file.exists()

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


def _keys_made(file: Path, state: State, shown: str) -> Path | None:
    """The file, where it had to be made: new keys open nothing that is there already."""
    if state is State.CURRENT and not file.exists():
        raise StoreError(
            f"the keys of the record {shown} are not in {file}, where they should be: put that file back, or name "
            "another in FLOWENGINE_RECORD_KEY_FILE"
        )
    return file if make(file, datetime.now(UTC)) else None
