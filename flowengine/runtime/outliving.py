"""What outlives its call: a hang-up that nobody has confirmed yet, and work that does not let itself be cancelled.

A call ends in time whatever hangs, so neither is waited for; nor is it forgotten, since a task that nobody holds may be
collected before it is done.
"""

from __future__ import annotations

import asyncio
import logging

log = logging.getLogger(__name__)


class Outliving:
    """The tasks that the calls of a process have left behind. They touch nothing of a call any more."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def keep(self, task: asyncio.Task[None], call_id: str, *, is_meant: bool = False) -> None:
        """Hold it until it is done; how it ends is nobody's concern. `is_meant`: it was begun to outlive its call."""
        self._tasks.add(task)
        task.add_done_callback(self._over)
        if not is_meant:
            log.warning("a task outlives its call", extra={"call_id": call_id, "task": task.get_name().split("/")[0]})

    async def settle(self, seconds: float) -> None:
        """Wait until all are done, at most so long; then they are told to stop."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Looked at, or the loop complains of an error that nobody asked for.
            task.exception()
