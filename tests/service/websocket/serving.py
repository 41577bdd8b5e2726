"""A server of our own in a thread, over real sockets, and an application whose paths are the cases."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Literal

import uvicorn
from starlette.types import Message, Receive, Scope, Send

from flowengine.service.websocket.choice import WebSocketClass, websockets
from tests.service.websocket.bytes_of import request, server_frames

PATIENCE_S = 120.0
STOPS_S = 120.0
"""At the end of a whole run of tests everything is collected and closed at once."""

Loop = Literal["uvloop", "asyncio"]


class Cases:
    """The application. `ended`: how each of its connections ended, as the application was told."""

    def __init__(self) -> None:
        self.ended: list[Message] = []
        self.scopes: list[Scope] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "websocket"
        self.scopes.append(scope)
        assert (await receive())["type"] == "websocket.connect"
        await getattr(self, scope["path"].strip("/").replace("-", "_"))(receive, send)

    async def echo(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({**message, "type": "websocket.send"})
        self.ended.append(message)

    async def chosen(self, receive: Receive, send: Send) -> None:
        headers = [(b"x-one", b"1"), (b"x-two", "é".encode("latin-1"))]
        await send({"type": "websocket.accept", "subprotocol": "second", "headers": headers})
        await send({"type": "websocket.close", "code": 3001, "reason": "as asked"})
        self.ended.append(await receive())

    async def refused(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.close", "code": 1008})
        self.ended.append(await receive())

    async def answered(self, receive: Receive, send: Send) -> None:
        headers = [(b"x-why", b"full"), (b"content-type", b"text/html")]
        await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b"<p>too ", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"many</p>"})

    async def crashes_first(self, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    async def returns_first(self, receive: Receive, send: Send) -> None:
        return

    async def crashes_later(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await receive()
        raise ZeroDivisionError

    async def returns_later(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await receive()

    async def sends_after_close(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
        try:
            await send({"type": "websocket.send", "text": "too late"})
        except RuntimeError as error:
            self.ended.append({"type": "refused", "why": str(error)})

    async def sends_to_nobody(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            pass
        try:
            await send({"type": "websocket.send", "text": "too late"})
        except OSError as error:
            self.ended.append({"type": "refused", "why": str(error)})
            raise

    async def counts(self, receive: Receive, send: Send) -> None:
        """Says how much it has been sent, when it is sent `how much`."""
        await send({"type": "websocket.accept"})
        sizes = 0
        while (message := await receive())["type"] == "websocket.receive":
            if message.get("text") == "how much":
                await send({"type": "websocket.send", "text": str(sizes)})
            sizes += len(message.get("text") or message.get("bytes") or b"")

    async def listens(self, receive: Receive, send: Send) -> None:
        """Answers nothing; each message counts as an end."""
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            self.ended.append(message)

    async def floods(self, receive: Receive, send: Send) -> None:
        """Sends 64 MiB."""
        await send({"type": "websocket.accept"})
        for _ in range(1024):
            await send({"type": "websocket.send", "bytes": bytes(65536)})

    async def ended_with(self, count: int) -> list[Message]:
        """Wait until so many connections have ended."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.ended) < count:  # noqa: ASYNC110 - another thread's
                await asyncio.sleep(0.005)
        return self.ended


class Served:
    """A running server."""

    def __init__(self, cases: Cases, server: uvicorn.Server, port: int, chosen: WebSocketClass) -> None:
        self.cases = cases
        self.server = server
        self.port = port
        self.chosen = chosen

    @contextlib.contextmanager
    def connected(self, head: bytes | None = None) -> Iterator[socket.socket]:
        """A socket; with `head`, an upgrade that has been sent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if head is not None:
                connection.sendall(head)
            yield connection

    @contextlib.contextmanager
    def opened(self, path: str = "/echo") -> Iterator[socket.socket]:
        """A WebSocket that has been accepted."""
        with self.connected(request(path)) as connection:
            assert read_head(connection).startswith("HTTP/1.1 101 ")
            yield connection

    def ended(self, count: int = 1) -> list[Message]:
        """How the first connections ended."""
        return asyncio.run(self.cases.ended_with(count))

    def connections_are_gone(self) -> None:
        """Wait for it."""
        deadline = time.monotonic() + PATIENCE_S
        while self.server.server_state.connections or self.server.server_state.tasks:
            assert time.monotonic() < deadline, "a connection or a task is left"
            time.sleep(0.005)


def read_head(connection: socket.socket) -> str:
    """Up to the empty line, byte by byte, so that nothing is read which comes after it."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        assert byte, f"the server closed after {head!r}"
        head += byte
    return head.decode("latin-1")


def read_rest(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    rest = b""
    while data := connection.recv(65536):
        rest += data
    return rest


def read_frames(connection: socket.socket, count: int) -> list[tuple[int, bytes]]:
    """So many frames of the server's, and not a byte more."""
    found = []
    for _ in range(count):
        head = _exactly(connection, 2)
        extended = _exactly(connection, {126: 2, 127: 8}.get(head[1], 0))
        payload = _exactly(connection, int.from_bytes(extended) if extended else head[1])
        found += server_frames(head + extended + payload)
    return found


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        data += (more := connection.recv(size - len(data)))
        assert more, f"the server closed after {data[:100]!r}"
    return data


@contextlib.contextmanager
def served(
    chosen: WebSocketClass,
    loop: Loop = "uvloop",
    *,
    limit_concurrency: int | None = None,
    access_log: bool = False,
) -> Iterator[Served]:
    """The cases, served by this class on this event loop."""
    cases = Cases()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        config = uvicorn.Config(
            cases,
            **websockets(chosen),
            loop=loop,
            lifespan="off",
            log_config=None,
            access_log=access_log,
            limit_concurrency=limit_concurrency,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not server.started:
                assert time.monotonic() < deadline
                time.sleep(0.005)
            yield Served(cases, server, listener.getsockname()[1], chosen)
        finally:
            server.should_exit = True
            thread.join(STOPS_S)
            assert not thread.is_alive()
