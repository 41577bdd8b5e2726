"""A WebSocket's opening handshake (RFC 6455, section 4.2): the request's head in, the answer's out. No socket here."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
LARGEST_HEAD = 64 * 1024
VERSION = b"13"
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VALUE = re.compile(rb"[^\x00\r\n]*")
OURS = frozenset(
    {
        b"connection",
        b"sec-websocket-accept",
        b"sec-websocket-extensions",
        b"sec-websocket-protocol",
        b"upgrade",
    }
)
"""Headers of the answer that an application cannot set: they are the handshake."""
ENDS = frozenset({b"connection", b"content-length", b"transfer-encoding"})

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A request that may be answered with 101. `headers`: names in small letters, in the order they came."""

    raw_path: str
    query: str
    headers: list[tuple[bytes, bytes]]
    subprotocols: list[str]
    key: bytes

    @property
    def path(self) -> str:
        return unquote(self.raw_path)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that is no such handshake, and how it is answered."""

    status: int
    reason: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


def read(head: bytes) -> Upgrade | Refusal:
    """What the client asks, in a head that ends with an empty line."""
    request, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    method, _, rest = request.partition(b" ")
    target, _, version = rest.partition(b" ")
    if not target.isascii() or version != b"HTTP/1.1":
        return Refusal(400, "The request is not HTTP/1.1.")
    headers: list[tuple[bytes, bytes]] = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not TOKEN.fullmatch(name) or not VALUE.fullmatch(value):
            return Refusal(400, "A header cannot be read.")
        headers.append((name.lower(), value.strip(b" \t")))
    return _objection(method, headers) or _upgrade(target.decode("ascii"), headers)


def _objection(method: bytes, headers: Headers) -> Refusal | None:
    """What section 4.2.1 asks of a request and this one lacks."""
    if method != b"GET":
        return Refusal(405, "A WebSocket is opened with GET.", ((b"allow", b"GET"),))
    if len(_values(headers, b"host")) != 1:
        return Refusal(400, "There must be one Host header.")
    if b"websocket" not in _tokens(headers, b"upgrade") or b"upgrade" not in _tokens(headers, b"connection"):
        answer = ((b"upgrade", b"websocket"),)
        return Refusal(426, "This is a WebSocket: the request must ask for an upgrade.", answer)
    if _values(headers, b"sec-websocket-version") != [VERSION]:
        answer = ((b"sec-websocket-version", VERSION),)
        return Refusal(426, "Only version 13 of the WebSocket protocol is spoken.", answer)
    keys = _values(headers, b"sec-websocket-key")
    if len(keys) != 1 or not _is_key(keys[0]):
        return Refusal(400, "Sec-WebSocket-Key must be there once, 16 bytes in base64.")
    return None


def _upgrade(target: str, headers: list[tuple[bytes, bytes]]) -> Upgrade:
    path, _, query = target.partition("?")
    if not path.startswith("/"):
        # The whole address, as a proxy may send it.
        path = urlsplit(path).path or "/"
    offered = b",".join(_values(headers, b"sec-websocket-protocol")).decode("latin-1")
    subprotocols = [name.strip() for name in offered.split(",") if name.strip()]
    return Upgrade(path, query, headers, subprotocols, _values(headers, b"sec-websocket-key")[0])


def _values(headers: Headers, wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name == wanted]


def _tokens(headers: Headers, wanted: bytes) -> set[bytes]:
    return {token.strip().lower() for value in _values(headers, wanted) for token in value.split(b",")}


def _is_key(key: bytes) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        return False


def accepted(upgrade: Upgrade, subprotocol: str | None, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The answer that opens the socket. Raises ValueError for a header or a subprotocol that cannot be sent."""
    answer = base64.b64encode(hashlib.sha1(upgrade.key + GUID, usedforsecurity=False).digest())
    lines = [
        b"HTTP/1.1 101 Switching Protocols",
        b"upgrade: websocket",
        b"connection: Upgrade",
        b"sec-websocket-accept: " + answer,
    ]
    if subprotocol is not None:
        if subprotocol not in upgrade.subprotocols:
            raise ValueError(f"the client did not offer the subprotocol {subprotocol!r}")
        lines.append(b"sec-websocket-protocol: " + subprotocol.encode("latin-1"))
    for name, value in headers:
        if name.lower() in OURS:
            raise ValueError(f"the header {name!r} belongs to the handshake")
        lines.append(_line(name, value))
    return b"\r\n".join(lines) + b"\r\n\r\n"


def refused(status: int, headers: Headers, body: bytes) -> bytes:
    """A whole answer that opens nothing, after which the connection is closed. Raises ValueError for a bad header."""
    if not 200 <= status < 600:
        raise ValueError(f"{status!r} is no status of an answer")
    given = {name.lower() for name, _ in headers}
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}".encode()]
    if b"date" not in given:
        lines.append(b"date: " + formatdate(usegmt=True).encode())
    if b"content-type" not in given:
        lines.append(b"content-type: text/plain; charset=utf-8")
    # Where the answer ends is ours to say, whatever the application thinks.
    lines += [_line(name, value) for name, value in headers if name.lower() not in ENDS]
    lines.append(b"content-length: %d" % len(body))
    lines.append(b"connection: upgrade, close" if b"upgrade" in given else b"connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _line(name: bytes, value: bytes) -> bytes:
    if not TOKEN.fullmatch(name) or not VALUE.fullmatch(value):
        raise ValueError(f"the header {name!r} cannot be sent")
    return name + b": " + value
