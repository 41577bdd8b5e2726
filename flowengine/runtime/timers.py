"""The timers of one call: what `StartTimer` asked for, told back when due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Timers:
    """Named one-shot timers on the loop's clock; setting a name again replaces it."""

    def __init__(self, fire: Callable[[str], None]) -> None:
        self._fire = fire
        self._pending: dict[str, asyncio.TimerHandle] = {}

    def start(self, timer_id: str, seconds: float) -> None:
        self.cancel(timer_id)
        self._pending[timer_id] = asyncio.get_running_loop().call_later(seconds, self._due, timer_id)

    def cancel(self, timer_id: str) -> None:
        handle = self._pending.pop(timer_id, None)
        if handle is not None:
            handle.cancel()

    def clear(self) -> None:
        for timer_id in tuple(self._pending):
            self.cancel(timer_id)

    def _due(self, timer_id: str) -> None:
        self._pending.pop(timer_id, None)
        self._fire(timer_id)
