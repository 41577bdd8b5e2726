"""How late the event loop wakes, and whether that is too late for one more call.

One late wake-up is a hiccup: garbage, another program on the machine. A loop that is late half of the time has more to
do than it can; each further call would make those that are live stutter, so none is taken until that has passed.
"""

from __future__ import annotations

import asyncio
import statistics
from collections import deque
from collections.abc import Callable

SAMPLE_S = 0.05
WINDOW_S = 1.0
"""So much of the past decides, and at least `LEAST` samples of it: a loop that is very late takes few."""
LEAST = 3
CALM = 0.5
"""New calls are taken again below this share of the limit: else they would be refused and let in by turns."""


class LoopLag:
    """Of one loop. `limit_ms`: from which lateness on no new call is taken; 0: however late it is.

    `on_sample` is told each lateness in seconds.
    """

    def __init__(self, limit_ms: int, on_sample: Callable[[float], None] = lambda seconds: None) -> None:
        self.limit_ms = limit_ms
        self.on_sample = on_sample
        self.is_too_late = False
        self._samples: deque[tuple[float, float]] = deque()
        self._since: float | None = None

    @property
    def worst_ms(self) -> float:
        """The latest wake-up of the last second."""
        return round(max((late for _, late in self._samples), default=0.0) * 1000, 1)

    @property
    def usual_ms(self) -> float:
        """The middle one of the last second's."""
        return round(statistics.median(late for _, late in self._samples) * 1000, 1) if self._samples else 0.0

    @property
    def trouble(self) -> str | None:
        """Why no new call is taken, in a few words."""
        if not self.is_too_late:
            return None
        return f"the event loop is {self.usual_ms:g} ms late (FLOWENGINE_MAX_LAG is {self.limit_ms})"

    def note(self, late_s: float, now: float) -> None:
        """It woke so late, at `now` on its clock."""
        if self._since is None:
            self._since = now - SAMPLE_S - late_s
        self._samples.append((now, late_s))
        while len(self._samples) > LEAST and self._samples[0][0] < now - WINDOW_S:
            self._samples.popleft()
        self.on_sample(late_s)
        if self.limit_ms and len(self._samples) >= LEAST and now - self._since >= WINDOW_S:
            self.is_too_late = self.usual_ms > self.limit_ms * (CALM if self.is_too_late else 1)

    async def watch(self) -> None:
        """Take samples until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + SAMPLE_S
            await asyncio.sleep(SAMPLE_S)
            now = loop.time()
            self.note(max(0.0, now - due), now)
