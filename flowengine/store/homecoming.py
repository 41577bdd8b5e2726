"""What a process left in the spool comes into the database before anybody decides by what the database says.

An opt-out may wait there: its process was killed while another program held the database. Nobody may be called by a
record that lacks it.
"""

from __future__ import annotations

import logging
import time

from flowengine.errors import StoreError
from flowengine.store.connection import PATIENCE_S, Database
from flowengine.store.spool import Spool
from flowengine.store.store import Store

log = logging.getLogger(__name__)

LOOK_S = 0.02


class NotHome(StoreError):
    """Something waits in the spool that may stand against a call."""


class NoRoom(StoreError):
    """An opt-out that is said now would not be kept: the text says so and what to do."""

    def __init__(self) -> None:
        super().__init__(
            "neither the database nor the spool beside it takes an opt-out, so nobody may be called; "
            "make room on the disk"
        )


def is_home(database: Database) -> bool:
    """Whether all that was put into the spool is in the database. Two looks at a folder, where it is."""
    return Spool(database.spool, database.vault).is_empty


def bring_home(database: Database, *, patience_s: float = PATIENCE_S) -> None:
    """Not within a transaction, which it would wait for. Another process that is at it is waited for.

    Raises NotHome, when something still waits after that, and StoreError.
    """
    if is_home(database):
        return
    spool, store = Spool(database.spool, database.vault), Store(database)
    until = time.monotonic() + patience_s
    while True:
        try:
            refused = spool.replay(store.write)
        except OSError as error:
            raise not_home(database, error.strerror) from error
        if refused:
            log.error("entries do not fit into the record; see its .refused file", extra={"refused": refused})
        if spool.is_empty:
            return
        if time.monotonic() > until:
            raise not_home(database, "another process holds it")
        time.sleep(LOOK_S)


def not_home(database: Database, why: str | None) -> NotHome:
    return NotHome(
        f"entries of the record, perhaps an opt-out, wait in {database.spool} and could not be brought into the "
        f"database ({why}); until they are, nobody may be called"
    )
