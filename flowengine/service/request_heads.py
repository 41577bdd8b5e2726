"""Limits for a request's head, which uvicorn has none for.

Half a head would hold a connection for ever, and one without end the memory, and the thread that carries all calls.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from flowengine.service.problems import Problem, respond

HEAD_WITHIN_S = 10.0
"""From the connection on, or from the first bytes after an answer: the whole head, a WebSocket's upgrade too."""
LARGEST_HEAD = 64 * 1024
"""Bytes of the address, the names and the values. Browsers and proxies send a few thousand."""
MOST_HEADERS = 128
"""Fields, with those that may follow a body."""

TOO_LARGE = respond(
    Problem(
        "Head too large",
        431,
        f"A request's head has at most {MOST_HEADERS} headers and {LARGEST_HEAD:,} bytes; send fewer or shorter ones.",
    ),
    {"connection": "close"},
)


class HeadTooLarge(Exception):
    """Raised within the parser, which stops at it."""


class LimitedHeads(HttpToolsProtocol):
    """uvicorn's HTTP, with connections closed whose head takes too long, or is too large (431).

    The body's limit in time is in `slow_bodies`.
    """

    _head_due: asyncio.TimerHandle | None = None
    _unread = 0
    """Bytes that the parser has been given since it last told of something: of a line without end it keeps them all."""
    _is_too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._head_due = self.loop.call_later(HEAD_WITHIN_S, transport.close)

    def data_received(self, data: bytes) -> None:
        self._unread += len(data)
        super().data_received(data)
        if self._unread > LARGEST_HEAD and not self.transport.is_closing():
            self._is_too_large = True
            self.send_400_response("")
        is_upgraded = self.transport.get_protocol() is not self
        awaits_head = not is_upgraded and (self.cycle is None or self.cycle.response_complete)
        if not awaits_head:
            self._head_has_come()
        elif self._head_due is None and not self.transport.is_closing():
            self._head_due = self.loop.call_later(HEAD_WITHIN_S, self.transport.close)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._unread = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        if len(self.headers) > MOST_HEADERS:
            self._is_too_large = True
            raise HeadTooLarge

    def on_headers_complete(self) -> None:
        self._unread = 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD:
            self._is_too_large = True
            raise HeadTooLarge
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What the parser has given up: uvicorn's answer, or that the head is too large."""
        if not self._is_too_large:
            super().send_400_response(msg)
            return
        body = TOO_LARGE.body
        lines = [STATUS_LINE[431], *(name + b": " + value + b"\r\n" for name, value in TOO_LARGE.raw_headers)]
        self.transport.write(b"".join([*lines, b"\r\n", bytes(body)]))
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_has_come()
        super().connection_lost(exc)

    def _head_has_come(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None
