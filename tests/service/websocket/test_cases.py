"""The cases that the Autobahn test suite made customary, in our own bytes, over real sockets.

A row is what a client sends, and what comes back until the connection is closed. Each is tried on uvicorn's own class
too, so that it is the case which is right and not only we who agree with it; rows at which that class differs say so.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass

import pytest

from flowengine.service.websocket.choice import LARGEST_MESSAGE
from tests.service.websocket.bytes_of import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    client,
    close,
    closed,
    code_only,
    in_fragments,
    server_frames,
)
from tests.service.websocket.serving import Served, read_frames, read_rest

Frame = tuple[int, bytes | None]


@dataclass(frozen=True)
class Row:
    """`back`: frames, where a close has its code alone. Unless they end with a close, one is asked for and expected.

    `then`: sent when all of `back` has come but its close, since messages that the application has not sent when the
    close comes are never sent.
    """

    name: str
    sent: bytes
    back: tuple[Frame, ...]
    ours_alone: str = ""
    """Why uvicorn's class is not held to it."""
    then: bytes = b""


def text(payload: str | bytes) -> Frame:
    return TEXT, payload.encode() if isinstance(payload, str) else payload


SIZES = (0, 1, 125, 126, 127, 128, 65535, 65536)
FRAMING = [
    *(Row(f"1.1 text of {size}", client(TEXT, "*" * size), (text("*" * size),)) for size in SIZES),
    *(Row(f"1.2 bytes of {size}", client(BINARY, b"\xfe" * size), ((BINARY, b"\xfe" * size),)) for size in SIZES),
    Row("1.3 two frames at once", client(TEXT, "a") + client(BINARY, b"b"), (text("a"), (BINARY, b"b"))),
    Row("1.4 a mask of noughts", client(TEXT, "plain", mask=bytes(4)), (text("plain"),)),
    Row("1.5 not masked", client(TEXT, "x", mask=None), (closed(1002),)),
    Row("1.6 not masked, empty", client(TEXT, "", mask=None), (closed(1002),)),
    Row("1.7 short length in 16 bits", client(TEXT, "x", form=16), (closed(1002),), "it does not mind"),
    Row("1.8 short length in 64 bits", client(TEXT, "x" * 126, form=64), (closed(1002),), "it does not mind"),
    Row("1.9 a length with its highest bit", client(BINARY, says=1 << 63), (closed(1002),), "it says 1009"),
]
PINGS = [
    Row("2.1 empty", client(PING), ((PONG, b""),)),
    Row("2.2 text", client(PING, "hello"), ((PONG, b"hello"),)),
    Row("2.3 bytes", client(PING, b"\x00\xff\xfe"), ((PONG, b"\x00\xff\xfe"),)),
    Row("2.4 125 bytes", client(PING, b"\xfe" * 125), ((PONG, b"\xfe" * 125),)),
    Row("2.5 126 bytes", client(PING, b"\xfe" * 126), (closed(1002),)),
    Row("2.6 pong nobody asked for", client(PONG) + client(PONG, "x") + client(PING, "y"), ((PONG, b"y"),)),
    Row(
        "2.7 ten at once",
        b"".join(client(PING, str(number)) for number in range(10)),
        tuple((PONG, str(number).encode()) for number in range(10)),
    ),
]
RESERVED = [
    *(Row(f"3.1 text with {bits}", client(TEXT, "x", reserved=bits), (closed(1002),)) for bits in range(1, 8)),
    Row("3.2 ping with a bit", client(PING, reserved=1), (closed(1002),)),
    Row("3.3 close with a bit", client(CLOSE, b"\x03\xe8", reserved=2), (closed(1002),)),
    Row("3.4 after a message", client(TEXT, "a"), (text("a"), closed(1002)), then=client(TEXT, "b", reserved=4)),
    Row(
        "3.5 a fragment with a bit",
        client(TEXT, "a", fin=False) + client(CONTINUATION, "b", reserved=4),
        (closed(1002),),
    ),
]
OPCODES = [
    *(Row(f"4.1 opcode {code}", client(code), (closed(1002),)) for code in (3, 4, 5, 6, 7)),
    *(Row(f"4.2 opcode {code}", client(code, "x"), (closed(1002),)) for code in (11, 12, 13, 14, 15)),
]
FRAGMENTS = [
    Row("5.1 ping in two", client(PING, "a", fin=False) + client(CONTINUATION, "b"), (closed(1002),)),
    Row("5.2 pong in two", client(PONG, "a", fin=False) + client(CONTINUATION, "b"), (closed(1002),)),
    Row("5.3 text in two", in_fragments(TEXT, "a", "b"), (text("ab"),)),
    Row("5.4 bytes in three", in_fragments(BINARY, b"\xff", b"", b"\xfe"), ((BINARY, b"\xff\xfe"),)),
    Row("5.5 all empty", in_fragments(TEXT, "", "", ""), (text(""),)),
    Row("5.6 empty bytes", in_fragments(BINARY, b"", b""), ((BINARY, b""),)),
    Row(
        "5.7 pings between",
        client(TEXT, "a", fin=False)
        + client(PING, "1")
        + client(CONTINUATION, "b", fin=False)
        + client(PING, "2")
        + client(CONTINUATION, "c"),
        ((PONG, b"1"), (PONG, b"2"), text("abc")),
    ),
    Row("5.8 continues nothing", client(CONTINUATION, "a"), (closed(1002),)),
    Row("5.9 continues nothing, not final", client(CONTINUATION, "a", fin=False), (closed(1002),)),
    Row(
        "5.10 continues what is over",
        in_fragments(TEXT, "a", "b"),
        (text("ab"), closed(1002)),
        then=client(CONTINUATION, "c"),
    ),
    Row("5.11 text within text", client(TEXT, "a", fin=False) + client(TEXT, "b"), (closed(1002),)),
    Row("5.12 bytes within text", client(TEXT, "a", fin=False) + client(BINARY, "b"), (closed(1002),)),
    Row("5.13 close between", client(TEXT, "a", fin=False) + close(1000), (closed(1000),), "it says 1002"),
    Row(
        "5.14 two messages in fragments",
        in_fragments(TEXT, "a", "b") + in_fragments(BINARY, "c", "d"),
        (text("ab"), (BINARY, b"cd")),
    ),
]
KOSME, SIGN = "κόσμε", "\U0001f98a"
BAD_UTF8 = {
    "lone continuation": b"\x80",
    "overlong slash": b"\xc0\xaf",
    "overlong nought": b"\xe0\x80\x80",
    "surrogate": b"\xed\xa0\x80",
    "pair of surrogates": b"\xed\xa0\x80\xed\xb0\x80",
    "beyond U+10FFFF": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "never a byte": b"\xfe",
    "cut off": b"\xce",
    "cut off in a sign": "🦊".encode()[:3],
    "in the middle": b"fine \xff fine",
}
UTF8 = [
    Row("6.1 two and four bytes", client(TEXT, KOSME + SIGN), (text(KOSME + SIGN),)),
    Row(
        "6.2 the outermost",
        client(TEXT, "\x00\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"),
        (text("\x00\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"),),
    ),
    Row(
        "6.3 a byte a fragment",
        in_fragments(TEXT, *(bytes([byte]) for byte in (KOSME + SIGN).encode())),
        (text(KOSME + SIGN),),
    ),
    *(Row(f"6.4 {name}", client(TEXT, bad), (closed(1007),)) for name, bad in BAD_UTF8.items()),
    *(
        Row(f"6.5 {name}, in fragments", in_fragments(TEXT, "ok", *(bytes([byte]) for byte in bad)), (closed(1007),))
        for name, bad in BAD_UTF8.items()
    ),
    Row(
        "6.6 wrong before the end",
        client(TEXT, KOSME, fin=False) + client(CONTINUATION, b"\xff", fin=False),
        (closed(1007),),
        "it looks when all is there",
    ),
    Row("6.7 bytes may be anything", client(BINARY, b"\xff\xfe\x80"), ((BINARY, b"\xff\xfe\x80"),)),
    Row(
        "6.8 after a message that is cut off",
        client(TEXT, "é".encode()[:1], fin=False) + client(PING) + client(CONTINUATION, "é".encode()[1:]),
        ((PONG, b""), text("é")),
    ),
]
MAY_BE_SENT = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999)
MAY_NOT = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
CLOSES = [
    Row("7.1 without a code", close(None), (closed(None),)),
    Row("7.2 with a reason", close(1000, "tired"), (closed(1000),)),
    Row("7.3 with the longest reason", close(1000, "*" * 123), (closed(1000),)),
    Row("7.4 with a reason that is too long", close(1000, "*" * 124), (closed(1002),)),
    Row("7.5 with half a code", client(CLOSE, b"\x03"), (closed(1002),)),
    Row("7.6 with a reason that is not UTF-8", close(1000, b"\xce\xba\xff"), (closed(1007),), "it says 1002"),
    Row("7.7 and nothing after it", close(1000) + client(TEXT, "too late") + client(PING), (closed(1000),)),
    Row("7.8 twice", close(1000) + close(1001), (closed(1000),)),
    Row("7.9 after a message", client(TEXT, "a"), (text("a"), closed(1000)), then=close(1000)),
    *(Row(f"7.10 {code}", close(code), (closed(code),)) for code in MAY_BE_SENT),
    *(Row(f"7.11 {code}", close(code), (closed(1002),)) for code in MAY_NOT),
]
FULL = "x" * LARGEST_MESSAGE
LIMITS = [
    Row("9.1 the longest text", client(TEXT, FULL), (text(FULL),)),
    Row("9.2 a byte more", client(TEXT, FULL + "x"), (closed(1009),), "it resets the connection"),
    Row("9.3 so long that it is not waited for", client(BINARY, says=1 << 40), (closed(1009),)),
    Row("9.4 in fragments", in_fragments(TEXT, *[FULL[:4096]] * 64), (text(FULL),)),
    Row("9.5 in fragments, a byte more", in_fragments(TEXT, *[FULL[:4096]] * 64, "x"), (closed(1009),)),
    Row("9.6 a thousand empty fragments", in_fragments(TEXT, "a", *[""] * 1000, "b"), (text("ab"),)),
    Row("9.7 counted anew for each message", client(TEXT, FULL[1:]) * 2, (text(FULL[1:]), text(FULL[1:]))),
    Row("10.1 64 KiB in fragments of 1,300", in_fragments(TEXT, *["y" * 1300] * 50, "y" * 536), (text("y" * 65536),)),
]
ALL = [*FRAMING, *PINGS, *RESERVED, *OPCODES, *FRAGMENTS, *UTF8, *CLOSES, *LIMITS]


