"""How long no order is sent to Twilio after one that was not placed: longer each time in a row, and never in step.

Nothing is lost meanwhile: the call waits in its place, and the next order asks whether the line works again.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

SPREAD = 0.25
"""A pause is longer by up to this share: processes that were refused together do not come back together."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds: `first`, then twice as long each time, `longest` at most."""

    first: float
    longest: float

    def after(self, failures: int) -> float:
        """Of the failure with this number, counted from 1."""
        # A day's failures as an exponent would be no float any more.
        return min(self.longest, self.first * 2.0 ** min(failures - 1, 16))


TOO_MANY = Pauses(1.0, 60.0)
"""Twilio's 429 without a Retry-After."""
UNREACHABLE = Pauses(5.0, 300.0)
"""No connection: a network that is away for a moment, or for the night."""
REFUSED = Pauses(300.0, 3600.0)
"""Our account, number or address: somebody has to mend it, and one order finds out that they have."""


class BackingOff:
    """From any thread. `monotonic` in seconds; `chance` from 0 to 1."""

    def __init__(self, monotonic: Callable[[], float], chance: Callable[[], float] = random.random) -> None:
        self._monotonic = monotonic
        self._chance = chance
        self._lock = threading.Lock()
        self._until = 0.0
        self._kind: Pauses | None = None
        self._failures = 0

    @property
    def left_s(self) -> float:
        """How long nothing is to be sent; 0 or less: now."""
        return self._until - self._monotonic()

    def hold(self, seconds: float) -> None:
        """Send nothing for so long at least, for a reason that is not Twilio's."""
        with self._lock:
            self._until = max(self._until, self._monotonic() + seconds)

    def failed(self, pauses: Pauses, told_s: float | None = None) -> None:
        """One more failure of this kind. `told_s`: how long Twilio asks us to wait.

        Orders that were under way together, and fail together, count as one failure.
        """
        with self._lock:
            now = self._monotonic()
            if pauses != self._kind:
                self._kind, self._failures = pauses, 1
            elif self._until <= now:
                self._failures += 1
            seconds = told_s if told_s is not None else pauses.after(self._failures)
            self._until = max(self._until, now + seconds * (1 + SPREAD * self._chance()))

    def works(self) -> None:
        """An order was taken, or refused for a reason of its own: the next failure is a first one."""
        with self._lock:
            self._kind, self._failures = None, 0
