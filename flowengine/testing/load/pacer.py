"""The one clock of all simulated callers: each has a tick every 20 ms, at a moment of its own within them.

Real calls do not speak in step, so the callers are spread over ten moments 2 ms apart; all at once would be easier on a
server on the whole, and harder for those who come last. The clock measures itself: callers who are late say nothing
about a server.
"""

from __future__ import annotations

import asyncio
import time
from array import array
from typing import Protocol

PERIOD_S = 0.02
SLOTS = 10
STEP_S = PERIOD_S / SLOTS
EARLY_S = 0.0005
"""Timers of the event loop count whole milliseconds."""
LOST_S = 1.0


class Paced(Protocol):
    """Whatever is to be ticked."""

    def tick(self, now: float) -> None:
        """Twenty milliseconds have passed; `now` is `perf_counter`. Must not raise."""


class Pacer:
    """Add and remove at any time; `run` ticks until it is cancelled. `lateness`: of each step, in seconds."""

    def __init__(self) -> None:
        self._slots: list[list[Paced]] = [[] for _ in range(SLOTS)]
        self.lateness = array("d")

    def add(self, target: Paced) -> None:
        min(self._slots, key=len).append(target)

    def remove(self, target: Paced) -> None:
        for slot in self._slots:
            if target in slot:
                slot.remove(target)

    async def run(self) -> None:
        deadline, number = time.perf_counter(), 0
        while True:
            deadline += STEP_S
            while (delay := deadline - time.perf_counter()) > EARLY_S:  # noqa: ASYNC110 - a clock
                await asyncio.sleep(delay)
            if delay <= 0:
                # Behind: what has come in meanwhile is taken all the same.
                await asyncio.sleep(0)
            now = time.perf_counter()
            self.lateness.append(max(0.0, now - deadline))
            if now - deadline > LOST_S:
                # A suspended machine: frames that nobody could send are not sent all at once.
                deadline = now
            for target in tuple(self._slots[number]):
                target.tick(now)
            number = (number + 1) % SLOTS
