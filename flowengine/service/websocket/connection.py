"""One WebSocket connection as a server has it: handshake, messages, pings, the close; nothing of applications.

What a class on top of it adds: what becomes of a request (`asked`), of a message (`took`), of the end (`left`).
"""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass
from typing import cast

from flowengine.conversation.weakly import weakly
from flowengine.service.websocket import frames, handshake
from flowengine.service.websocket.frames import Closing, FrameReader, Violation, frame
from flowengine.service.websocket.handshake import Headers, Refusal, Upgrade
from flowengine.service.websocket.keepalive import KeepAlive

CLOSES_WITHIN_S = 10.0
"""A client that has our close frame, or ought to have, and whose socket does not end, is cut off."""
ENDS_WITHIN_S = 1.0
"""The same when the server stops, or the client broke the protocol and is only given the time to read why."""
EARLY_LIMIT = 16 * 1024
"""Bytes that a client may send before it is accepted."""


class Phase(enum.Enum):
    """How far the connection is."""

    HEAD = "the request is read"
    ASKED = "the request waits for an answer"
    OPEN = "messages go both ways"
    CLOSING = "our close frame has left, the client's has not come"
    OVER = "nothing goes any way"


@dataclass(frozen=True, slots=True)
class Limits:
    """`largest`: bytes of a message. A ping every `ping_s`, answered within `pong_s`; None: never, and for ever."""

    largest: int
    ping_s: float | None
    pong_s: float | None


