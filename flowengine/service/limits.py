"""How often somebody may ask: a token bucket for each, in this process, with a bounded number of them.

A bucket holds a minute's worth, so that a burst is served and a steady stream is held to its rate.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MINUTE_S = 60.0
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """The answer to one request. `left` before it is too much; `wait_s` until there is one more."""

    is_given: bool
    limit: int
    left: int
    wait_s: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has them: `r` requests left, a new one in `t` seconds."""
        told = {
            "ratelimit-policy": f'"default";q={self.limit};w={MINUTE_S:.0f}',
            "ratelimit": f'"default";r={self.left};t={self.wait_s}',
        }
        return told if self.is_given else {**told, "retry-after": str(self.wait_s)}


class Buckets:
    """A bucket for each name. Of more than `MOST`, the one longest unused is forgotten, and so is full again."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> Allowance:
        """One request by `name`, if it may have one."""
        level, now = self._level(name)
        is_given = level >= 1.0
        if is_given:
            level -= 1.0
        self._levels[name] = (level, now)
        self._levels.move_to_end(name)
        if len(self._levels) > MOST:
            self._levels.popitem(last=False)
        return self._allowance(level, is_given)

    def look(self, name: str) -> Allowance:
        """Whether `name` may have one, without taking it."""
        level, _ = self._level(name)
        return self._allowance(level, level >= 1.0)

    def _level(self, name: str) -> tuple[float, float]:
        now = self._clock()
        level, at = self._levels.get(name, (float(self.per_minute), now))
        return min(float(self.per_minute), level + (now - at) * self.per_minute / MINUTE_S), now

    def _allowance(self, level: float, is_given: bool) -> Allowance:
        wait = 0 if level >= 1.0 else math.ceil((1.0 - level) * MINUTE_S / self.per_minute)
        return Allowance(is_given, self.per_minute, int(level), wait)
