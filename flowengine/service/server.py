"""The process that serves: uvicorn with the settings that were measured, and an end that cuts nobody off."""

from __future__ import annotations

import asyncio
import gc
import socket
from types import FrameType
from typing import Literal, TypedDict

import uvicorn
from starlette.applications import Starlette

from flowengine.service.calls import Calls
from flowengine.service.dialling.dialling import Dialling


class WebSockets(TypedDict):
    """Of uvicorn's settings, those that a WebSocket is served with."""

    ws: Literal["websockets-sansio"]
    ws_per_message_deflate: bool
    ws_max_size: int


WEBSOCKETS = WebSockets(ws="websockets-sansio", ws_per_message_deflate=False, ws_max_size=256 * 1024)
"""The benchmarks' floor is served with the same."""


class DrainingServer(uvicorn.Server):
    """On the first signal no new calls are taken and those that are live end well; the second ends at once.

    uvicorn by itself closes every WebSocket before the application hears of the end: callers would be cut off.
    """

    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                **WEBSOCKETS,
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=5,
            )
        )
        self._app = app
        self._draining: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # Flows and libraries stay for good, and looking through them all for garbage stopped every call for 130 ms, now
        # and then. What calls leave behind is looked for as before.
        gc.collect()
        gc.freeze()

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        calls: Calls | None = getattr(self._app.state, "calls", None)
        dialling: Dialling | None = getattr(self._app.state, "dialling", None)
        if dialling is not None:
            dialling.refuse_new()
        if self._loop is None or calls is None or calls.is_stopping or not calls.are_due:
            if calls is not None:
                calls.refuse_new()
            super().handle_exit(sig, frame)
            return
        calls.refuse_new()
        self._loop.call_soon_threadsafe(self._drain, calls, sig)

    def _drain(self, calls: Calls, sig: int) -> None:
        async def drain() -> None:
            await calls.stop()
            super(DrainingServer, self).handle_exit(sig, None)

        self._draining = asyncio.get_running_loop().create_task(drain(), name="drain")
