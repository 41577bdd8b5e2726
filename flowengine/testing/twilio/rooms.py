"""Conferences of the simulated account: rooms by name, whose talk begins with the second who enters.

As at Twilio a room is there while somebody is in it, and it ends for all when one leaves who ends it. Who comes to its
name after that is in a new room, alone.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Room:
    """One conference: who is in it, by call, and whether their leaving ends it."""

    name: str
    members: dict[str, bool] = field(default_factory=dict)
    starts: bool = False
    """Somebody has come whose coming may start it."""
    has_met: bool = False
    """Two were here, and heard each other."""
    over: threading.Event = field(default_factory=threading.Event)


class Rooms:
    """All conferences. Calls are driven by threads of their own, and by an event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Room] = {}

    def enter(self, name: str, call_sid: str, *, starts: bool, ends: bool, most: int) -> Room | None:
        """The room of this name, a new one if nobody is there; None when it is full."""
        with self._lock:
            room = self._open.setdefault(name, Room(name))
            if len(room.members) >= most:
                return None
            room.members[call_sid] = ends
            room.starts = room.starts or starts
            room.has_met = room.has_met or (room.starts and len(room.members) > 1)
            return room

    def leave(self, room: Room, call_sid: str) -> None:
        """This call leaves; the last one closes the room, and so does one whose leaving ends it."""
        with self._lock:
            ends = room.members.pop(call_sid, False)
            if (ends or not room.members) and not room.over.is_set():
                room.over.set()
                if self._open.get(room.name) is room:
                    del self._open[room.name]
