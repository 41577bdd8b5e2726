"""Bringing a database's tables up to date, and refusing databases that are not ours.

One plain query tells whether anything is to be done; Alembic is loaded only then. All steps run in one transaction,
under a lock: of two processes that start at once the second finds it done, and a step that fails leaves the database
as it was.
"""

from __future__ import annotations

import logging
import threading
from enum import Enum
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text

from flowengine.errors import StoreError
from flowengine.store import tables
from flowengine.store.database import MAKES, WRITES
from flowengine.store.vault import CHECKED, Vault

log = logging.getLogger(__name__)

REVISIONS = {1: "0001", 2: "0002"}
"""Alembic's name of each version of the tables."""
REVISION_TABLE = "schema_revision"
FIRST_COLUMNS = frozenset({"call_id", "call_sid", "flow_version", "from_number", "contact", "abnormal"})
"""Some of `calls` in version 1, by which it is known."""
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x666C6F77
"""Of PostgreSQL's advisory locks, the one that whoever changes the tables holds."""

_alembic = threading.Lock()
"""Alembic keeps what it is doing in a global: one at a time in a process."""


class State(Enum):
    """What a database needs."""

    NEW = "it has none of our tables"
    OLD = "an earlier flowengine made it"
    CURRENT = "nothing"


def state_of(engine: Engine, shown: str) -> State:
    """Raises StoreError for tables that are not ours, or of a newer flowengine."""
    with engine.connect() as connection:
        return _state(connection, shown)


def upgrade(engine: Engine, vault: Vault, shown: str) -> None:
    """Make or change the tables; what is in clear is sealed. Raises StoreError, and SQLAlchemy's errors."""
    with _alembic, engine.execution_options(**WRITES, **MAKES).begin() as connection:
        if connection.dialect.name == "postgresql":
            # SQLite's write lock is held already. Sealing an old record may take longer than a statement should, and
            # whoever comes second waits for it.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
        # Another process may have been quicker.
        state = _state(connection, shown)
        if state is not State.CURRENT:
            _migrate(connection, vault, adopt=state is State.OLD)
            log.info("the record's tables were brought up to date", extra={"schema": tables.SCHEMA_VERSION})
    # Its connection was told to be patient.
    engine.dispose()


def check_keys(connection: Connection, vault: Vault, shown: str) -> None:
    """Raises StoreError when the keys are not those of this database."""
    row = connection.execute(select(tables.vault_check)).first()
    if row is None:
        raise _foreign(shown)
    try:
        fits = row.hash == vault.index(CHECKED) and vault.open(row.sealed) == CHECKED
    except StoreError:
        fits = False
    if not fits:
        raise StoreError(
            f"the keys in {vault.named} are not those of the record {shown}: put its own keys there "
            "(FLOWENGINE_RECORD_KEYS or FLOWENGINE_RECORD_KEY_FILE), or name another record with --db"
        )


def _state(connection: Connection, shown: str) -> State:
    there = inspect(connection)
    # Asked once: another process may make the tables between two questions.
    names = set(there.get_table_names())
    if tables.schema_version.name not in names:
        # `calls` and `events` are names that other programs like, too.
        if names & tables.metadata.tables.keys():
            raise _foreign(shown)
        return State.NEW
    version = connection.execute(select(func.max(tables.schema_version.c.version))).scalar()
    if version is not None and version > tables.SCHEMA_VERSION:
        raise StoreError(
            f"{shown} was written by a newer flowengine (schema {version}, this one knows "
            f"{tables.SCHEMA_VERSION}); upgrade flowengine, or name another place with --db"
        )
    wanted = tables.calls.columns.keys() if version == tables.SCHEMA_VERSION else FIRST_COLUMNS
    has_calls = tables.calls.name in names
    columns = {column["name"] for column in there.get_columns(tables.calls.name)} if has_calls else set()
    if version not in REVISIONS or not columns.issuperset(wanted):
        raise _foreign(shown)
    return State.CURRENT if version == tables.SCHEMA_VERSION else State.OLD


def _migrate(connection: Connection, vault: Vault, *, adopt: bool) -> None:
    # It takes a quarter of a second to load, and is needed once in the life of a database.
    from alembic import command
    from alembic.config import Config

    config = Config()
    # Where a path has a percent sign, the configuration would see a placeholder.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes.update(connection=connection, vault=vault, version_table=REVISION_TABLE)
    if adopt and not inspect(connection).has_table(REVISION_TABLE):
        # The first release kept its version itself.
        command.stamp(config, REVISIONS[1])
    command.upgrade(config, REVISIONS[tables.SCHEMA_VERSION])


def _foreign(shown: str) -> StoreError:
    return StoreError(
        f"{shown} has tables that are not this flowengine's; move it away, or name another place with --db"
    )