def _told(connection: socket.socket, row: Row, *, piece: int) -> list[Frame]:
    """What comes back until the server closes."""
    for at in range(0, len(row.sent), piece):
        connection.sendall(row.sent[at : at + piece])
    begun = read_frames(connection, len([opcode for opcode, _ in row.back if opcode != CLOSE]))
    then = row.then if row.back[-1][0] == CLOSE else close(4321)
    for at in range(0, len(then), piece):
        connection.sendall(then[at : at + piece])
    return [*begun, *code_only(server_frames(read_rest(connection)))]


def _expected(row: Row) -> list[Frame]:
    return list(row.back) if row.back[-1][0] == CLOSE else [*row.back, closed(4321)]


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_case(any_class: Served, row: Row) -> None:
    if any_class.chosen == "websockets" and row.ours_alone:
        pytest.skip(row.ours_alone)
    with any_class.opened() as connection:
        assert _told(connection, row, piece=1 << 20) == _expected(row)
    any_class.connections_are_gone()


@pytest.mark.parametrize("row", [row for row in ALL if len(row.sent) < 1500], ids=lambda row: row.name)
def test_case_byte_by_byte(lean: Served, row: Row) -> None:
    with lean.opened() as connection:
        try:
            back = _told(connection, row, piece=1)
        except (BrokenPipeError, ConnectionResetError):
            # The server had closed before all was sent, which it may when something was wrong with what came first.
            assert row.back[-1][0] == CLOSE
            return
        assert back == _expected(row)
