"""Pings, close handshakes that stall, peers that vanish, and pressure both ways: on a virtual clock."""

from __future__ import annotations

import asyncio

import pytest
from uvicorn.protocols.utils import ClientDisconnected

from flowengine.service.websocket.connection import CLOSES_WITHIN_S, EARLY_LIMIT, ENDS_WITHIN_S
from tests.service.websocket.by_hand import ByHand, settled, soon
from tests.service.websocket.bytes_of import (
    CLOSE,
    PING,
    PONG,
    TEXT,
    client,
    close,
    closed,
    code_only,
    request,
)
from tests.virtual_time import run_virtually


def test_a_client_that_answers_pings_stays() -> None:
    async def main() -> None:
        wire = ByHand(ping_s=20, pong_s=5)
        await wire.open()
        for _ in range(10):
            await asyncio.sleep(20.1)
            [(opcode, payload)] = wire.frames()
            assert opcode == PING
            wire.protocol.data_received(client(PONG, payload))
        assert wire.transport.closed_at is None

    run_virtually(main())


def test_a_client_that_answers_no_ping_is_left() -> None:
    async def main() -> None:
        wire = ByHand(ping_s=20, pong_s=5)
        await wire.open()
        await asyncio.sleep(24.9)
        wire.protocol.data_received(client(PONG, b"an earlier one"))
        [(opcode, _)] = wire.frames()
        assert opcode == PING
        await asyncio.sleep(0.2)
        assert code_only(wire.frames()) == [closed(1011)]
        assert await wire.receive() == {
            "type": "websocket.disconnect",
            "code": 1011,
            "reason": "keepalive ping timeout",
        }
        await asyncio.sleep(ENDS_WITHIN_S)
        assert wire.after(wire.transport.aborted_at) == pytest.approx(25 + ENDS_WITHIN_S, abs=0.2)

    run_virtually(main())


def test_a_client_whose_pong_could_not_be_read_is_not_left() -> None:
    async def main() -> None:
        wire = ByHand(ping_s=20, pong_s=5, queue=2)
        await wire.open()
        wire.protocol.data_received(client(TEXT, "a") + client(TEXT, "b"))
        assert not wire.transport.reads()
        await asyncio.sleep(60)
        assert [opcode for opcode, _ in wire.frames()] == [PING]

    run_virtually(main())


def test_pings_go_on_without_a_limit_and_stop_at_the_end() -> None:
    async def main() -> None:
        wire = ByHand(ping_s=20)
        await wire.open()
        await asyncio.sleep(61)
        assert [opcode for opcode, _ in wire.frames()] == [PING, PING, PING]
        await wire.send({"type": "websocket.close"})
        wire.frames()
        wire.protocol.data_received(close(1000))
        wire.protocol.connection_lost(None)
        await asyncio.sleep(100)
        assert wire.frames() == []
        assert wire.transport.aborted_at is None

    run_virtually(main())


def test_a_close_that_is_not_answered_is_cut_off() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        await wire.send({"type": "websocket.close", "code": 1000})
        assert wire.frames() == [(CLOSE, b"\x03\xe8")]
        assert wire.transport.closed_at is None
        await asyncio.sleep(CLOSES_WITHIN_S + 0.1)
        assert wire.after(wire.transport.aborted_at) == CLOSES_WITHIN_S

    run_virtually(main())


def test_a_client_that_closes_and_reads_nothing_is_cut_off() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        wire.protocol.data_received(close(1000))
        assert wire.frames() == [(CLOSE, b"\x03\xe8")]
        assert wire.after(wire.transport.closed_at) == 0
        await asyncio.sleep(CLOSES_WITHIN_S + 0.1)
        assert wire.after(wire.transport.aborted_at) == CLOSES_WITHIN_S

    run_virtually(main())


def test_a_violation_ends_our_side_and_leaves_time_to_read_why() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        wire.protocol.data_received(client(3))
        assert code_only(wire.frames()) == [closed(1002)]
        assert wire.transport.ended
        assert wire.transport.closed_at is None
        wire.protocol.data_received(client(TEXT, "still sending"))
        await asyncio.sleep(ENDS_WITHIN_S + 0.1)
        assert wire.after(wire.transport.aborted_at) == ENDS_WITHIN_S

    run_virtually(main())


def test_over_tls_a_violation_closes() -> None:
    async def main() -> None:
        wire = ByHand()
        wire.transport.can_end = False
        await wire.open()
        wire.protocol.data_received(client(3))
        assert code_only(wire.frames()) == [closed(1002)]
        assert wire.transport.closed_at is not None

    run_virtually(main())


