"""Clients that send much and read nothing: what they can cost is bounded."""

from __future__ import annotations

import asyncio

import pytest

from flowengine.service.websocket import frames
from tests.service.websocket.by_hand import ByHand, settled
from tests.service.websocket.bytes_of import PING, PONG, TEXT, client, close, closed, code_only, in_fragments
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
    with lean.opened("/listens") as connection:
        flood = client(PING, b"x" * 125) * (pings // 200)
        for _ in range(200):
            connection.sendall(flood)
        # What still waited to be read when we begin to read would be answered in full.
        connection.sendall(client(TEXT, "all"))
        lean.ended()
        connection.sendall(client(PING, "last"))
        back = b""
        while not back.endswith(b"\x8a\x04last"):
            back += (more := connection.recv(1 << 20))
            assert more
        # Of a pong of ours two bytes are the head.
        assert len(back) < pings * 127 * 3 / 4


def test_what_one_read_brings_is_read_in_many_goes() -> None:
    """The loop is everybody's: it comes round after each hundred frames, and nothing more is read meanwhile."""

    async def main() -> None:
        wire = ByHand()
        await wire.open()
        taken: list[str | bytes] = []
        handing = asyncio.create_task(wire.direct.hand_over(taken.append))
        await settled()
        wire.protocol.data_received(b"".join(client(TEXT, str(number)) for number in range(250)))
        counts = [len(taken)]
        while not wire.transport.reads():
            await asyncio.sleep(0)
            counts.append(len(taken))
        assert counts == [100, 200, 250]
        assert taken == [str(number) for number in range(250)]
        handing.cancel()

    run_virtually(main())


def test_who_does_not_receive_is_not_handed_the_rest_of_a_read() -> None:
    async def main() -> None:
        wire = ByHand(queue=4)
        await wire.open()
        wire.protocol.data_received(b"".join(client(TEXT, str(number)) for number in range(250)) + close(1000))
        await settled()
        assert not wire.transport.reads()
        assert wire.frames() == []
        received = [(await wire.receive())["text"] for _ in range(250)]
        assert received == [str(number) for number in range(250)]
        assert (await wire.receive())["code"] == 1000
        assert code_only(wire.frames()) == [closed(1000)]

    run_virtually(main())


def test_what_is_left_of_a_read_means_nothing_once_we_have_broken_off() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        wire.protocol.data_received(client(PING) * 150 + client(3) + client(PING) * 500)
        await settled()
        assert code_only(wire.frames()) == [*[(PONG, b"")] * 150, closed(1002)]
        assert wire.transport.reads()

    run_virtually(main())


@pytest.mark.parametrize("fragments", [frames.MOST_FRAGMENTS, frames.MOST_FRAGMENTS + 1])
def test_a_message_has_so_many_fragments_and_no_more(fragments: int) -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        for _ in range(2):
            wire.protocol.data_received(in_fragments(TEXT, *[""] * fragments))
            for _ in range(fragments // frames.MOST_AT_ONCE + 1):
                await asyncio.sleep(0)
            assert wire.transport.reads()
        if fragments > frames.MOST_FRAGMENTS:
            assert code_only(wire.frames()) == [closed(1009)]
        else:
            assert [(await wire.receive())["text"] for _ in range(2)] == ["", ""]

    run_virtually(main())
