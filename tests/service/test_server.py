"""How the process serves, apart from what it serves."""

from __future__ import annotations

import asyncio
import gc
import socket

from starlette.applications import Starlette

from flowengine.service.server import DrainingServer


def test_what_is_loaded_at_the_start_is_not_looked_through_for_garbage() -> None:
    async def main() -> int:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            server = DrainingServer(Starlette())
            serving = asyncio.create_task(server.serve([listener]))
            async with asyncio.timeout(10):
                while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
                    await asyncio.sleep(0.01)
            frozen = gc.get_freeze_count()
            server.should_exit = True
            await serving
            return frozen

    gc.unfreeze()
    try:
        assert asyncio.run(main()) > 1000
    finally:
        gc.unfreeze()
