"""One connection of our own class without a socket: a transport that keeps what is done to it, on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.server import ServerState

from flowengine.service.websocket.direct import EXTENSION, Direct
from flowengine.service.websocket.lean import LeanWebSocket
from tests.service.websocket.bytes_of import request, server_frames


class KeptTransport(asyncio.Transport):
    """What a protocol did: `written`, and whether it paused, closed, ended its side or aborted, and when."""

    def __init__(self) -> None:
        super().__init__({"peername": ("192.0.2.1", 5000), "sockname": ("192.0.2.2", 80)})
        self.written = b""
        self.pauses = 0
        """Reading is paused while this is one."""
        self.closed_at: float | None = None
        self.aborted_at: float | None = None
        self.ended = False
        self.can_end = True

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert self.closed_at is None, "written after the transport was closed"
        assert not self.ended, "written after our side had ended"
        self.written += bytes(data)

    def pause_reading(self) -> None:
        assert self.reads()
        self.pauses += 1

    def resume_reading(self) -> None:
        assert not self.reads()
        self.pauses -= 1

    def reads(self) -> bool:
        return self.pauses == 0

    def is_closing(self) -> bool:
        return self.closed_at is not None or self.aborted_at is not None

    def close(self) -> None:
        if self.closed_at is None:
            self.closed_at = asyncio.get_running_loop().time()

    def abort(self) -> None:
        if self.aborted_at is None:
            self.aborted_at = asyncio.get_running_loop().time()

    def can_write_eof(self) -> bool:
        return self.can_end

    def write_eof(self) -> None:
        self.ended = True


class ByHand:
    """A connection. `receive` and `send` are the application's, `direct` its way around them."""

    def __init__(
        self, *, ping_s: float | None = None, pong_s: float | None = None, app: ASGIApp | None = None, queue: int = 32
    ) -> None:
        self.state = ServerState()
        self.transport = KeptTransport()
        config = uvicorn.Config(
            app or self._app,
            lifespan="off",
            interface="asgi3",
            log_config=None,
            ws_ping_interval=ping_s,
            ws_ping_timeout=pong_s,
            ws_max_queue=queue,
            proxy_headers=False,
        )
        self.protocol = LeanWebSocket(config, self.state, {})
        self.protocol.connection_made(self.transport)
        self.at_end: Callable[[], None] = lambda: None
        self._over = asyncio.Event()
        self._read = 0

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.receive, self.send = receive, send
        offered: Direct = scope["extensions"][EXTENSION]["socket"]
        self.direct = offered
        await self._over.wait()
        self.at_end()

    async def open(self) -> None:
        """The upgrade, accepted."""
        self.protocol.data_received(request())
        await asyncio.sleep(0)
        assert (await self.receive())["type"] == "websocket.connect"
        await self.send({"type": "websocket.accept"})
        assert self.frames_after_head() == []

    async def finish(self) -> None:
        """The application returns."""
        self._over.set()
        await settled()

    def frames_after_head(self) -> list[tuple[int, bytes]]:
        head, _, _ = self.transport.written.partition(b"\r\n\r\n")
        self._read = len(head) + 4
        return self.frames()

    def frames(self) -> list[tuple[int, bytes]]:
        """What was sent since this was asked last."""
        new = self.transport.written[self._read :]
        self._read += len(new)
        return server_frames(new)

    def after(self, moment: float | None) -> float | None:
        """Seconds from the start of the virtual clock."""
        return None if moment is None else moment - 1000.0


async def settled() -> None:
    """Everything that is ready has run."""
    for _ in range(5):
        await asyncio.sleep(0)


async def soon(receive: Receive) -> Message | None:
    """The next message, or None when there is none yet."""
    task = asyncio.ensure_future(receive())
    await settled()
    if task.done():
        return task.result()
    task.cancel()
    return None
