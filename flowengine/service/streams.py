"""A call over a WebSocket: reader, writer and session side by side, and one way down for all of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketState

from flowengine.runtime.observed import CallResult
from flowengine.runtime.session import CallSession
from flowengine.service.calls import Calls, LiveCall
from flowengine.service.outbox import Outbox

log = logging.getLogger(__name__)

NORMAL_CLOSES = frozenset({1000, 1001})
"""Anything else is a broken line, 1005 too: uvicorn reports it when the connection is lost without a close frame."""
DRAIN_S = 2.0

Handle = Callable[[str | bytes], None]


async def run_over_socket(
    socket: WebSocket,
    outbox: Outbox,
    calls: Calls,
    live: LiveCall,
    handle: Handle,
    at_end: Callable[[CallResult], None] | None = None,
) -> CallResult:
    """Feed `handle` with what the far end sends until the call is over. Never leaves a task behind."""
    reading = asyncio.create_task(_read(socket, live.session, handle), name="socket reader")
    sending = asyncio.create_task(_send(outbox, live.session), name="socket writer")
    try:
        result = await calls.run(live)
        if at_end is not None:
            at_end(result)
        return result
    finally:
        reading.cancel()
        await outbox.drain(DRAIN_S)
        sending.cancel()
        await asyncio.gather(reading, sending, return_exceptions=True)


async def close(socket: WebSocket, code: int = 1000, reason: str = "") -> None:
    """Close a socket that may have been closed already."""
    if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
        try:
            async with asyncio.timeout(DRAIN_S):
                await socket.close(code, reason)
        except (RuntimeError, OSError, TimeoutError):
            return


async def _read(socket: WebSocket, session: CallSession, handle: Handle) -> None:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            code = message.get("code", 1006)
            session.on_gone(
                "hung up" if code in NORMAL_CLOSES else "connection lost", failure=code not in NORMAL_CLOSES
            )
            return
        text = message.get("text")
        handle(text if text is not None else message.get("bytes") or b"")


async def _send(outbox: Outbox, session: CallSession) -> None:
    session.on_gone(await outbox.run(), failure=True)
