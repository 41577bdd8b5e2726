"""Half a request's head does not hold a connection for ever, and one without end not the memory."""

from __future__ import annotations

import asyncio

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from flowengine.service.request_heads import HEAD_WITHIN_S, LARGEST_HEAD, MOST_HEADERS, LimitedHeads
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
    transport.protocol = LimitedHeads(config, ServerState(), {})
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


CHUNKED = WHOLE.replace(b"\r\n\r\n", b"\r\ntransfer-encoding: chunked\r\n\r\n")
ENDLESS = {
    "headers": (WHOLE[:-2], b"x-a: b\r\n"),
    "a value": (WHOLE[:-2] + b"x-a: ", b"b" * 100),
    "a name": (WHOLE[:-2], b"b" * 100),
    "an address": (b"GET /", b"a" * 100),
    "headers after a body": (CHUNKED + b"1\r\na\r\n0\r\n", b"x-a: b\r\n"),
    "a value after a body": (CHUNKED + b"1\r\na\r\n0\r\nx-a: ", b"b" * 100),
    "a chunk's extension": (CHUNKED + b"1;", b"b" * 100),
    "an upgrade": (request()[:-2], b"x-a: b\r\n"),
}


@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS)
def test_a_head_without_end_is_answered_431_and_its_connection_closed(endless: tuple[bytes, bytes]) -> None:
    async def main() -> None:
        begun, more = endless
        transport = _connected()
        _gives(transport, begun.replace(b"GET / ", b"GET /late ", 1))
        given = 0
        while not transport.is_closing():
            _gives(transport, more)
            given += len(more)
            assert given <= LARGEST_HEAD + len(more)
        await settled()
        assert transport.written.startswith(b"HTTP/1.1 431 ")
        assert b"\r\nconnection: close\r\n" in transport.written
        assert transport.written.endswith(b'"type":"urn:flowengine:head-too-large"}')

    run_virtually(main())


def _with_headers(count: int, length: int) -> bytes:
    """A request whose head has so many headers, of so many bytes together."""
    own = b"host: h\r\n" + b"a:\r\n" * (count - 2)
    counted = len("/") + len("hosth") + count - 2
    return b"GET / HTTP/1.1\r\n" + own + b"b:" + b"b" * (length - counted - 1) + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("count", "length", "status"),
    [
        (MOST_HEADERS, LARGEST_HEAD, b"200"),
        (MOST_HEADERS + 1, LARGEST_HEAD, b"431"),
        (MOST_HEADERS, LARGEST_HEAD + 1, b"431"),
    ],
)
def test_a_head_is_taken_up_to_its_limits(count: int, length: int, status: bytes) -> None:
    async def main() -> None:
        transport = _connected()
        _gives(transport, _with_headers(count, length))
        await settled()
        assert transport.written.split()[1] == status

    run_virtually(main())


def test_a_body_may_be_longer_than_a_head() -> None:
    async def main() -> None:
        transport = _connected()
        _gives(transport, CHUNKED.replace(b"GET", b"POST"))
        for _ in range(3):
            _gives(transport, b"8000\r\n" + b"a" * 0x8000 + b"\r\n")
        _gives(transport, b"0\r\n\r\n")
        await settled()
        assert transport.written.startswith(b"HTTP/1.1 200 ")

    run_virtually(main())


def test_what_is_no_request_is_answered_400() -> None:
    async def main() -> None:
        transport = _connected()
        _gives(transport, b"nothing of the kind\r\n")
        assert transport.written.startswith(b"HTTP/1.1 400 ")

    run_virtually(main())


def test_the_server_has_the_limit() -> None:
    config = DrainingServer(Starlette()).config
    config.load()
    assert config.http_protocol_class is LimitedHeads
