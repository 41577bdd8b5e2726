"""How much waits in the queues of the calls of this process: now, and the most there has ever been.

Each call has queues of its own, and what matters is the deepest of a kind. A queue is known as long as its call holds
it; the mark it left stays.
"""

from __future__ import annotations

from typing import Protocol
from weakref import WeakSet


class Waiting(Protocol):
    """A queue that knows how much waits in it."""

    @property
    def depth(self) -> int: ...


class Depths:
    """The queues of one kind."""

    def __init__(self) -> None:
        self._queues: WeakSet[Waiting] = WeakSet()
        self.most = 0
        """The most that has ever waited in one of them."""

    def watch(self, queue: Waiting) -> None:
        """One more, until nobody holds it."""
        self._queues.add(queue)

    def note(self, depth: int) -> None:
        """So much waits in one of them."""
        if depth > self.most:
            self.most = depth

    @property
    def now(self) -> int:
        """What waits in the deepest."""
        return max((queue.depth for queue in self._queues), default=0)


INBOXES = Depths()
"""Of what happened in a call, for its actor."""
OUTBOXES = Depths()
"""Of messages to the far end of a call."""
REPORTS = Depths()
"""Of what a recogniser has heard in a call."""
