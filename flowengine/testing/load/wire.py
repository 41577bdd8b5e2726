"""A WebSocket client as lean as many calls need: text frames out, text frames in, nothing between (RFC 6455).

The general client of `websockets` costs some 100 µs a frame, so that 200 callers would load the machine more than the
server under test. This one takes a tenth, and is whole for what a media stream needs: fragments, pings, closes.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import random
import time
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

from flowengine.errors import FlowEngineError

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
OPEN_S = 15.0
LARGEST_HEAD = 16 * 1024
LARGEST_MESSAGE = 1 << 20
TEXT, CLOSE, PING = 0x1, 0x8, 0x9
PONG = 0xA
NORMAL, ABNORMAL, PROTOCOL_ERROR = 1000, 1006, 1002

try:
    from websockets.speedups import apply_mask
except ImportError:  # where there is no wheel
    from websockets.utils import apply_mask

OnText = Callable[[bytes, float], None]


class WireError(FlowEngineError):
    """The socket could not be opened; the message says why."""


class Wire(asyncio.Protocol):
    """One open socket. `on_text(payload, moment)` has each message, with the moment (`perf_counter`) it came.

    `closed` is done, with the close code, when the socket is gone.
    """

    def __init__(self, head: bytes, key: bytes, on_text: OnText) -> None:
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[int] = loop.create_future()
        self._head = head
        self._accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        self._on_text = on_text
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._parts: list[bytes] = []
        self._code = ABNORMAL
        self._is_closing = False

    @classmethod
    async def connect(cls, url: str, headers: dict[str, str], on_text: OnText) -> Wire:
        """An open socket to a `ws://` address. Raises WireError."""
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or parts.hostname is None:
            raise WireError(f"{url!r} is no address of a WebSocket")
        key = base64.b64encode(os.urandom(16))
        lines = {
            "Host": parts.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key.decode(),
            "Sec-WebSocket-Version": "13",
            **headers,
        }
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = "".join([f"GET {target} HTTP/1.1\r\n", *(f"{name}: {text}\r\n" for name, text in lines.items()), "\r\n"])
        port = parts.port or (443 if parts.scheme == "wss" else 80)
        loop = asyncio.get_running_loop()
        wire = cls(head.encode(), key, on_text)
        try:
            async with asyncio.timeout(OPEN_S):
                await loop.create_connection(
                    lambda: wire, parts.hostname, port, ssl=True if parts.scheme == "wss" else None
                )
                await wire.opened
        except (OSError, TimeoutError) as error:
            wire.abort()
            raise WireError(f"the stream could not be opened ({type(error).__name__})") from error
        return wire

    def send(self, text: bytes) -> None:
        """One text message; nothing after the close."""
        if self._transport is not None and not self._is_closing:
            self._transport.write(masked(TEXT, text))

    def close(self, code: int = NORMAL) -> None:
        """Begin to close; `closed` tells when that is done."""
        if self._transport is not None and not self._is_closing:
            self._is_closing = True
            self._transport.write(masked(CLOSE, code.to_bytes(2)))

    def abort(self) -> None:
        """Break the connection, as a line breaks."""
        self._is_closing = True
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        moment = time.perf_counter()
        if self._rest:
            data = self._rest + data
            self._rest = b""
        if not self.opened.done():
            data = self._answered(data)
        self._rest = self._frames(data, moment)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(WireError("the server closed the connection instead of opening the stream"))
        if not self.closed.done():
            self.closed.set_result(self._code)

    def _answered(self, data: bytes) -> bytes:
        """The answer to the upgrade; gives what comes behind it."""
        head, ended, rest = data.partition(b"\r\n\r\n")
        if not ended:
            if len(head) > LARGEST_HEAD:
                self._refused("the answer to the upgrade is too long")
            self._rest = data
            return b""
        status, *lines = head.split(b"\r\n")
        fields = {name.strip().lower(): text.strip() for name, _, text in (line.partition(b":") for line in lines)}
        if status.split(b" ", 2)[1:2] != [b"101"]:
            self._refused(f"the upgrade was answered with {status.decode(errors='replace')[:80]!r}")
        elif fields.get(b"sec-websocket-accept") != self._accept:
            self._refused("the upgrade was answered with another key")
        else:
            self.opened.set_result(None)
            return rest
        return b""

    def _refused(self, why: str) -> None:
        self.opened.set_exception(WireError(why))
        self.abort()

    def _frames(self, data: bytes, moment: float) -> bytes:
        """Take all whole frames; gives what is left of one that is not."""
        at, size = 0, len(data)
        while size - at >= 2:
            length, body = data[at + 1], at + 2
            if length == 126:
                body, length = at + 4, int.from_bytes(data[at + 2 : at + 4])
                if size < at + 4:
                    break
            elif length == 127:
                body, length = at + 10, int.from_bytes(data[at + 2 : at + 10])
                if size < at + 10:
                    break
            elif length > 127:
                return self._broken()
            if length > LARGEST_MESSAGE:
                return self._broken()
            if size < body + length:
                break
            payload = data[body : body + length]
            if data[at] == 0x80 | TEXT:
                self._on_text(payload, moment)
            else:
                self._other(data[at], payload, moment)
            at = body + length
        return data[at:] if self.opened.done() else self._rest

    def _other(self, first: int, payload: bytes, moment: float) -> None:
        """Fragments, and what is no text."""
        match first & 0x0F:
            case 0x0 | 0x1 | 0x2:
                self._parts.append(payload)
                if first & 0x80:
                    whole = b"".join(self._parts)
                    self._parts.clear()
                    # A binary message is passed on too: whoever takes text refuses it.
                    self._on_text(whole, moment)
            case 0x8:
                self._code = int.from_bytes(payload[:2]) if len(payload) >= 2 else 1005
                self.close(self._code if self._code != 1005 else NORMAL)
                if self._transport is not None:
                    self._transport.close()
            case 0x9 if self._transport is not None and not self._is_closing:
                self._transport.write(masked(PONG, payload))
            case _:
                pass

    def _broken(self) -> bytes:
        """A server masks nothing and sends nothing so long: what comes is no WebSocket."""
        self._code = PROTOCOL_ERROR
        self.abort()
        return b""


def masked(opcode: int, payload: bytes) -> bytes:
    """One whole frame of a client, masked with a new key."""
    mask = random.getrandbits(32).to_bytes(4)
    length = len(payload)
    if length < 126:
        head = bytes((0x80 | opcode, 0x80 | length))
    elif length < 1 << 16:
        head = bytes((0x80 | opcode, 0x80 | 126)) + length.to_bytes(2)
    else:
        head = bytes((0x80 | opcode, 0x80 | 127)) + length.to_bytes(8)
    return head + mask + apply_mask(payload, mask)
