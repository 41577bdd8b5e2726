"""WebSocket frames as a server reads and writes them (RFC 6455, section 5): bytes in, messages out. No socket here.

No extension is ever agreed to, so the reserved bits are always nought and a message needs no more than to be unmasked.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass

try:
    from websockets.speedups import apply_mask
except ImportError:  # where there is no wheel
    from websockets.utils import apply_mask

CONTINUATION, TEXT, BINARY = 0x0, 0x1, 0x2
CLOSE, PING, PONG = 0x8, 0x9, 0xA
FINAL, RESERVED, CONTROL = 0x80, 0x70, 0x08
LONGEST_CONTROL = 125
"""Bytes of payload; of a close, two are its code (section 5.5)."""

NORMAL, GOING_AWAY, PROTOCOL_ERROR = 1000, 1001, 1002
NO_CODE, ABNORMAL = 1005, 1006
"""Never sent: a close without a code, and a connection that was lost without one."""
NOT_UTF8, TOO_BIG, UNEXPECTED, RESTARTING = 1007, 1009, 1011, 1012

MOST_AT_ONCE = 100
"""Frames that are read in one go: 256 KiB, as much as one read of a socket brings, can be 43,000 empty ones."""
MOST_FRAGMENTS = 10_000
"""Of a message. Empty ones add up to no length, so `largest` does not end them."""

Take = Callable[[str | bytes], None]


@dataclass(frozen=True, slots=True)
class Violation:
    """What a client did that ends the connection, with the code that says so (section 7.4.1)."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Closing:
    """A close frame's contents; `code` is 1005 when it has none."""

    code: int
    reason: str = ""


