"""Speech services that do what the contract allows, and what it does not: one script a connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

Script = Callable[["Visit"], Awaitable[None]]


@dataclass
class Visit:
    """One connection to the service: what came, and the means to answer."""

    connection: ServerConnection
    number: int
    messages: list[dict[str, Any]] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    sizes: set[int] = field(default_factory=set)

    async def says(self, kind: str, **fields: object) -> None:
        await self.connection.send(json.dumps({"type": kind, **fields}))

    async def sends(self, raw: str | bytes) -> None:
        await self.connection.send(raw)

    async def hears(self, kind: str) -> dict[str, Any]:
        """Take what comes up to the next message of this type."""
        while True:
            raw = await self.connection.recv()
            if isinstance(raw, bytes):
                self.audio += raw
                self.sizes.add(len(raw))
                continue
            self.messages.append(json.loads(raw))
            if self.messages[-1]["type"] == kind:
                return self.messages[-1]

    async def hears_audio(self, size: int) -> None:
        """Take so many bytes of audio more."""
        wanted = len(self.audio) + size
        while len(self.audio) < wanted:
            raw = await self.connection.recv()
            if isinstance(raw, bytes):
                self.audio += raw
                self.sizes.add(len(raw))
            else:
                self.messages.append(json.loads(raw))

    async def leaves(self) -> None:
        """Break the line without a word."""
        self.connection.transport.abort()


@dataclass
class Service:
    """Where it is, and who came."""

    url: str
    visits: list[Visit]


@asynccontextmanager
async def service(*scripts: Script) -> AsyncIterator[Service]:
    """Follows the first script for the first connection, and so on; the last one for all others."""
    visits: list[Visit] = []

    async def receive(connection: ServerConnection) -> None:
        visit = Visit(connection, len(visits))
        visits.append(visit)
        try:
            await scripts[min(visit.number, len(scripts) - 1)](visit)
        except ConnectionClosed:
            return

    async with serve(receive, "127.0.0.1", 0, close_timeout=0.2) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Service(f"ws://127.0.0.1:{port}", visits)


async def until(claim: Callable[[], bool]) -> None:
    """Wait until it is true, half a minute at most."""
    async with asyncio.timeout(30):
        while not claim():  # noqa: ASYNC110 - what is awaited lies behind a socket
            await asyncio.sleep(0.005)