class Connection(asyncio.Protocol):
    """The event loop calls the methods of `asyncio.Protocol`, whoever serves `shutdown`."""

    def __init__(self, limits: Limits) -> None:
        self._loop = asyncio.get_running_loop()
        self._phase = Phase.HEAD
        self._early = bytearray()
        """The head, and then what comes before the client is accepted."""
        self._upgrade: Upgrade | None = None
        self._reader = FrameReader(weakly(self.took), weakly(self._control), limits.largest)
        self._is_deaf = False
        """Nobody takes what is read, for the present."""
        self._is_paused = False
        """The transport reads nothing: nobody takes it, or what it brought last is not all read yet."""
        self._goes_on = False
        """What is left of it is read when the loop comes round."""
        self._writable = asyncio.Event()
        self._writable.set()
        self._pong_owed: bytes | None = None
        """Of the latest ping that came while the client read too slowly to be answered."""
        self._left: Closing | None = None
        """How the connection ended, once it has."""
        self._cutting_off: asyncio.TimerHandle | None = None
        self._keep_alive = KeepAlive(
            limits.ping_s,
            limits.pong_s,
            weakly(self._ping),
            weakly(self._on_silence),
            is_deaf=weakly(self._reads_nothing),
        )

    # What a class on top adds.

    def asked(self, upgrade: Upgrade) -> None:
        """A client wants to be accepted: `_accept` or `_refuse` it, now or later."""
        raise NotImplementedError

    def took(self, message: str | bytes) -> None:
        """A whole message has come."""
        raise NotImplementedError

    def left(self, closing: Closing) -> None:
        """The connection is at its end, said once; nothing can be sent any more."""

    def answered(self, what: str) -> None:
        """The request was answered: `[accepted]`, or the status."""

    def extra_headers(self) -> Headers:
        """What stands in every answer."""
        return ()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._phase is Phase.OPEN or self._phase is Phase.CLOSING:
            violation = self._reader.feed(data)
            if violation is not None:
                self._break_off(violation.code, violation.reason)
            elif self._is_paused or self._reader.is_behind:
                self._pace()
        elif self._phase is not Phase.OVER:
            self._early += data
            if self._phase is Phase.HEAD:
                self._read_head()
            elif len(self._early) > EARLY_LIMIT:
                self._pause_reading()

    def eof_received(self) -> None:
        """No close frame will come any more. The transport closes itself now, which takes until all is written."""
        self._leave(Closing(frames.ABNORMAL))
        self._cut_off_after(CLOSES_WITHIN_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._phase = Phase.OVER
        self._leave(Closing(frames.ABNORMAL))
        if self._cutting_off is not None:
            self._cutting_off.cancel()
        # A transport that is lost while it is paused never resumes.
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        owed, self._pong_owed = self._pong_owed, None
        if owed is not None and self._phase is Phase.OPEN and not self._transport.is_closing():
            self._transport.write(frame(frames.PONG, owed))
        self._writable.set()

    def shutdown(self) -> None:
        """The server stops."""
        match self._phase:
            case Phase.OPEN:
                self._close(frames.RESTARTING, "", ENDS_WITHIN_S)
            case Phase.ASKED | Phase.HEAD:
                self._refuse(503, b"The server stops.")
            case Phase.CLOSING | Phase.OVER:
                self._end(ENDS_WITHIN_S)

    # The handshake.

    def _read_head(self) -> None:
        end = self._early.find(b"\r\n\r\n")
        if (len(self._early) if end < 0 else end) > handshake.LARGEST_HEAD:
            self._refuse(431, b"The request's head is too long.")
            return
        if end < 0:
            return
        asked = handshake.read(bytes(self._early[: end + 4]))
        del self._early[: end + 4]
        if isinstance(asked, Refusal):
            self._refuse(asked.status, asked.reason.encode(), asked.headers)
            return
        self._upgrade = asked
        self._phase = Phase.ASKED
        self.asked(asked)

    def _accept(self, subprotocol: str | None, headers: Headers) -> None:
        """Raises ValueError for what cannot be sent."""
        assert self._upgrade is not None
        answer = handshake.accepted(self._upgrade, subprotocol, (*self.extra_headers(), *headers))
        self.answered("[accepted]")
        self._transport.write(answer)
        self._phase = Phase.OPEN
        self._keep_alive.start()
        early, self._early = bytes(self._early), bytearray()
        self._resume_reading()
        if early:
            self.data_received(early)

    def _refuse(self, status: int, body: bytes, headers: Headers = ()) -> None:
        """Raises ValueError for what cannot be sent."""
        answer = handshake.refused(status, (*self.extra_headers(), *headers), body)
        self.answered(str(status))
        self._leave(Closing(frames.ABNORMAL))
        self._transport.write(answer)
        self._end(CLOSES_WITHIN_S)

    # What the client sends beside messages.

    def _control(self, opcode: int, payload: bytes) -> None:
        match opcode:
            case frames.PING if self._phase is Phase.OPEN:
                self._on_ping(payload)
            case frames.PONG:
                self._keep_alive.pong(payload)
            case frames.CLOSE:
                self._on_close(frames.closing(payload))
            case _:
                pass

    def _on_ping(self, payload: bytes) -> None:
        """Each ping has its pong, but a client that reads none has the latest alone answered (section 5.5.3).

        Else whoever sends pings and reads nothing would fill our memory with pongs.
        """
        if self._writable.is_set():
            self._transport.write(frame(frames.PONG, payload))
        else:
            self._pong_owed = payload

    def _on_close(self, closing: Closing | Violation) -> None:
        if isinstance(closing, Violation):
            self._break_off(closing.code, closing.reason)
            return
        if self._phase is Phase.OPEN:
            self._transport.write(frames.close_frame(closing.code))
            self._leave(closing)
        # The server is the first to close the connection (section 7.1.1).
        self._end(CLOSES_WITHIN_S)

    def _pause_reading(self) -> None:
        if not self._transport.is_closing():
            self._is_deaf = True
            self._pace()

    def _resume_reading(self) -> None:
        if not self._transport.is_closing():
            self._is_deaf = False
            self._pace()

    def _reads_nothing(self) -> bool:
        return self._is_paused

    def _pace(self) -> None:
        """The transport reads while all it brought is read and taken; the loop comes round between two goes."""
        is_behind = self._reader.is_behind and self._phase in (Phase.OPEN, Phase.CLOSING)
        pauses = self._is_deaf or is_behind
        if pauses is not self._is_paused and not self._transport.is_closing():
            self._is_paused = pauses
            if pauses:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()
        if is_behind and not self._is_deaf and not self._goes_on:
            self._goes_on = True
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._goes_on = False
        if not self._is_deaf:
            self.data_received(b"")

    # What is sent.

    def _write(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self._transport.write(frame(frames.TEXT, message.encode()))
        else:
            self._transport.write(frame(frames.BINARY, message))

    def _ping(self, payload: bytes) -> None:
        self._transport.write(frame(frames.PING, payload))

    # The end.

    def _leave(self, closing: Closing) -> None:
        """The first to say how the connection ended is right."""
        if self._left is None:
            self._left = closing
            self._keep_alive.stop()
            self.left(closing)

    def _close(self, code: int, reason: str, within_s: float = CLOSES_WITHIN_S) -> None:
        """Our close frame leaves first; the client's is waited for, and what else it still sends means nothing."""
        self._leave(Closing(code, reason))
        self._phase = Phase.CLOSING
        self._reader.take = ignore
        self._transport.write(frames.close_frame(code, reason))
        self._resume_reading()
        self._cut_off_after(within_s)

    def _break_off(self, code: int, reason: str) -> None:
        """Close because something is wrong.

        A socket that is closed while there is something to be read is reset, and the client would never see why: so our
        side of it ends first, and what the client is still sending is thrown away.
        """
        if self._phase is Phase.OPEN:
            self._transport.write(frames.close_frame(code, reason))
        self._leave(Closing(code, reason))
        self._phase = Phase.OVER
        self._resume_reading()
        if self._transport.can_write_eof() and not self._transport.is_closing():
            self._transport.write_eof()
            self._cut_off_after(ENDS_WITHIN_S)
        else:
            self._end(ENDS_WITHIN_S)

    def _end(self, within_s: float) -> None:
        """Close the transport, which takes until all is written: a client that reads nothing is cut off."""
        self._phase = Phase.OVER
        self._transport.close()
        self._cut_off_after(within_s)

    def _cut_off_after(self, seconds: float) -> None:
        if self._cutting_off is not None:
            self._cutting_off.cancel()
        self._cutting_off = self._loop.call_later(seconds, self._transport.abort)

    def _on_silence(self) -> None:
        self._break_off(frames.UNEXPECTED, "keepalive ping timeout")


def ignore(message: str | bytes) -> None:
    """Nobody wants it any more."""
