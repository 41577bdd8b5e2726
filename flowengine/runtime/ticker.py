"""One clock for the outbound audio of all calls in a process.

A task a call with sleeps of its own costs more and under-runs first; one ticker on absolute deadlines serves them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flowengine.runtime.leisure import Leisure

PERIOD_S = 0.02


class Ticker:
    """Calls every registered function each 20 ms, with the loop's time."""

    def __init__(self, period: float = PERIOD_S) -> None:
        self._period = period
        self._targets: dict[object, Callable[[float], None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self.leisure = Leisure()
        """What may come after all that is due."""

    def add(self, key: object, target: Callable[[float], None]) -> None:
        """Call `target(now)` every period until `remove(key)`. A target must not raise."""
        self._targets[key] = target
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="ticker")

    def remove(self, key: object) -> None:
        self._targets.pop(key, None)

    async def close(self) -> None:
        """Stop ticking; idempotent."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time()
        while True:
            if not self._targets:
                self._wake.clear()
                await self._wake.wait()
                deadline = loop.time()
            deadline += self._period
            delay = deadline - loop.time()
            if delay > 0:
                await asyncio.sleep(delay)
            now = loop.time()
            if now - deadline > 1.0:
                # A suspended machine: don't make up for the ticks that nobody heard.
                deadline = now
            for target in tuple(self._targets.values()):
                target(now)
