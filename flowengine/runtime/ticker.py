"""One clock for all calls in a process: each is called when it has something to do, and at no other time.

A tick of 20 ms for everybody costs each call fifty wake-ups a second, while one that speaks sends five pieces of audio;
and all of them have their turn in the same moment, so that the last waits for the rest. So each call says when it is
due next, which its own playback tells, and one timer stands for the earliest of all. A task a call with sleeps of its
own costs more and under-runs first.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from heapq import heappop, heappush

from flowengine.runtime.leisure import Leisure

EARLY_S = 0.001
"""Whoever is due within this has its turn now: timers of the event loop count whole milliseconds."""
LEAST_S = 0.002
"""Nobody has its turn again sooner."""
NEVER = math.inf

Target = Callable[[float], float]
"""Is told the loop's time, and tells when it is due next. Must not raise."""


class _Turn:
    """When one call is due; `NEVER` while it has its turn, and when it has left."""

    __slots__ = ("at", "target")

    def __init__(self, target: Target) -> None:
        self.target = target
        self.at = NEVER


class Ticker:
    """Calls every registered target when it is due, as near to that as the loop's timers come."""

    def __init__(self) -> None:
        self._targets: dict[object, _Turn] = {}
        self._due: list[tuple[float, int, _Turn]] = []
        """A heap. An entry whose moment is not its turn's any more means nothing."""
        self._entered = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        """Of the calls: looking it up is a system call in Python 3.11."""
        self._timer: asyncio.TimerHandle | None = None
        self._timed_at = NEVER
        self.leisure = Leisure()
        """What may come after all that is due."""

    def add(self, key: object, target: Target) -> None:
        """Call `target` from now on, until `remove(key)`."""
        self._loop = asyncio.get_running_loop()
        turn = self._targets[key] = _Turn(target)
        self._enter(turn, self._loop.time())
        self._set_timer()

    def wake(self, key: object, at: float) -> None:
        """It is due at `at`, unless it is due sooner anyway; nothing where it is not registered."""
        turn = self._targets.get(key)
        if turn is not None and at < turn.at:
            self._enter(turn, at)
            self._set_timer()

    def remove(self, key: object) -> None:
        """Call it no more; idempotent."""
        turn = self._targets.pop(key, None)
        if turn is not None:
            # Its entry stays for a moment, and must hold nothing of the call.
            turn.at, turn.target = NEVER, _never

    async def close(self) -> None:
        """Call nobody any more; idempotent."""
        for key in tuple(self._targets):
            self.remove(key)
        self._due.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _enter(self, turn: _Turn, at: float) -> None:
        turn.at = at
        self._entered += 1
        heappush(self._due, (at, self._entered, turn))

    def _set_timer(self) -> None:
        """For the first who is due; one that comes too soon does no harm."""
        if not self._due or self._loop is None:
            return
        first = self._due[0][0]
        if self._timer is not None:
            if self._timed_at <= first:
                return
            self._timer.cancel()
        self._timed_at = first
        self._timer = self._loop.call_at(first, self._tick, self._loop)

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        now = loop.time()
        due, until = self._due, now + EARLY_S
        while due and due[0][0] <= until:
            at, _, turn = heappop(due)
            if turn.at != at:
                continue
            turn.at = NEVER
            following = max(turn.target(now), now + LEAST_S)
            # It may have been woken meanwhile, for something that comes before that.
            if following < turn.at:
                self._enter(turn, following)
        self._set_timer()


def _never(now: float) -> float:
    """Whoever has left is not due."""
    return NEVER