@pytest.mark.parametrize("phase", ["head", "asked", "open", "closing"])
def test_a_server_that_stops_leaves_nobody_hanging(phase: str) -> None:
    async def main() -> None:
        wire = ByHand()
        if phase == "asked":
            wire.protocol.data_received(request())
            await settled()
        elif phase != "head":
            await wire.open()
        if phase == "closing":
            await wire.send({"type": "websocket.close"})
            wire.frames()
        wire.protocol.shutdown()
        match phase:
            case "head" | "asked":
                assert wire.transport.written.startswith(b"HTTP/1.1 503 ")
            case "open":
                assert code_only(wire.frames()) == [closed(1012)]
                assert (await wire.receive())["code"] == 1012
            case _:
                assert wire.frames() == []
        await asyncio.sleep(ENDS_WITHIN_S if phase in ("open", "closing") else CLOSES_WITHIN_S)
        assert wire.transport.aborted_at is not None

    run_virtually(main())


def test_who_does_not_receive_is_not_sent_more() -> None:
    async def main() -> None:
        wire = ByHand(queue=4)
        await wire.open()
        wire.protocol.data_received(client(TEXT, "1") + client(TEXT, "2") + client(TEXT, "3"))
        assert wire.transport.reads()
        wire.protocol.data_received(client(TEXT, "4") + client(TEXT, "5"))
        assert not wire.transport.reads()
        received = [(await wire.receive())["text"] for _ in range(2)]
        assert not wire.transport.reads()
        received.append((await wire.receive())["text"])
        assert wire.transport.reads()
        assert [*received, (await wire.receive())["text"], (await wire.receive())["text"]] == list("12345")
        assert await soon(wire.receive) is None

    run_virtually(main())


def test_a_close_of_ours_is_answered_though_nobody_received() -> None:
    async def main() -> None:
        wire = ByHand(queue=1)
        await wire.open()
        wire.protocol.data_received(client(TEXT, "a"))
        assert not wire.transport.reads()
        await wire.send({"type": "websocket.close"})
        assert wire.transport.reads()

    run_virtually(main())


def test_a_client_that_sends_much_before_it_is_accepted_waits() -> None:
    async def main() -> None:
        wire = ByHand()
        wire.protocol.data_received(request())
        await settled()
        sent = client(TEXT, "a" * 10_000)
        wire.protocol.data_received(sent)
        wire.protocol.data_received(sent)
        assert len(sent) * 2 > EARLY_LIMIT
        assert not wire.transport.reads()
        assert (await wire.receive())["type"] == "websocket.connect"
        await wire.send({"type": "websocket.accept"})
        assert wire.transport.reads()
        assert [len((await wire.receive())["text"]) for _ in range(2)] == [10_000, 10_000]

    run_virtually(main())


def test_a_send_waits_until_the_client_reads() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        wire.protocol.pause_writing()
        sending = asyncio.ensure_future(wire.send({"type": "websocket.send", "text": "a"}))
        await asyncio.sleep(5)
        assert not sending.done()
        assert wire.frames() == []
        wire.protocol.resume_writing()
        await sending
        assert wire.frames() == [(TEXT, b"a")]

    run_virtually(main())


def test_a_send_that_waits_for_a_client_that_is_lost_ends() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        wire.protocol.pause_writing()
        sending = asyncio.ensure_future(wire.send({"type": "websocket.send", "text": "a"}))
        await settled()
        wire.protocol.connection_lost(ConnectionResetError())
        with pytest.raises(ClientDisconnected):
            await sending
        assert (await wire.receive())["code"] == 1006
        assert (await wire.receive())["code"] == 1006

    run_virtually(main())


def test_a_half_open_socket_is_over() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        waiting = asyncio.ensure_future(wire.receive())
        await settled()
        wire.protocol.eof_received()
        assert (await waiting)["code"] == 1006

    run_virtually(main())


def test_the_server_counts_connections_and_tasks() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        assert (len(wire.state.connections), len(wire.state.tasks)) == (1, 1)
        await wire.finish()
        assert code_only(wire.frames()) == [closed(1000)]
        assert (len(wire.state.connections), len(wire.state.tasks)) == (1, 0)
        wire.protocol.connection_lost(None)
        assert len(wire.state.connections) == 0

    run_virtually(main())


def test_an_application_that_is_cancelled_closes_with_1012() -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        for task in wire.state.tasks:
            task.cancel()
        await settled()
        assert code_only(wire.frames()) == [closed(1012)]

    run_virtually(main())


@pytest.mark.parametrize(
    "message",
    [
        {"type": "websocket.accept"},
        {"type": "websocket.http.response.start", "status": 404},
        {"type": "websocket.send"},
        {"type": "websocket.nonsense"},
    ],
)
def test_what_an_application_may_not_send_raises(message: dict[str, object]) -> None:
    async def main() -> None:
        wire = ByHand()
        await wire.open()
        with pytest.raises(RuntimeError, match=r"cannot be sent now|neither text nor bytes"):
            await wire.send(message)
        assert wire.frames() == []

    run_virtually(main())
