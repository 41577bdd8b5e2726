"""What is said of a name that a flow does not have."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

LISTED = 12
"""Names in one line; a flow may have hundreds."""


def unknown(kind: str, name: str, known: Collection[str]) -> str:
    """A sentence with the nearest name, or with those there are where none is near."""
    near = get_close_matches(name, known, n=1)
    if near:
        return f"no {kind} is called {name!r}; did you mean {near[0]!r}?"
    if not known:
        return f"no {kind} is called {name!r}; the flow has none"
    more = len(known) - LISTED
    listed = ", ".join(sorted(known)[:LISTED]) + (f" and {more} more" if more > 0 else "")
    return f"no {kind} is called {name!r}; the flow has {listed}"
