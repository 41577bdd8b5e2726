"""A client's frames, made by hand, and a server's, taken apart by hand: independent of what is tested."""

from __future__ import annotations

import os

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
MASK = b"\x37\xfa\x21\x3d"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""Key and answer of the example in section 1.3."""


def client(
    opcode: int,
    payload: bytes | str = b"",
    *,
    fin: bool = True,
    reserved: int = 0,
    mask: bytes | None = MASK,
    says: int | None = None,
    form: int | None = None,
) -> bytes:
    """One frame. `says`: another length than the payload's; `form`: 7, 16 or 64 bits for it, needed or not."""
    payload = payload.encode() if isinstance(payload, str) else payload
    length = len(payload) if says is None else says
    form = form or (7 if length < 126 else 16 if length < 65536 else 64)
    masked_bit = 0 if mask is None else 0x80
    head = bytes([(0x80 if fin else 0) | reserved << 4 | opcode])
    match form:
        case 7:
            head += bytes([masked_bit | length])
        case 16:
            head += bytes([masked_bit | 126]) + length.to_bytes(2)
        case _:
            head += bytes([masked_bit | 127]) + length.to_bytes(8)
    if mask is None:
        return head + payload
    return head + mask + bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def close(code: int | None = 1000, reason: bytes | str = b"") -> bytes:
    """A client's close frame."""
    reason = reason.encode() if isinstance(reason, str) else reason
    return client(CLOSE, b"" if code is None else code.to_bytes(2) + reason)


def in_fragments(opcode: int, *parts: bytes | str) -> bytes:
    """One message in so many fragments."""
    last = len(parts) - 1
    return b"".join(
        client(CONTINUATION if index else opcode, part, fin=index == last) for index, part in enumerate(parts)
    )


def server_frames(data: bytes) -> list[tuple[int, bytes]]:
    """Opcode and payload of each frame; fails for what a server must not send."""
    found = []
    while data:
        assert data[0] & 0x70 == 0, "a reserved bit is set"
        assert data[0] & 0x80, "a fragment"
        assert data[1] < 0x80, "a server masks nothing"
        length, body = data[1], 2
        if length == 126:
            length, body = int.from_bytes(data[2:4]), 4
            assert length > 125
        elif length == 127:
            length, body = int.from_bytes(data[2:10]), 10
            assert length > 65535
        assert len(data) >= body + length, "half a frame"
        found.append((data[0] & 0x0F, data[body : body + length]))
        data = data[body + length :]
    return found


def closed(code: int | None) -> tuple[int, bytes | None]:
    """The server's close frame with this code, whatever its reason (`code_only`)."""
    return CLOSE, b"" if code is None else code.to_bytes(2)


def code_only(frames: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """The reasons of closes left out: each server has its own words."""
    return [(opcode, payload[:2] if opcode == CLOSE else payload) for opcode, payload in frames]


def request(path: str = "/echo", *lines: str, without: str = "", method: str = "GET") -> bytes:
    """An upgrade with these headers added; `without`: the name of one that is left out."""
    headers = [
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
    ]
    replaced = {line.partition(":")[0].lower() for line in lines} | {without.lower()}
    kept = [line for line in headers if line.partition(":")[0].lower() not in replaced]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *kept, *lines, "", ""]).encode("latin-1")


def noise(size: int) -> bytes:
    """Bytes of no meaning."""
    return os.urandom(size)
