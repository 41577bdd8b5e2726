"""A call over a WebSocket: reader, writer and session side by side, and one way down for all of them.

The first socket of a call runs its session to the end, also while the caller is put through and the socket is long
gone; a caller who comes back does so over another socket, which carries on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from flowengine.runtime.last_words import HUNG_UP
from flowengine.runtime.observed import CallResult
from flowengine.runtime.session import CallSession
from flowengine.service.calls import Calls
from flowengine.service.live_call import LiveCall
from flowengine.service.outbox import CLOSED, Outbox
from flowengine.service.websocket.direct import direct_of

log = logging.getLogger(__name__)

NORMAL_CLOSES = frozenset({1000, 1001})
"""Anything else is a broken line, 1005 too: uvicorn reports it when the connection is lost without a close frame."""
DRAIN_S = 2.0

Handle = Callable[[str | bytes], None]


def _always() -> bool:
    return True


async def run_over_socket(
    socket: WebSocket,
    outbox: Outbox,
    calls: Calls,
    live: LiveCall,
    handle: Handle,
    at_end: Callable[[CallResult], None] | None = None,
    is_current: Callable[[], bool] = _always,
    comes_back: bool = False,
) -> CallResult:
    """Feed `handle` with what the far end sends until the call is over. Never leaves a task behind.

    `is_current`: whether the call still goes over this socket; when it does not, its end means nothing.
    `comes_back`: a call whose socket breaks may go on over another.
    """
    reading = asyncio.create_task(_read(socket, live.session, handle, is_current, comes_back), name="socket reader")
    sending = asyncio.create_task(_send(outbox, live.session, is_current, comes_back), name="socket writer")
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


async def carry_on_over_socket(
    socket: WebSocket, outbox: Outbox, live: LiveCall, handle: Handle, is_current: Callable[[], bool]
) -> None:
    """The same for a socket over which a call comes back: until the call is over, or goes elsewhere again."""
    reading = asyncio.create_task(_read(socket, live.session, handle, is_current, True), name="socket reader")
    sending = asyncio.create_task(_send(outbox, live.session, is_current, True), name="socket writer")
    over = asyncio.create_task(live.over.wait(), name="end of call")
    try:
        await asyncio.wait({reading, over}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        reading.cancel()
        over.cancel()
        await outbox.drain(DRAIN_S)
        sending.cancel()
        await asyncio.gather(reading, sending, over, return_exceptions=True)


async def close(socket: WebSocket, code: int = 1000, reason: str = "") -> None:
    """Close a socket that may have been closed already."""
    if socket.application_state is WebSocketState.CONNECTED and socket.client_state is WebSocketState.CONNECTED:
        try:
            async with asyncio.timeout(DRAIN_S):
                await socket.close(code, reason)
        except (RuntimeError, OSError, TimeoutError, WebSocketDisconnect):
            return


async def _read(
    socket: WebSocket, session: CallSession, handle: Handle, is_current: Callable[[], bool], comes_back: bool
) -> None:
    direct = direct_of(socket)
    code = await _receive(socket, handle) if direct is None else await direct.hand_over(handle)
    if is_current() and code in NORMAL_CLOSES:
        session.on_gone(HUNG_UP)
    elif is_current():
        session.on_gone("connection lost", failure=True, comes_back=comes_back)


async def _receive(socket: WebSocket, handle: Handle) -> int:
    """Each message to `handle`, until the far end is gone; the close code."""
    while (message := await socket.receive())["type"] != "websocket.disconnect":
        text = message.get("text")
        handle(text if text is not None else message.get("bytes") or b"")
    code: int = message.get("code", 1006)
    return code


async def _send(outbox: Outbox, session: CallSession, is_current: Callable[[], bool], comes_back: bool) -> None:
    reason = await outbox.run()
    if is_current():
        session.on_gone(reason, failure=True, comes_back=comes_back and reason == CLOSED)
