"""Markdown tables, as all generated pages write them."""

from __future__ import annotations

from collections.abc import Iterable

PIPE = "\\|"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; a `|` in a cell is escaped, also within code."""
    first = list(head)
    lines = [first, ["---"] * len(first), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', PIPE) for cell in line)} |\n" for line in lines)


def code(text: str) -> str:
    """Text as code."""
    return f"`{text}`"
