"""The way around ASGI: messages are taken where they arrive and leave where they are made."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from starlette.websockets import WebSocket

from flowengine.service.outbox import CLOSED, SEND_TIMEOUT_S, Outbox
from flowengine.service.websocket.direct import EXTENSION, direct_of
from tests.service.websocket.by_hand import ByHand, settled, soon
from tests.service.websocket.bytes_of import BINARY, TEXT, client, close, closed, code_only
from tests.virtual_time import run_virtually


async def _opened(**options: float) -> tuple[ByHand, WebSocket]:
    """A connection, and Starlette's view of it."""
    wire = ByHand()
    await wire.open()
    scope = {"type": "websocket", "headers": [], "extensions": {EXTENSION: {"socket": wire.direct}}}
    socket = WebSocket(scope, wire.receive, wire.send)
    socket.client_state = socket.application_state = type(socket.client_state).CONNECTED
    return wire, socket


def test_each_message_is_taken_within_the_call_that_brought_it() -> None:
    async def main() -> None:
        wire, _ = await _opened()
        wire.protocol.data_received(client(TEXT, "waited"))
        taken: list[str | bytes] = []
        handing = asyncio.ensure_future(wire.direct.hand_over(taken.append))
        await settled()
        assert taken == ["waited"]
        wire.protocol.data_received(client(TEXT, "a") + client(BINARY, b"b"))
        assert taken == ["waited", "a", b"b"]
        wire.protocol.data_received(close(4000))
        assert await handing == 4000

    run_virtually(main())


def test_a_flood_is_taken_without_a_pause() -> None:
    async def main() -> None:
        wire, _ = await _opened()
        taken: list[str | bytes] = []
        handing = asyncio.ensure_future(wire.direct.hand_over(taken.append))
        await settled()
        wire.protocol.data_received(client(TEXT, "a") * 100)
        assert len(taken) == 100
        assert wire.transport.reads()
        wire.protocol.connection_lost(None)
        assert await handing == 1006

    run_virtually(main())


def test_who_is_handed_over_after_the_end_hears_of_it_with_what_had_come() -> None:
    async def main() -> None:
        wire, _ = await _opened()
        wire.protocol.data_received(client(TEXT, "last words") + close(1001))
        taken: list[str | bytes] = []
        assert await wire.direct.hand_over(taken.append) == 1001
        assert taken == ["last words"]

    run_virtually(main())


def test_a_cancelled_hand_over_gives_the_messages_back() -> None:
    async def main() -> None:
        wire, _ = await _opened()
        taken: list[str | bytes] = []
        handing = asyncio.ensure_future(wire.direct.hand_over(taken.append))
        await settled()
        handing.cancel()
        await settled()
        wire.protocol.data_received(client(TEXT, "a"))
        assert taken == []
        assert await soon(wire.receive) == {"type": "websocket.receive", "text": "a"}

    run_virtually(main())


def test_a_defect_in_the_taking_closes_the_socket_and_is_raised() -> None:
    async def main() -> None:
        wire, _ = await _opened()
        taken: list[str | bytes] = []

        def take(message: str | bytes) -> None:
            taken.append(message)
            raise ZeroDivisionError

        handing = asyncio.ensure_future(wire.direct.hand_over(take))
        await settled()
        wire.protocol.data_received(client(TEXT, "a") + client(TEXT, "b"))
        with pytest.raises(ZeroDivisionError):
            await handing
        assert taken == ["a"]
        assert code_only(wire.frames()) == [closed(1011)]

    run_virtually(main())


def test_nothing_is_taken_after_our_close() -> None:
    async def main() -> None:
        wire, _ = await _opened()
        taken: list[str | bytes] = []
        handing = asyncio.ensure_future(wire.direct.hand_over(taken.append))
        await settled()
        await wire.send({"type": "websocket.close", "code": 1000})
        wire.protocol.data_received(client(TEXT, "late"))
        assert await handing == 1000
        wire.protocol.data_received(client(TEXT, "later"))
        assert taken == []
        assert (await wire.receive())["type"] == "websocket.disconnect"

    run_virtually(main())


def test_an_outbox_sends_at_once_and_needs_no_task() -> None:
    async def main() -> None:
        wire, socket = await _opened()
        outbox = Outbox(socket)
        outbox.put("audio", audio=True)
        outbox.put(b"bytes")
        outbox.clear("clear")
        assert wire.frames() == [(TEXT, b"audio"), (BINARY, b"bytes"), (TEXT, b"clear")]
        await outbox.drain(0)

    run_virtually(main())


def test_an_outbox_keeps_the_order_when_the_far_end_reads_too_slowly() -> None:
    async def main() -> None:
        wire, socket = await _opened()
        outbox = Outbox(socket)
        running = asyncio.ensure_future(outbox.run())
        outbox.put("1")
        wire.protocol.pause_writing()
        outbox.put("2", audio=True)
        await settled()
        outbox.put("3", audio=True)
        assert wire.frames() == [(TEXT, b"1")]
        wire.protocol.resume_writing()
        # It could leave at once now, if the others had not been there before.
        outbox.put("4", audio=True)
        await settled()
        outbox.put("5", audio=True)
        assert wire.frames() == [(TEXT, b"2"), (TEXT, b"3"), (TEXT, b"4"), (TEXT, b"5")]
        running.cancel()

    run_virtually(main())


def test_a_clear_drops_what_could_not_leave() -> None:
    async def main() -> None:
        wire, socket = await _opened()
        outbox = Outbox(socket)
        running = asyncio.ensure_future(outbox.run())
        wire.protocol.pause_writing()
        outbox.put("leaving", audio=True)
        await settled()
        outbox.put("useless", audio=True)
        outbox.put("fact")
        outbox.clear("clear")
        wire.protocol.resume_writing()
        await settled()
        assert wire.frames() == [(TEXT, b"leaving"), (TEXT, b"clear"), (TEXT, b"fact")]
        running.cancel()

    run_virtually(main())


def test_a_far_end_that_stopped_reading_is_given_up() -> None:
    async def main() -> tuple[str, float]:
        wire, socket = await _opened()
        outbox = Outbox(socket)
        running = asyncio.ensure_future(outbox.run())
        wire.protocol.pause_writing()
        outbox.put("x")
        began = asyncio.get_running_loop().time()
        return await running, asyncio.get_running_loop().time() - began

    assert run_virtually(main()) == ("the far end stopped reading", SEND_TIMEOUT_S)


def test_a_socket_that_is_gone_ends_the_sending() -> None:
    async def main() -> str:
        wire, socket = await _opened()
        outbox = Outbox(socket)
        running = asyncio.ensure_future(outbox.run())
        wire.protocol.connection_lost(None)
        outbox.put("x")
        return await running

    assert run_virtually(main()) == CLOSED


def test_a_server_that_offers_no_such_way_is_used_by_asgi() -> None:
    scopes: list[dict[str, object]] = [{}, {"extensions": None}, {"extensions": {"websocket.http.response": {}}}]
    for scope in scopes:
        assert direct_of(cast("WebSocket", type("Socket", (), {"scope": scope}))) is None
