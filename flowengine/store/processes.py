"""The services that share a database: who is alive, and what those left open that are not.

A service says now and then that it is there. One that has not for a while is dead, and so is one of this machine whose
process is gone; its calls end with the last thing that was recorded of them.
"""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from flowengine.store import tables
from flowengine.store.connection import Database
from flowengine.store.rows import CallEnd
from flowengine.store.store import end_call

BEAT_S = 15.0
DEAD_AFTER = timedelta(seconds=60)
"""Four beats: a database that is away for a moment makes nobody dead."""
STOPPED = "the service stopped during the call"


def new_owner() -> str:
    """A name for this process: its machine, its number, and something that no other has."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(6)}"


class Processes:
    """One service among those of its database. Every method raises StoreError."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self.owner = owner

    def beat(self, now: datetime) -> None:
        """Say that this process is alive."""
        seen = tables.processes
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(seen, ["owner"]).values(owner=self.owner, seen_at=now))
            connection.execute(update(seen).where(seen.c.owner == self.owner).values(seen_at=now))

    def leave(self) -> None:
        """This process ends, and has left nothing open."""
        seen = tables.processes
        with self._database.writing() as connection:
            connection.execute(delete(seen).where(seen.c.owner == self.owner))

    def close_orphans(self, now: datetime) -> int:
        """End the calls that dead processes left open, at `now` at the latest; how many there were."""
        calls, events, seen = tables.calls.c, tables.events.c, tables.processes.c
        left_open = (
            select(calls.call_id, calls.owner, calls.started_at, func.max(events.at), seen.seen_at)
            .join(tables.events, calls.call_id == events.call_id, isouter=True)
            .join(tables.processes, calls.owner == seen.owner, isouter=True)
            .where(calls.ended_at.is_(None), (calls.owner != self.owner) | calls.owner.is_(None))
            .group_by(calls.call_id, calls.owner, calls.started_at, seen.seen_at)
        )
        closed = 0
        with self._database.writing() as connection:
            for call_id, owner, started_at, last_s, seen_at in connection.execute(left_open).all():
                if seen_at is not None and now - seen_at < DEAD_AFTER and not _is_gone(owner):
                    continue
                ended_at = min(now, started_at + timedelta(seconds=last_s or 0.0))
                end_call(connection, CallEnd(call_id, ended_at, "failed", STOPPED, abnormal=True))
                closed += 1
            connection.execute(delete(tables.processes).where(seen.seen_at < now - DEAD_AFTER))
        return closed


def _is_gone(owner: str) -> bool:
    """Whether it was a process of this machine, and is no more."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:32] or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    return False
