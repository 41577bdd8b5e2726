"""What comes to a session's queue beside the conversation's own events and the recogniser's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from flowengine.conversation.events import Event, TransferResult
from flowengine.runtime.ports import RecogniserEvent


@dataclass(frozen=True, slots=True)
class Mark:
    """The far end says that it has played up to here."""

    name: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The far end has left."""

    reason: str


@dataclass(frozen=True, slots=True)
class StreamLost:
    """The stream broke, and the caller may be back over another one."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """The telephone tells how a transfer ended; `goes_on` is told whether the caller is wanted back."""

    result: TransferResult
    is_up: bool
    goes_on: asyncio.Future[bool]


@dataclass(frozen=True, slots=True)
class FloorFree:
    """Nobody has said what they began to say in time: what waited for it waits no longer."""


Happening = Event | RecogniserEvent | Mark | Gone | StreamLost | Transferred | FloorFree
