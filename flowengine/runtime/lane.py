"""Who may ask the voice for a sentence now: what a caller waits for goes first, what is only made ready waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


class Lane:
    """Of one synthesiser, which speaks `at_once` sentences: it is never handed more than those that nobody waits for.

    An engine that speaks one at a time is free when no caller waits; a caller's sentence that comes while one is being
    made ready then waits for that one at most.
    """

    def __init__(self, at_once: int = 1) -> None:
        self._at_once = at_once
        self._urgent = 0
        self._free = asyncio.Event()
        self._free.set()
        self._leisure = asyncio.Semaphore(at_once)

    @property
    def is_free(self) -> bool:
        """It could speak more than callers wait for, or hear while it is still being made."""
        return self._urgent < self._at_once

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Somebody listens for this sentence."""
        self._urgent += 1
        if not self.is_free:
            self._free.clear()
        try:
            yield
        finally:
            self._urgent -= 1
            if self.is_free:
                self._free.set()

    @asynccontextmanager
    async def at_leisure(self) -> AsyncIterator[None]:
        """Nobody listens yet: begins when the voice is free, and not with too many others."""
        async with self._leisure:
            while not self.is_free:
                await self._free.wait()
            yield
