"""The known name that an unknown one was most likely meant to be.

Comparing two names takes some microseconds, and a file of ten thousand unknown names has ten thousand others to compare
each with. So a compilation compares so many pairs and no more; what comes after that is reported without a guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from difflib import get_close_matches

MOST_COMPARED = 30_000
"""About a quarter of a second. A flow of a hundred states has room for more than a hundred mistakes."""

_left: ContextVar[int] = ContextVar("comparisons left", default=MOST_COMPARED)


def begin() -> None:
    """A new compilation begins: all comparisons are still to be made."""
    _left.set(MOST_COMPARED)


def nearest(name: str, known: Iterable[str], cutoff: float = 0.65) -> str | None:
    """The nearest of the known names, if one is near; None as well when too many have been compared."""
    left = _left.get()
    if left <= 0:
        return None
    # Two texts share at most the letters of the shorter; so many of all letters must be shared.
    shortest, longest = len(name) * cutoff / (2 - cutoff), len(name) * (2 - cutoff) / cutoff
    candidates = [each for each in known if shortest <= len(each) <= longest]
    left -= len(candidates)
    _left.set(left)
    if left < 0:
        return None
    return next(iter(get_close_matches(name, candidates, n=1, cutoff=cutoff)), None)
