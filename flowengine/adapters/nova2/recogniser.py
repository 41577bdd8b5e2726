"""Speech to text by a service that speaks `nova2.v1`: one socket a call, opened again when it is lost."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from flowengine.adapters.nova2.heard import Heard
from flowengine.adapters.nova2.messages import HOPELESS, MAX_MESSAGE, PING_S, READY_TIMEOUT_S, place, read, written
from flowengine.adapters.reports import Reports
from flowengine.conversation.commands import Expecting
from flowengine.errors import ProtocolError, RecogniserError
from flowengine.runtime.audio import BYTES_A_SECOND, FRAME_BYTES, SILENCE, mulaw_to_pcm16
from flowengine.runtime.ports import RecogniserEvent, RecogniserFailed

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 3.0
RECONNECT_AFTER_S = (0.1, 0.3, 1.0)
WAITING_BYTES = BYTES_A_SECOND
"""A second of audio waits for a slow socket; then the oldest is dropped and counted."""
REPLAY_BYTES = 2 * BYTES_A_SECOND
CLOSE_TIMEOUT_S = 1.0


class Nova2Stream:
    """One call's recognition. `dropped_ms`: audio that was lost because the service did not take it in time."""

    def __init__(self, url: str, call_id: str, language: str, socket: ClientConnection) -> None:
        self._url, self._call_id, self._language = url, call_id, language
        self._reports = Reports()
        self._heard = Heard(self._reports.put)
        self._waiting = bytearray()
        self._replay = bytearray()
        self._taken = 0
        self._dropped = 0
        self._orders: deque[str] = deque()
        self._expecting: Expecting | None = None
        self._accepts: frozenset[str] = frozenset()
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()
        self._closed_by_peer = asyncio.Event()
        self._closing = self._useful = False
        self._task = asyncio.get_running_loop().create_task(self._live(socket), name="nova2 recogniser")

    @property
    def done(self) -> bool:
        """The connection is over for good."""
        return self._task.done()

    @property
    def dropped_ms(self) -> int:
        return self._dropped // 8

    def push(self, mulaw: bytes) -> None:
        if self._reports.closed or self._closing:
            return
        self._waiting += mulaw
        self._taken += len(mulaw)
        limit = WAITING_BYTES if self._ready.is_set() else REPLAY_BYTES
        surplus = len(self._waiting) - limit
        if surplus > 0:
            del self._waiting[:surplus]
            self._dropped += surplus
        self._wake.set()

    def expect(self, expecting: Expecting) -> None:
        self._expecting = expecting
        if "expect" in self._accepts:
            self._order(written("expect", expecting=expecting))

    def finalize(self) -> None:
        self._order(written("finalize"))

    def events(self) -> AsyncIterator[RecogniserEvent]:
        return self._reports.read()

    async def close(self) -> None:
        if not self._closing and not self._task.done():
            self._closing = True
            self._order(written("close"))
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT_S):
                    await self._closed_by_peer.wait()
        self._closing = True
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._reports.close()
        if self._dropped:
            log.warning("caller audio was dropped, the speech service is too slow", extra={"ms": self.dropped_ms})
            self._dropped = 0

    def _order(self, message: str) -> None:
        self._orders.append(message)
        self._wake.set()

    async def _live(self, socket: ClientConnection) -> None:
        """One connection after the other, until the call closes or the service can't be had any more."""
        reason = "connection lost"
        failures = 0
        try:
            while True:
                self._useful = False
                reason = await self._converse(socket)
                failures = 0 if self._useful else failures + 1
                if self._closing or reason in HOPELESS or failures > len(RECONNECT_AFTER_S):
                    return
                log.warning("speech service lost", extra={"call_id": self._call_id, "reason": reason})
                try:
                    socket = await connected(self._url, RECONNECT_AFTER_S[max(0, failures - 1) :])
                except RecogniserError:
                    return
                self._rewind()
        finally:
            self._closed_by_peer.set()
            if not self._closing:
                self._reports.put(RecogniserFailed(reason))

    def _rewind(self) -> None:
        """The new connection hears again what the old one may not have answered, two seconds at most."""
        unanswered = self._taken - len(self._waiting) - self._heard.answered_ms * 8
        again = bytes(self._replay[max(0, len(self._replay) - max(0, unanswered)) :])
        self._waiting[:0] = again
        self._heard.begin_again((self._taken - len(self._waiting)) // 8)
        self._accepts = frozenset()
        self._ready.clear()

    async def _converse(self, socket: ClientConnection) -> str:
        """One connection's life; why it ended."""
        sender: asyncio.Task[None] | None = None
        try:
            await socket.send(self._init())
            sender = asyncio.get_running_loop().create_task(self._send(socket), name="nova2 audio")
            async for raw in socket:
                code = self._receive(raw)
                if code is not None:
                    return code
        except (OSError, WebSocketException):
            pass
        finally:
            if sender is not None:
                sender.cancel()
                await asyncio.gather(sender, return_exceptions=True)
            await socket.close()
        return "connection lost"

    def _init(self) -> str:
        return written(
            "init",
            call_sid=self._call_id,
            format={"sample_rate": 8000, "channels": 1, "bit_depth": 16},
            encoding="pcm_s16le",
            language=self._language,
            interim=True,
        )

    async def _send(self, socket: ClientConnection) -> None:
        """Audio as it comes, 20 ms a message; orders after the audio that came before them."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_TIMEOUT_S):
                await self._ready.wait()
        self._ready.set()
        with suppress(ConnectionClosed):
            while True:
                self._wake.clear()
                while len(self._waiting) >= FRAME_BYTES:
                    await self._send_frame(socket)
                while self._orders:
                    if self._waiting:
                        self._waiting += SILENCE * (FRAME_BYTES - len(self._waiting) % FRAME_BYTES)
                        while self._waiting:
                            await self._send_frame(socket)
                    await socket.send(self._orders.popleft())
                await self._wake.wait()

    async def _send_frame(self, socket: ClientConnection) -> None:
        frame = bytes(self._waiting[:FRAME_BYTES])
        del self._waiting[:FRAME_BYTES]
        self._replay += frame
        del self._replay[:-REPLAY_BYTES]
        await socket.send(mulaw_to_pcm16(frame))

    def _receive(self, raw: str | bytes) -> str | None:
        """Take one message; a reason when the connection is to end."""
        if isinstance(raw, bytes):
            return None
        try:
            message = read(raw)
        except ProtocolError as error:
            log.warning("unreadable message from the speech service", extra={"reason": str(error)})
            return None
        match message["type"]:
            case "ready":
                accepts = message.get("accepts")
                self._accepts = frozenset(map(str, accepts)) if isinstance(accepts, list) else frozenset()
                self._ready.set()
                if self._expecting is not None:
                    self.expect(self._expecting)
            case "error":
                code = str(message.get("code"))
                log.warning("the speech service reports an error", extra={"code": code})
                return code if message.get("fatal", True) else None
            case "closed":
                self._closed_by_peer.set()
                return "closed"
            case _:
                self._useful = True
                self._heard.take(message, self._taken // 8)
        return None


async def connected(url: str, delays: tuple[float, ...]) -> ClientConnection:
    """A socket to the service, tried after each delay in turn. Raises RecogniserError when none came about."""
    problem: Exception | None = None
    for delay in delays:
        await asyncio.sleep(delay)
        try:
            return await connect(
                url,
                open_timeout=CONNECT_TIMEOUT_S,
                ping_interval=PING_S,
                ping_timeout=PING_S,
                close_timeout=1,
                compression=None,
                max_size=MAX_MESSAGE,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            problem = error
    raise RecogniserError(f"no speech service answers at {place(url)!r} ({type(problem).__name__})") from problem


class Nova2Recogniser:
    """The service at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.name = "nova2"
        self._streams: set[Nova2Stream] = set()

    async def open(self, call_id: str, *, language: str = "en-GB") -> Nova2Stream:
        socket = await connected(self._url, (0.0, *RECONNECT_AFTER_S))
        stream = Nova2Stream(self._url, call_id, language, socket)
        self._streams = {one for one in self._streams if not one.done} | {stream}
        return stream

    async def close(self) -> None:
        streams, self._streams = self._streams, set()
        await asyncio.gather(*(stream.close() for stream in streams))
