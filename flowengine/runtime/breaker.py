"""A circuit breaker: a service that has failed a few times in a row is left alone for a while.

Callers would wait for each of its failures; while it rests, the fallback answers at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

FAILURES = 3
REST_S = 20.0
LONGEST_REST_S = 300.0


@runtime_checkable
class Guarded(Protocol):
    """An engine with breakers of its own."""

    @property
    def breakers(self) -> Mapping[str, Breaker]:
        """By what of it each guards, in a word or two that never change."""


class Breaker:
    """Of one service. After a rest one request is let through; what comes of it decides."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._rests_until = float("-inf")
        self.failures_total = 0

    @property
    def is_open(self) -> bool:
        """It is left alone now."""
        return self._clock() < self._rests_until

    def allows(self) -> bool:
        """Whether it may be asked now. The one that tries it after a rest keeps all others away for another."""
        now = self._clock()
        if now < self._rests_until:
            return False
        if self._failures >= FAILURES:
            self._rests_until = now + REST_S
        return True

    def succeeded(self) -> None:
        self._failures = 0
        self._rests_until = float("-inf")

    def failed(self, rest_s: float | None = None) -> None:
        """`rest_s`: for how long it has asked to be left alone."""
        self._failures += 1
        self.failures_total += 1
        rest = REST_S if self._failures >= FAILURES else 0.0
        rest = max(rest, min(rest_s or 0.0, LONGEST_REST_S))
        if rest:
            self._rests_until = self._clock() + rest
