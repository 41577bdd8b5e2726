"""What can wait until answers have left: one piece of it for each pass of the event loop.

Callers who begin to speak in the same moment would else be looked ahead for in one go, a quarter of a millisecond each,
before anybody's answer; and 150 calls that end in the same moment would be ended in one go, which held up those that
went on for 44 ms. Between two passes the loop serves whatever has come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class Leisure:
    """Work of all calls of a process, in order."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], object]] = deque()

    def later(self, work: Callable[[], object]) -> None:
        """Do this in a later pass of the running loop. What it raises is the loop's to report."""
        self._waiting.append(work)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._one)

    async def turn(self) -> None:
        """Go on in a later pass, one after the other of those who ask."""
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.later(lambda: None if mine.done() else mine.set_result(None))
        await mine

    def _one(self) -> None:
        work = self._waiting[0]
        try:
            work()
        finally:
            self._waiting.popleft()
            if self._waiting:
                asyncio.get_running_loop().call_soon(self._one)
