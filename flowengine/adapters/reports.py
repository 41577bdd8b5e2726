"""How every recogniser hands over what it heard: one bounded queue a call that its reader can leave at any time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from flowengine.runtime.depths import REPORTS
from flowengine.runtime.ports import PartialTranscript, RecogniserEvent, RecogniserFailed

LIMIT = 500
"""Some minutes of talk that nobody reads; beyond it the oldest is given up."""


class Reports:
    """Events of one recogniser stream, for one reader. After `close`, or a failure, nothing more is taken."""

    def __init__(self) -> None:
        self._waiting: deque[RecogniserEvent] = deque()
        self._wake = asyncio.Event()
        self._closed = False
        REPORTS.watch(self)

    @property
    def depth(self) -> int:
        """How many wait to be read."""
        return len(self._waiting)

    @property
    def closed(self) -> bool:
        return self._closed

    def put(self, event: RecogniserEvent) -> None:
        """Report; never waits. A partial takes the place of one before it that is still unread."""
        if self._closed:
            return
        if isinstance(event, PartialTranscript) and self._waiting and isinstance(self._waiting[-1], PartialTranscript):
            self._waiting.pop()
        if len(self._waiting) >= LIMIT:
            self._waiting.popleft()
        self._waiting.append(event)
        REPORTS.note(len(self._waiting))
        self._closed = isinstance(event, RecogniserFailed)
        self._wake.set()

    def close(self) -> None:
        """No more will come; what is waiting can still be read. Idempotent."""
        self._closed = True
        self._wake.set()

    async def read(self) -> AsyncIterator[RecogniserEvent]:
        """Everything reported, in order, until the end."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._closed:
                return
            self._wake.clear()
            await self._wake.wait()
