"""The lean WebSocket client against a server of another make."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from flowengine.testing.load import wire
from flowengine.testing.load.wire import Wire, WireError
from tests.patience import PATIENCE_S

Handler = Callable[[ServerConnection], Awaitable[None]]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "OPEN_S", PATIENCE_S)


def meet(handler: Handler, client: Callable[[Wire], Awaitable[None]]) -> list[bytes]:
    """A server with this handler, a wire to it; what came over the wire."""
    came: list[bytes] = []

    async def main() -> None:
        async with serve(handler, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            wire = await Wire.connect(f"ws://127.0.0.1:{port}/x", {"X-Test": "1"}, lambda text, _: came.append(text))
            async with asyncio.timeout(PATIENCE_S):
                await client(wire)

    asyncio.run(main())
    return came


async def until_closed(wire: Wire) -> None:
    await wire.closed


@pytest.mark.parametrize("length", [0, 1, 125, 126, 400, 65_535, 65_536, 200_000])
def test_texts_of_any_length_go_both_ways(length: int) -> None:
    async def echo(socket: ServerConnection) -> None:
        await socket.send(await socket.recv())

    async def client(wire: Wire) -> None:
        wire.send(b"x" * length)
        await wire.closed

    assert meet(echo, client) == [b"x" * length]


def test_fragments_are_one_message_and_what_comes_between_does_not_break_it() -> None:
    async def fragments(socket: ServerConnection) -> None:
        async def parts() -> object:
            yield "one "
            await socket.ping()
            yield "two "
            yield "three"

        await socket.send(parts())  # type: ignore[arg-type]

    assert meet(fragments, until_closed) == [b"one two three"]


def test_a_ping_is_answered() -> None:
    answered: list[bool] = []

    async def ping(socket: ServerConnection) -> None:
        await (await socket.ping(b"still there?"))
        answered.append(True)

    meet(ping, until_closed)
    assert answered == [True]


def test_many_messages_in_one_go_are_taken_one_by_one() -> None:
    async def burst(socket: ServerConnection) -> None:
        for number in range(500):
            await socket.send(f"message {number} " + "y" * number)

    came = meet(burst, until_closed)
    assert [int(text.split()[1]) for text in came] == list(range(500))


def test_the_servers_close_code_is_told() -> None:
    codes: list[int] = []

    async def close(socket: ServerConnection) -> None:
        await socket.close(1008, "no")

    async def client(wire: Wire) -> None:
        codes.append(await wire.closed)

    meet(close, client)
    assert codes == [1008]


def test_our_own_close_is_clean_and_nothing_is_sent_behind_it() -> None:
    seen: list[object] = []

    async def listen(socket: ServerConnection) -> None:
        seen.extend([message async for message in socket])
        seen.append(socket.close_code)

    async def client(wire: Wire) -> None:
        wire.send(b"hello")
        wire.close()
        wire.send(b"too late")
        assert await wire.closed == 1000

    meet(listen, client)
    assert seen == ["hello", 1000]


def test_a_broken_line_is_1006() -> None:
    codes: list[int] = []

    async def abort(socket: ServerConnection) -> None:
        socket.transport.abort()

    async def client(wire: Wire) -> None:
        codes.append(await wire.closed)

    meet(abort, client)
    assert codes == [1006]


def test_a_refused_upgrade_says_its_status() -> None:
    async def refuse(socket: ServerConnection, request: Request) -> Response:
        return socket.respond(403, "no")

    async def main() -> None:
        async with serve(lambda socket: socket.wait_closed(), "127.0.0.1", 0, process_request=refuse) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            await Wire.connect(f"ws://127.0.0.1:{port}/", {}, lambda *_: None)

    with pytest.raises(WireError, match="403"):
        asyncio.run(main())


def test_nobody_there_is_an_error_and_so_is_another_kind_of_address() -> None:
    with pytest.raises(WireError, match="could not be opened"):
        asyncio.run(Wire.connect("ws://127.0.0.1:9/", {}, lambda *_: None))
    with pytest.raises(WireError, match="no address of a WebSocket"):
        asyncio.run(Wire.connect("http://127.0.0.1:9/", {}, lambda *_: None))


def test_something_that_is_no_websocket_is_dropped() -> None:
    async def main() -> int:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: made-up\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            await Wire.connect(f"ws://127.0.0.1:{port}/", {}, lambda *_: None)
        return 0

    with pytest.raises(WireError, match="another key"):
        asyncio.run(main())
