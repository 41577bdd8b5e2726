"""A body that trickles is answered 408; one that only is long, or comes over a slow line, is taken."""

from __future__ import annotations

import asyncio
import json

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.server import ServerState

from flowengine.service.app import create_app
from flowengine.service.problems import ProblemError, on_problem
from flowengine.service.request_heads import LimitedHeads
from flowengine.service.settings import Settings
from flowengine.service.slow_bodies import BODY_WITHIN_S, BYTES_A_SECOND, TimedBodies
from tests.service.test_request_heads import Transport
from tests.service.websocket.by_hand import settled
from tests.virtual_time import run_virtually

LENGTH = 200_000


async def _counts(request: Request) -> Response:
    return PlainTextResponse(f"took {len(await request.body())}")


async def _thinks(request: Request) -> Response:
    """Takes its time, then looks at the body."""
    await asyncio.sleep(2 * BODY_WITHIN_S)
    return await _counts(request)


def _connected(path: str = "/counts") -> Transport:
    """A connection whose request's head has come."""
    app = Starlette(
        routes=[Route("/counts", _counts, methods=["POST"]), Route("/thinks", _thinks, methods=["POST"])],
        middleware=[Middleware(TimedBodies)],
        exception_handlers={ProblemError: on_problem},
    )
    config = uvicorn.Config(app, lifespan="off", log_config=None, proxy_headers=False)
    config.load()
    transport = Transport()
    transport.protocol = LimitedHeads(config, ServerState(), {})
    transport.protocol.connection_made(transport)
    _gives(transport, b"POST %b HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % (path.encode(), LENGTH))
    return transport


def _gives(transport: Transport, data: bytes) -> None:
    assert isinstance(transport.protocol, asyncio.Protocol)
    transport.protocol.data_received(data)


def test_a_body_that_trickles_is_answered_408_and_its_connection_closed() -> None:
    async def main() -> None:
        transport = _connected()
        began = asyncio.get_running_loop().time()
        while transport.closed_at is None:
            await asyncio.sleep(1)
            _gives(transport, b"x")
        assert transport.closed_at - began < BODY_WITHIN_S + 1
        head, _, body = bytes(transport.written).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        problem = json.loads(body)
        assert problem["title"] == "Body too slow"
        assert "within 10 s" in problem["detail"]

    run_virtually(main())


def test_a_long_body_over_a_slow_line_is_taken() -> None:
    async def main() -> None:
        transport = _connected()
        for _ in range(20):
            await asyncio.sleep(0.9 * LENGTH / 20 / BYTES_A_SECOND)
            _gives(transport, b"x" * (LENGTH // 20))
        await settled()
        assert bytes(transport.written).endswith(b"took 200000")
        assert transport.closed_at is None

    run_virtually(main())


def test_what_a_handler_takes_its_time_for_is_not_the_body_s() -> None:
    async def main() -> None:
        transport = _connected("/thinks")
        _gives(transport, b"x" * LENGTH)
        await asyncio.sleep(2 * BODY_WITHIN_S + 1)
        assert bytes(transport.written).endswith(b"took 200000")

    run_virtually(main())


def test_the_service_has_the_limit(settings: Settings) -> None:
    assert TimedBodies.__name__ in str(create_app(settings).user_middleware)
