"""A diary that books nothing: it gives every visit a reference, and keeps none.

`flows/boiler_cover.flow` runs it. It shows what a function of your own looks like, and is offered to flows until
`FLOWENGINE_ACTION_MODULES` names your modules.
"""

from __future__ import annotations

import hashlib
from datetime import date

__all__ = ["book_visit"]

LETTERS = "BCDFGHJKLMNPRSTVWXYZ"
"""Without vowels, which would spell words, and without Q."""


def book_visit(day: date, name: str, idempotency_key: str) -> str:
    """The visit's reference, such as "BX204": the same for the same request, so that trying again books nothing twice.

    Raises ValueError for a Sunday, when no engineer works: the flow's `error` branch.
    """
    if day.weekday() == 6:
        raise ValueError("no engineer works on a Sunday")
    number = int.from_bytes(hashlib.sha256(f"{idempotency_key} {day} {name}".encode()).digest()[:8], "big")
    number, first = divmod(number, len(LETTERS))
    number, second = divmod(number, len(LETTERS))
    return f"{LETTERS[first]}{LETTERS[second]}{number % 1000:03}"