class FrameReader:
    """Feed it what the socket gives, cut anywhere; each whole message goes to `take`, in order.

    Pings, pongs and closes go to `control` where they stand, between the fragments of a message too. `largest`: bytes
    of a message. `take` may be changed at any time. After a close, or a violation, it reads nothing more.

    No more than `MOST_AT_ONCE` frames are read in one go: while `is_behind`, feed it again, with nothing if need be.
    """

    def __init__(self, take: Take, control: Callable[[int, bytes], None], largest: int) -> None:
        self.take = take
        self._control = control
        self._largest = largest
        self._held = bytearray()
        self._wanted = 0
        self._behind = b""
        """What was not read in one go, and from where on it is to be read."""
        self._behind_at = 0
        self._opcode = CONTINUATION
        """Of the message whose fragments are being read; continuation when there is none."""
        self._parts: list[str | bytes] = []
        self._so_far = 0
        self._fragments = 0
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_over = False

    @property
    def is_behind(self) -> bool:
        """More frames have come than one go takes."""
        return bool(self._behind) and not self._is_over

    def feed(self, data: bytes) -> Violation | None:
        """Take whole frames of what has come; the first thing that is wrong ends it."""
        if self._is_over:
            return None
        start = 0
        if self._behind:
            data, start = (self._behind, self._behind_at) if not data else (self._behind[self._behind_at :] + data, 0)
            self._behind = b""
        elif self._held:
            self._held += data
            if len(self._held) < self._wanted:
                return None
            data = bytes(self._held)
            self._held.clear()
        at, size, wanted, left = start, len(data), 2, MOST_AT_ONCE
        if not start and size > 8 and data[0] == FINAL | TEXT and data[1] == 0x80 | 126 and not self._opcode:
            # What a read of a telephone's socket brings is one whole text, nearly always.
            length = size - 8
            if 126 <= length <= self._largest and data[2] << 8 | data[3] == length:
                return self._text(apply_mask(data[8:], data[4:8]))
        while size - at >= 2:
            if not left:
                self._behind, self._behind_at = data, at
                return None
            left -= 1
            first, length, body = data[at], data[at + 1] & 0x7F, at + 6
            if length >= 126:
                body += 2 if length == 126 else 8
                if size < body - 4:
                    wanted = body - 4 - at
                    break
                extended = int.from_bytes(data[at + 2 : body - 4])
                if not (126 if length == 126 else 1 << 16) <= extended < 1 << 63:
                    return self._violated("a length is not written as it must be")
                length = extended
            # Nearly all frames are whole texts; the rest is looked at more closely.
            plain = first == FINAL | TEXT and not self._opcode
            if (not plain or length > self._largest or data[at + 1] < 0x80) and (
                violation := self._objection(first, data[at + 1], length)
            ):
                return violation
            end = body + length
            if size < end:
                wanted = end - at
                break
            payload = apply_mask(data[body:end], data[body - 4 : body])
            violation = self._text(payload) if plain else self._other(first, payload)
            if violation is not None or self._is_over:
                return violation
            at = end
        if at < size:
            self._held += data[at:]
            self._wanted = wanted
        return None

    def _objection(self, first: int, second: int, length: int) -> Violation | None:
        """What is wrong with a frame can be told from its head, before the rest of it comes."""
        opcode = first & 0x0F
        if first & RESERVED:
            return self._violated("a reserved bit is set")
        if second < 0x80:
            return self._violated("a frame is not masked")
        if opcode & CONTROL:
            if opcode > PONG:
                return self._violated("an opcode is not known")
            if not first & FINAL:
                return self._violated("a control frame is in fragments")
            if length > LONGEST_CONTROL:
                return self._violated("a control frame is too long")
            return None
        if opcode > BINARY:
            return self._violated("an opcode is not known")
        if opcode and self._opcode:
            return self._violated("a message begins within another")
        if not opcode and not self._opcode:
            return self._violated("a fragment continues no message")
        if self._so_far + length > self._largest:
            return self._violated("a message is too long", TOO_BIG)
        return None

    def _text(self, payload: bytes) -> Violation | None:
        """A whole one, to whoever takes it."""
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            return self._violated("a text is not UTF-8", NOT_UTF8)
        self.take(text)
        return None

    def _other(self, first: int, payload: bytes) -> Violation | None:
        """Control frames, bytes, and fragments."""
        opcode = first & 0x0F
        if opcode & CONTROL:
            self._is_over = opcode == CLOSE
            self._control(opcode, payload)
            return None
        is_last = bool(first & FINAL)
        if opcode == BINARY and is_last:
            self.take(payload)
            return None
        self._opcode = opcode or self._opcode
        self._so_far += len(payload)
        self._fragments += 1
        if self._fragments > MOST_FRAGMENTS:
            return self._violated("a message is in too many fragments", TOO_BIG)
        if self._opcode == TEXT:
            try:
                part: str | bytes = self._utf8.decode(payload, is_last)
            except UnicodeDecodeError:
                return self._violated("a text is not UTF-8", NOT_UTF8)
        else:
            part = payload
        if part:
            # A client may send empty fragments for ever: they must not add up to anything.
            self._parts.append(part)
        if is_last:
            self._whole()
        return None

    def _whole(self) -> None:
        is_text = self._opcode == TEXT
        parts, self._parts, self._opcode, self._so_far, self._fragments = self._parts, [], CONTINUATION, 0, 0
        if is_text:
            self.take("".join(part for part in parts if isinstance(part, str)))
        else:
            self.take(b"".join(part for part in parts if isinstance(part, bytes)))

    def _violated(self, reason: str, code: int = PROTOCOL_ERROR) -> Violation:
        self._is_over = True
        return Violation(code, reason)


def frame(opcode: int, payload: bytes) -> bytes:
    """One whole frame of a server's: final, not masked."""
    length = len(payload)
    if length < 126:
        return bytes((FINAL | opcode, length)) + payload
    if length < 1 << 16:
        return bytes((FINAL | opcode, 126, length >> 8, length & 0xFF)) + payload
    return bytes((FINAL | opcode, 127)) + length.to_bytes(8) + payload


def close_frame(code: int, reason: str = "") -> bytes:
    """A close; with 1005 it has no code. A reason that is too long is cut between two characters."""
    if code == NO_CODE:
        return frame(CLOSE, b"")
    room = LONGEST_CONTROL - 2
    said = reason.encode(errors="replace")[:room].decode(errors="ignore").encode()
    return frame(CLOSE, code.to_bytes(2) + said)


def may_be_sent(code: int) -> bool:
    """Whether a close frame may have this code (section 7.4, and the registry it began)."""
    return (1000 <= code <= 1014 and code not in (1004, NO_CODE, ABNORMAL)) or 3000 <= code <= 4999


def closing(payload: bytes) -> Closing | Violation:
    """A close frame's contents, or what is wrong with them."""
    if not payload:
        return Closing(NO_CODE)
    code = int.from_bytes(payload[:2])
    if len(payload) < 2 or not may_be_sent(code):
        return Violation(PROTOCOL_ERROR, "a close has no code that may be sent")
    try:
        return Closing(code, payload[2:].decode())
    except UnicodeDecodeError:
        return Violation(NOT_UTF8, "the reason of a close is not UTF-8")
