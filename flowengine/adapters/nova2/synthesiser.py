"""Text to speech by a service that speaks `nova2.v1`: one request at a time a socket, sockets kept for the next."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from flowengine.adapters.nova2.incoming_audio import IncomingAudio
from flowengine.adapters.nova2.messages import MAX_MESSAGE, PING_S, TELEPHONE, place, read, read_format, written
from flowengine.errors import ProtocolError, SynthesiserError
from flowengine.runtime.audio import FRAME_BYTES, SILENCE

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S = 3.0
ANSWER_TIMEOUT_S = 10.0
DRAIN_TIMEOUT_S = 1.0
MOST_SOCKETS = 32
KEPT_SOCKETS = 8


class _Lost(Exception):
    """The socket broke before anything of the sentence had come: another may do better."""


class _Socket:
    """One connection, and the request whose end has not been read yet."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._unfinished: str | None = None
        self.broken = False

    async def speak(self, request: str, text: str, voice: str | None) -> AsyncIterator[bytes]:
        """Mu-law, in pieces. Raises SynthesiserError, or _Lost."""
        self._unfinished = request
        began = False
        try:
            await self._connection.send(
                written("speak", request_id=request, text=text, voice=voice, format=TELEPHONE.described())
            )
            audio = IncomingAudio(TELEPHONE)
            async for message in self._answers(request):
                if isinstance(message, bytes):
                    for mulaw in audio.feed(message):
                        began = began or bool(mulaw)
                        yield mulaw
                        # A long clip of another rate takes longer than a frame: let the calls have their turn.
                        await asyncio.sleep(0)
                elif message["type"] == "audio_start":
                    audio = IncomingAudio(read_format(message.get("format"), TELEPHONE))
                elif message.get("reason", "done") != "done":
                    raise SynthesiserError(f"the speech service gave up the sentence ({message['reason']!r})")
            yield audio.flush()
        except (ProtocolError, TimeoutError) as error:
            self.broken = True
            reason = str(error) or "it does not answer"
            raise SynthesiserError(f"the speech service's audio cannot be used: {reason}") from error
        except (OSError, WebSocketException) as error:
            self.broken = True
            if not began:
                raise _Lost from error
            raise SynthesiserError("the speech service was lost in the middle of a sentence") from error

    async def _answers(self, request: str) -> AsyncIterator[bytes | dict[str, object]]:
        """Everything up to the request's `audio_end`, which is the last."""
        while True:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                raw = await self._connection.recv()
            if isinstance(raw, bytes):
                yield raw
                continue
            message = read(raw)
            if message.get("request_id", request) != request:
                continue
            if message["type"] == "error":
                self.broken = bool(message.get("fatal", True))
                self._unfinished = request if self.broken else None
                raise SynthesiserError(f"the speech service reports {message.get('code')!r}")
            if message["type"] == "audio_end":
                self._unfinished = None
            if message["type"] in {"audio_start", "audio_end"}:
                yield message
            if message["type"] == "audio_end":
                return

    def cancel(self, call: asyncio.AbstractEventLoop) -> asyncio.Task[None] | None:
        """Give up what is being spoken; its rest is read away before the next request."""
        if self._unfinished is None or self.broken:
            return None
        return call.create_task(self._send_cancel(self._unfinished), name="nova2 cancel")

    async def _send_cancel(self, request: str) -> None:
        with suppress(ConnectionClosed):
            await self._connection.send(written("cancel", request_id=request))

    async def rested(self) -> bool:
        """Read away what a cancelled request still sends. False when the socket is of no use any more."""
        if self.broken:
            return False
        if self._unfinished is None:
            return True
        try:
            async with asyncio.timeout(DRAIN_TIMEOUT_S):
                async for _ in self._answers(self._unfinished):
                    pass
        except (OSError, TimeoutError, WebSocketException, ProtocolError):
            self.broken = True
        except SynthesiserError:
            # An error answer ends a request as well as its `audio_end` does.
            return not self.broken
        return not self.broken

    async def close(self) -> None:
        await self._connection.close()


class Nova2Synthesiser:
    """The service at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.name = "nova2"
        # What speaks there, it does not tell: another engine at the same address needs `flowengine render --again`.
        self.version = url
        self._idle: deque[_Socket] = deque()
        self._busy: set[_Socket] = set()
        self._cancels: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        """Frames of 160 bytes. A socket that turns out to be dead before the first of them is replaced once."""
        for attempt in (1, 2):
            socket = await self._acquire(fresh=attempt == 2)
            try:
                rest = b""
                async for mulaw in socket.speak(f"r{next(self._numbers)}", text, voice):
                    whole = len(rest) + len(mulaw) - (len(rest) + len(mulaw)) % FRAME_BYTES
                    rest += mulaw
                    if whole:
                        yield rest[:whole]
                        rest = rest[whole:]
                if rest:
                    yield rest + SILENCE * (FRAME_BYTES - len(rest))
                return
            except _Lost as error:
                if attempt == 2:
                    raise SynthesiserError(f"the speech service at {self._url!r} was lost") from error
            finally:
                self._release(socket)

    async def close(self) -> None:
        sockets = {*self._idle, *self._busy}
        self._idle.clear()
        self._busy.clear()
        await asyncio.gather(*self._cancels, return_exceptions=True)
        await asyncio.gather(*(socket.close() for socket in sockets), return_exceptions=True)

    async def _acquire(self, *, fresh: bool) -> _Socket:
        while self._idle and not fresh:
            socket = self._idle.popleft()
            if await socket.rested():
                self._busy.add(socket)
                return socket
            await socket.close()
        if len(self._busy) >= MOST_SOCKETS:
            raise SynthesiserError(f"{MOST_SOCKETS} sentences are being spoken at once, which is the most")
        try:
            connection = await connect(
                self._url,
                open_timeout=CONNECT_TIMEOUT_S,
                ping_interval=PING_S,
                ping_timeout=PING_S,
                close_timeout=1,
                compression=None,
                max_size=MAX_MESSAGE,
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            name = type(error).__name__
            raise SynthesiserError(f"no speech service answers at {place(self._url)!r} ({name})") from error
        socket = _Socket(connection)
        self._busy.add(socket)
        return socket

    def _release(self, socket: _Socket) -> None:
        """Back to the pool. Doesn't wait: it runs while a speech is being cancelled."""
        self._busy.discard(socket)
        task = socket.cancel(asyncio.get_running_loop())
        if socket.broken or len(self._idle) >= KEPT_SOCKETS:
            task = asyncio.get_running_loop().create_task(socket.close(), name="nova2 close")
        else:
            self._idle.append(socket)
        if task is not None:
            self._cancels.add(task)
            task.add_done_callback(self._cancels.discard)
