"""Timing: the median of several rounds, and one row of the table."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

ROUNDS = 7
ROUND_S = 0.15
"""A round repeats until it has lasted so long: short enough to finish, long enough for the clock."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; times in seconds for one unit. `floor_is` says what the floor does."""

    what: str
    unit: str
    seconds: float
    floor_is: str
    floor_s: float
    limit: float | None = None
    """What it may take at most, where that was promised."""

    @property
    def ratio(self) -> float:
        return self.seconds / self.floor_s


def seconds_for(work: Callable[[], object], *, units: int = 1) -> float:
    """The median time of `work`, divided by the units it does. The first run, which fills caches, does not count."""
    work()
    return statistics.median(_round(work) for _ in range(ROUNDS)) / units


def _round(work: Callable[[], object]) -> float:
    runs = 0
    began = perf_counter()
    while (passed := perf_counter() - began) < ROUND_S or not runs:
        work()
        runs += 1
    return passed / runs


def shown(seconds: float) -> str:
    """A time as people read it: `3.4 ms`."""
    for size, name in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds / 1e-9:.3g} ns"
