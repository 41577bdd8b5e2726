"""Half a request's head does not hold a connection for ever."""

from __future__ import annotations

import asyncio

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from flowengine.service.request_heads import HEAD_WITHIN_S, TimedHeads
from flowengine.service.server import DrainingServer
from flowengine.service.websocket.choice import websockets
from tests.service.websocket.by_hand import KeptTransport, settled
from tests.service.websocket.bytes_of import request
from tests.virtual_time import run_virtually

WHOLE = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"


class Transport(KeptTransport):
    """Knows its protocol, as a real one does."""

    protocol: asyncio.BaseProtocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self.protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol


async def _answers_late(scope: Scope, receive: Receive, send: Send) -> None:
    """A page after a minute; a WebSocket is accepted at once."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await asyncio.Event().wait()
    await asyncio.sleep(60 if scope["path"] == "/late" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


def _connected() -> Transport:
    config = uvicorn.Config(
        _answers_late, lifespan="off", interface="asgi3", log_config=None, proxy_headers=False, **websockets("lean")
    )
    transport = Transport()
    transport.protocol = TimedHeads(config, ServerState(), {})
    transport.protocol.connection_made(transport)
    return transport


def _gives(transport: Transport, data: bytes) -> None:
    assert isinstance(transport.protocol, asyncio.Protocol)
    transport.protocol.data_received(data)


@pytest.mark.parametrize("begun", [b"", WHOLE[:20], request()[:40]])
def test_a_connection_whose_head_does_not_come_is_closed(begun: bytes) -> None:
    async def main() -> None:
        transport = _connected()
        for byte in begun:
            _gives(transport, bytes([byte]))
            await asyncio.sleep(0.1)
        await asyncio.sleep(HEAD_WITHIN_S + 0.1)
        assert transport.closed_at == 1000 + HEAD_WITHIN_S

    run_virtually(main())


@pytest.mark.parametrize("head", [WHOLE.replace(b"/ ", b"/late ", 1), request()])
def test_a_head_that_has_come_has_no_limit_any_more(head: bytes) -> None:
    async def main() -> None:
        transport = _connected()
        _gives(transport, head[:20])
        await asyncio.sleep(HEAD_WITHIN_S - 1)
        _gives(transport, head[20:])
        await asyncio.sleep(HEAD_WITHIN_S + 1)
        assert transport.closed_at is None

    run_virtually(main())


def test_the_next_head_on_a_connection_has_its_limit_too() -> None:
    async def main() -> None:
        transport = _connected()
        _gives(transport, WHOLE)
        await settled()
        assert transport.written.startswith(b"HTTP/1.1 200 ")
        await asyncio.sleep(1)
        _gives(transport, WHOLE[:20])
        await asyncio.sleep(HEAD_WITHIN_S + 1)
        assert transport.closed_at == pytest.approx(1001 + HEAD_WITHIN_S, abs=0.1)

    run_virtually(main())


def test_the_server_has_the_limit() -> None:
    config = DrainingServer(Starlette()).config
    config.load()
    assert config.http_protocol_class is TimedHeads
