"""Timing: the median of several rounds, and the table of the rows."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import perf_counter

HEADINGS = ("", "one is", "takes", "floor", "floor takes", "ratio", "limit")
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


def show(rows: Iterable[Row]) -> None:
    """Print the table."""
    table = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADINGS))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print(f"\nmedians; Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")


def _cells(row: Row) -> tuple[str, ...]:
    takes, floor, limit = shown(row.seconds), shown(row.floor_s), shown(row.limit) if row.limit else ""
    return (row.what, row.unit, takes, row.floor_is, floor, f"{row.ratio:.1f}", limit)
