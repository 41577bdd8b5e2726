"""A time limit for a request's head, which uvicorn has none for: half a head would hold a connection for ever."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_WITHIN_S = 10.0
"""From the connection on, or from the first bytes after an answer: the whole head, a WebSocket's upgrade too."""


class TimedHeads(HttpToolsProtocol):
    """uvicorn's HTTP, with connections closed whose head takes too long. The body's limit is in `slow_bodies`."""

    _head_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._head_due = self.loop.call_later(HEAD_WITHIN_S, transport.close)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        is_upgraded = self.transport.get_protocol() is not self
        awaits_head = not is_upgraded and (self.cycle is None or self.cycle.response_complete)
        if not awaits_head:
            self._head_has_come()
        elif self._head_due is None and not self.transport.is_closing():
            self._head_due = self.loop.call_later(HEAD_WITHIN_S, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_has_come()
        super().connection_lost(exc)

    def _head_has_come(self) -> None:
        if self._head_due is not None:
            self._head_due.cancel()
            self._head_due = None
