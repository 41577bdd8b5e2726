"""The sending side of a socket, against a socket that keeps what it is sent."""

from __future__ import annotations

import asyncio
from typing import cast

from starlette.websockets import WebSocket

from flowengine.service.outbox import SEND_TIMEOUT_S, Outbox
from tests.virtual_time import run_virtually


class FakeSocket:
    """Sends into a list; `stuck` makes it a far end that stopped reading."""

    def __init__(self, *, stuck: bool = False, gone: bool = False) -> None:
        self.scope: dict[str, object] = {}
        self.sent: list[str | bytes] = []
        self.stuck = stuck
        self.gone = gone

    async def send_text(self, text: str) -> None:
        await self._send(text)

    async def send_bytes(self, data: bytes) -> None:
        await self._send(data)

    async def _send(self, message: str | bytes) -> None:
        if self.gone:
            raise RuntimeError('Cannot call "send" once a close message has been sent.')
        if self.stuck:
            await asyncio.sleep(3600)
        self.sent.append(message)


def _outbox(socket: FakeSocket) -> Outbox:
    return Outbox(cast("WebSocket", socket))


def test_messages_leave_in_order() -> None:
    async def main() -> list[str | bytes]:
        socket = FakeSocket()
        outbox = _outbox(socket)
        task = asyncio.create_task(outbox.run())
        outbox.put(b"a", audio=True)
        outbox.put("mark", audio=True)
        outbox.put(b"b", audio=True)
        await outbox.drain(1.0)
        task.cancel()
        return socket.sent

    assert run_virtually(main()) == [b"a", "mark", b"b"]


def test_clear_overtakes_the_audio_and_keeps_the_rest() -> None:
    async def main() -> list[str | bytes]:
        socket = FakeSocket()
        outbox = _outbox(socket)
        outbox.put(b"a", audio=True)
        outbox.put("fact")
        outbox.put("mark", audio=True)
        outbox.clear("clear")
        task = asyncio.create_task(outbox.run())
        await outbox.drain(1.0)
        task.cancel()
        return socket.sent

    assert run_virtually(main()) == ["clear", "fact"]


def test_a_far_end_that_stops_reading_is_given_up() -> None:
    async def main() -> tuple[str, float]:
        outbox = _outbox(FakeSocket(stuck=True))
        outbox.put("x")
        loop = asyncio.get_running_loop()
        began = loop.time()
        return await outbox.run(), loop.time() - began

    reason, waited = run_virtually(main())
    assert reason == "the far end stopped reading"
    assert waited == SEND_TIMEOUT_S


def test_a_socket_that_is_gone_ends_the_sending() -> None:
    async def main() -> str:
        outbox = _outbox(FakeSocket(gone=True))
        outbox.put("x")
        return await outbox.run()

    assert run_virtually(main()) == "the socket closed while sending"
