"""How the process serves, apart from what it serves."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from flowengine.service.server import DrainingServer
from flowengine.service.websocket.choice import WebSocketClass
from tests.virtual_time import run_patiently


def test_what_is_loaded_at_the_start_is_not_looked_through_for_garbage() -> None:
    async def main() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            seen: list[tuple[bool, int]] = []

            @contextlib.asynccontextmanager
            async def lifespan(app: Starlette) -> AsyncIterator[None]:
                app.state.before_calls()
                seen.append((server.started, gc.get_freeze_count()))
                yield

            server = DrainingServer(Starlette(lifespan=lifespan))
            serving = asyncio.create_task(server.serve([listener]))
            async with asyncio.timeout(120):
                while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.01)
            ((was_open, frozen),) = seen
            assert not was_open, "no call is late for it"
            server.should_exit = True
            await serving
            return frozen

    gc.unfreeze()
    try:
        assert run_patiently(main()) > 1000
    finally:
        gc.unfreeze()


class _CallsThatEnd:
    """Of `Calls`, what a server that stops asks for."""

    is_stopping = False
    are_due = False
    """As the signal comes a call is just beginning, and is not among the live ones yet."""
    live = ()
    library = SimpleNamespace(edition=0)

    def __init__(self) -> None:
        self.stopped = asyncio.Event()

    def refuse_new(self) -> None:
        """No new ones."""

    async def stop(self) -> None:
        self.stopped.set()


@pytest.mark.parametrize("chosen", ["lean", "websockets"])
def test_a_call_that_ends_because_the_server_stops_closes_its_own_socket(chosen: WebSocketClass) -> None:
    async def route(socket: WebSocket) -> None:
        await socket.accept()
        await socket.app.state.calls.stopped.wait()
        # Longer than uvicorn takes to see that it is to exit.
        await asyncio.sleep(0.4)
        await socket.close(1000)

    async def main() -> int | None:
        app = Starlette(routes=[WebSocketRoute("/", route)])
        app.state.calls = _CallsThatEnd()
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            server = DrainingServer(app, chosen)
            serving = asyncio.create_task(server.serve([listener]))
            async with connect(f"ws://127.0.0.1:{listener.getsockname()[1]}/") as client:
                server.handle_exit(signal.SIGTERM, None)
                await client.wait_closed()
            await serving
            return client.close_code

    # uvicorn raises the signal once more when it is through.
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        assert run_patiently(main()) == 1000
    finally:
        signal.signal(signal.SIGTERM, before)
        gc.unfreeze()
