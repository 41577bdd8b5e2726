"""What happened and waits for the actor of one call, in order and bounded.

Nothing is dropped in silence: what is lost might be the hang-up, so a call that can't keep up ends rather than going on
half deaf.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from flowengine.conversation.events import EndRequested
from flowengine.runtime.depths import INBOXES
from flowengine.runtime.happenings import Gone, Happening

LIMIT = 2000
OVERFLOW = "event queue full"


class Inbox:
    """The queue of one call. `put` never waits; `take` waits for the next.

    `turn`: waited for before the end of the call is given out: many calls may end in the same moment.
    """

    def __init__(self, limit: int = LIMIT, turn: Callable[[], Awaitable[None]] | None = None) -> None:
        self._queue: asyncio.Queue[Happening] = asyncio.Queue(limit)
        self._turn = turn
        self.deepest = 0
        """The most that has ever waited here."""
        INBOXES.watch(self)
        self.overflowed = False
        """More has come than fits, and some of it is lost."""

    @property
    def depth(self) -> int:
        """How many wait."""
        return self._queue.qsize()

    def put(self, happening: Happening) -> None:
        """After all that wait."""
        try:
            self._queue.put_nowait(happening)
        except asyncio.QueueFull:
            self.overflowed = True
        else:
            self.deepest = max(self.deepest, self._queue.qsize())
            INBOXES.note(self.deepest)

    async def take(self) -> Happening:
        """The next."""
        happening = await self._queue.get()
        if self._turn is not None and isinstance(happening, Gone | EndRequested):
            await self._turn()
        return happening

    def rest(self) -> tuple[Happening, ...]:
        """All that still wait; then none do."""
        return tuple(self._queue.get_nowait() for _ in range(self._queue.qsize()))
