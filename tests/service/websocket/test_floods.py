"""Clients that send much and read nothing: what they can cost is bounded."""

from __future__ import annotations

import asyncio

import pytest

from tests.service.websocket.by_hand import ByHand
from tests.service.websocket.bytes_of import PING, PONG, client, close, closed, code_only
from tests.service.websocket.serving import Served
from tests.virtual_time import run_virtually


def test_who_reads_too_slowly_has_only_the_latest_ping_answered() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        wire.protocol.data_received(client(PING, "a") + client(PING, "b"))
        assert wire.frames() == [(PONG, b"a"), (PONG, b"b")]
        wire.protocol.pause_writing()
        for number in range(50):
            wire.protocol.data_received(client(PING, str(number)))
        assert wire.frames() == []
        wire.protocol.resume_writing()
        assert wire.frames() == [(PONG, b"49")]
        wire.protocol.pause_writing()
        wire.protocol.resume_writing()
        assert wire.frames() == []

    run_virtually(main())


@pytest.mark.parametrize("end", ["client", "server", "lost"])
def test_a_pong_that_is_owed_is_forgotten_when_the_connection_ends(end: str) -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        wire.protocol.pause_writing()
        wire.protocol.data_received(client(PING, "owed"))
        if end == "client":
            wire.protocol.data_received(close(1000))
        elif end == "server":
            wire.protocol.shutdown()
        else:
            wire.protocol.connection_lost(None)
        closes = {"client": [closed(1000)], "server": [closed(1012)], "lost": []}[end]
        wire.protocol.resume_writing()
        await asyncio.sleep(0)
        assert code_only(wire.frames()) == closes

    run_virtually(main())


def test_pongs_that_nobody_reads_do_not_pile_up(lean: Served) -> None:
    """26 MB of pings; what is between a client that reads nothing and us holds a good part of their pongs at most."""
    pings = 200_000
    with lean.opened() as connection:
        flood = client(PING, b"x" * 125) * (pings // 200)
        for _ in range(200):
            connection.sendall(flood)
        connection.sendall(client(PING, "last"))
        back = b""
        while not back.endswith(b"\x8a\x04last"):
            back += (more := connection.recv(1 << 20))
            assert more
        # Of a pong of ours two bytes are the head.
        assert len(back) < pings * 127 * 3 / 4
