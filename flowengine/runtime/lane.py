"""Who may ask the voice for a sentence now: what a caller waits for goes first, what is only made ready waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


class Lane:
    """Of one synthesiser. An engine that speaks one sentence at a time is never handed two that nobody waits for.

    A caller's sentence that comes while one is being made ready waits for that one at most.
    """

    def __init__(self) -> None:
        self._urgent = 0
        self._free = asyncio.Event()
        self._free.set()
        self._one = asyncio.Lock()

    @property
    def is_free(self) -> bool:
        """No caller waits for a sentence, or hears one that is still being made."""
        return self._urgent == 0

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Somebody listens for this sentence."""
        self._urgent += 1
        self._free.clear()
        try:
            yield
        finally:
            self._urgent -= 1
            if not self._urgent:
                self._free.set()

    @asynccontextmanager
    async def at_leisure(self) -> AsyncIterator[None]:
        """Nobody listens yet: begins when no caller waits and nothing else is made ready."""
        async with self._one:
            while not self.is_free:
                await self._free.wait()
            yield
