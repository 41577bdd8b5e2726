"""The sending side of one WebSocket: whatever wants to send puts a message here and goes on.

Where the server offers a way around ASGI (`websocket.direct`), a message leaves at once as long as the far end reads;
else one task sends what has been put here.
"""

from __future__ import annotations

import asyncio
from collections import deque

from starlette.websockets import WebSocket, WebSocketDisconnect

from flowengine.runtime.depths import OUTBOXES
from flowengine.service.websocket.direct import direct_of

SEND_TIMEOUT_S = 5.0
LIMIT = 5000
CLOSED = "the socket closed while sending"


class Outbox:
    """Messages in order; a `clear` overtakes the audio that it makes useless."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._direct = direct_of(socket)
        self._messages: deque[tuple[str | bytes, bool]] = deque()
        self._ready = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._closed = False
        OUTBOXES.watch(self)

    @property
    def depth(self) -> int:
        """How many messages wait."""
        return len(self._messages)

    def put(self, message: str | bytes, *, audio: bool = False) -> None:
        """Queue a message; `audio` (with the marks between it) is what `clear` may drop."""
        if self._closed:
            return
        if self._push(message):
            return
        if len(self._messages) >= LIMIT:
            # The far end reads nothing any more; `run` is about to find that out by its time limit.
            return
        self._messages.append((message, audio))
        OUTBOXES.note(len(self._messages))
        self._empty.clear()
        self._ready.set()

    def clear(self, message: str) -> None:
        """Drop all audio that has not left, and send `message` before anything else."""
        if self._push(message):
            return
        kept = [entry for entry in self._messages if not entry[1]]
        self._messages.clear()
        self._messages.extend(kept)
        self._messages.appendleft((message, False))
        self._empty.clear()
        self._ready.set()

    def _push(self, message: str | bytes) -> bool:
        """Send it without ASGI, unless that cannot be, or something waits, or is leaving: nothing overtakes it."""
        return self._direct is not None and self._empty.is_set() and self._direct.push(message)

    async def run(self) -> str:
        """Send until the socket is gone; returns why. Cancel it to stop."""
        try:
            while True:
                while self._messages:
                    message, _ = self._messages.popleft()
                    async with asyncio.timeout(SEND_TIMEOUT_S):
                        if isinstance(message, bytes):
                            await self._socket.send_bytes(message)
                        else:
                            await self._socket.send_text(message)
                self._empty.set()
                self._ready.clear()
                await self._ready.wait()
        except TimeoutError:
            return "the far end stopped reading"
        except (WebSocketDisconnect, RuntimeError, OSError):
            # Starlette raises RuntimeError for a send after close.
            return CLOSED
        finally:
            self._closed = True
            self._empty.set()

    async def drain(self, seconds: float) -> None:
        """Wait until all has been sent, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return
