"""The services that share a database: who is alive, and what those left open that are not.

A service says now and then that it is there. One that has not for a while is dead, and so is one of this machine whose
process is gone. A telephone call of it may come back over another stream, and is then taken over by whoever gets it;
what has not come back soon ends with the last thing that was recorded of it.
"""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from flowengine.store import sign_of_life, tables
from flowengine.store.connection import Database
from flowengine.store.rows import CallEnd
from flowengine.store.store import end_call

BEAT_S = 15.0
DEAD_AFTER = timedelta(seconds=60)
"""Four beats: a database that is away for a moment makes nobody dead."""
COMES_BACK_WITHIN = timedelta(seconds=60)
"""After its process was last seen alive. Twilio asks what comes after a broken stream at once, and gives up in seconds;
the rest is for a service that starts again."""
STOPPED = "the service stopped during the call"


@dataclass(frozen=True, slots=True)
class Orphan:
    """A call that a dead process left open; `ended_at`: the last that was recorded of it."""

    call_id: str
    call_sid: str
    owner: str | None
    ended_at: datetime
    may_come_back: bool

    @property
    def end(self) -> CallEnd:
        """How it ends if nobody takes it over."""
        return CallEnd(self.call_id, self.ended_at, "failed", STOPPED, abnormal=True)


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
        sign_of_life.show(self.owner)
        seen = tables.processes
        with self._database.writing() as connection:
            connection.execute(self._database.insert_new(seen, ["owner"]).values(owner=self.owner, seen_at=now))
            connection.execute(update(seen).where(seen.c.owner == self.owner).values(seen_at=now))

    def leave(self) -> None:
        """This process ends, and has left nothing open."""
        seen = tables.processes
        with self._database.writing() as connection:
            connection.execute(delete(seen).where(seen.c.owner == self.owner))
        sign_of_life.withdraw(self.owner)

    def close_orphans(self, now: datetime) -> int:
        """End the calls that dead processes left open, at `now` at the latest; how many there were."""
        closed = 0
        with self._database.writing() as connection:
            for orphan in self._left_open(connection, now):
                if not orphan.may_come_back:
                    end_call(connection, orphan.end)
                    closed += 1
            connection.execute(delete(tables.processes).where(tables.processes.c.seen_at < now - DEAD_AFTER))
        return closed

    def waited_for(self, now: datetime) -> list[Orphan]:
        """The telephone calls that dead processes left open, and which may still come back."""
        with self._database.reading() as connection:
            return [each for each in self._left_open(connection, now) if each.may_come_back]

    def close(self, orphan: Orphan) -> bool:
        """End a call that will not come back after all; False when somebody carries it, or it has ended."""
        if orphan.owner is None or not self.take_over(orphan.call_id, orphan.owner):
            return False
        with self._database.writing() as connection:
            end_call(connection, orphan.end)
        return True

    def _left_open(self, connection: Connection, now: datetime) -> list[Orphan]:
        calls, events, seen = tables.calls.c, tables.events.c, tables.processes.c
        left_open = (
            select(calls.call_id, calls.call_sid, calls.owner, calls.started_at, func.max(events.at), seen.seen_at)
            .join(tables.events, calls.call_id == events.call_id, isouter=True)
            .join(tables.processes, calls.owner == seen.owner, isouter=True)
            .where(calls.ended_at.is_(None), (calls.owner != self.owner) | calls.owner.is_(None))
            .group_by(calls.call_id, calls.call_sid, calls.owner, calls.started_at, seen.seen_at)
        )
        found: list[Orphan] = []
        for call_id, call_sid, owner, started_at, last_s, seen_at in connection.execute(left_open).all():
            if _is_alive(owner, seen_at, now):
                continue
            ended_at = min(now, started_at + timedelta(seconds=last_s or 0.0))
            # A call from the page has no telephone that would ask for it again.
            comes_back = call_sid != call_id and now - max(ended_at, seen_at or ended_at) < COMES_BACK_WITHIN
            found.append(Orphan(call_id, call_sid, owner, ended_at, comes_back))
        return found

    def is_dead(self, owner: str, now: datetime) -> bool:
        """Whether the process of this name is gone."""
        seen = tables.processes.c
        if owner == self.owner:
            return False
        with self._database.reading() as connection:
            seen_at = connection.execute(select(seen.seen_at).where(seen.owner == owner)).scalar_one_or_none()
        return not _is_alive(owner, seen_at, now)

    def take_over(self, call_id: str, owner: str) -> bool:
        """Carry an open call of the dead process `owner` from now on; False when somebody else does, or it has ended.

        One statement: of two processes that try, one gets it.
        """
        calls = tables.calls.c
        with self._database.writing() as connection:
            taken = connection.execute(
                update(tables.calls)
                .where(calls.call_id == call_id, calls.owner == owner, calls.ended_at.is_(None))
                .values(owner=self.owner)
            )
            return taken.rowcount == 1


def _is_alive(owner: str | None, seen_at: datetime | None, now: datetime) -> bool:
    return owner is not None and seen_at is not None and now - seen_at < DEAD_AFTER and not sign_of_life.is_gone(owner)
