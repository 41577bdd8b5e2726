"""The process that serves: uvicorn with the settings that were measured, and an end that cuts nobody off."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from flowengine.service.calls import Calls
from flowengine.service.dialling.dialling import Dialling
from flowengine.service.request_heads import LimitedHeads
from flowengine.service.sweeping import Sweeping
from flowengine.service.threads import Threads
from flowengine.service.websocket.choice import DEFAULT_CLASS, WebSocketClass, websockets

SOCKETS_CLOSE_S = 1.0
"""A call that is over still has its socket to close; one that stays open longer is closed by uvicorn, with 1012."""
CONNECTIONS_CLOSE_S = 5
HURRIED_S = 1
"""The same after a second signal."""


class DrainingServer(uvicorn.Server):
    """On the first signal no new calls are taken and those that are live end well; the second ends at once.

    uvicorn by itself closes every WebSocket before the application hears of the end: callers would be cut off.
    """

    def __init__(self, app: Starlette, chosen: WebSocketClass = DEFAULT_CLASS) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=LimitedHeads,
                **websockets(chosen),
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=CONNECTIONS_CLOSE_S,
            )
        )
        self._app = app
        self._draining: asyncio.Task[None] | None = None
        self._is_draining = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._threads = Threads()
        self._sweeping = Sweeping(
            is_quiet=lambda: (calls := self._calls) is None or not calls.are_due,
            live=lambda: 0 if (calls := self._calls) is None else len(calls.live),
            edition=lambda: 0 if (calls := self._calls) is None else calls.library.edition,
        )
        # Its first pass takes up to a tenth of a second: before the socket takes calls, none is late for it.
        app.state.before_calls = self._sweeping.start

    @property
    def _calls(self) -> Calls | None:
        """There once the application has started."""
        return getattr(self._app.state, "calls", None)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        await self._sweeping.stop()

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._threads.start()
        try:
            await super().serve(sockets)
        finally:
            self._threads.stop()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        calls = self._calls
        dialling: Dialling | None = getattr(self._app.state, "dialling", None)
        if dialling is not None:
            dialling.refuse_new()
        if self._loop is None or calls is None:
            super().handle_exit(sig, frame)
            return
        if not calls.is_stopping:
            calls.refuse_new()
            self._is_draining = True
            # Whether anybody is on the line is asked there: here we may stand in the midst of a call's begin.
            self._loop.call_soon_threadsafe(self._drain, calls, sig)
            return
        calls.hurry()
        self.config.timeout_graceful_shutdown = HURRIED_S
        # What drains goes on from there as soon as all calls have ended.
        if not self._is_draining:
            super().handle_exit(sig, frame)

    def _drain(self, calls: Calls, sig: int) -> None:
        async def drain() -> None:
            await calls.stop()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SOCKETS_CLOSE_S):
                    while self._has_sockets():  # noqa: ASYNC110 - uvicorn has no event for it
                        await asyncio.sleep(0.01)
            self._is_draining = False
            super(DrainingServer, self).handle_exit(sig, None)

        self._draining = asyncio.get_running_loop().create_task(drain(), name="drain")

    def _has_sockets(self) -> bool:
        kind = self.config.ws_protocol_class
        return kind is not None and any(isinstance(one, kind) for one in self.server_state.connections)
