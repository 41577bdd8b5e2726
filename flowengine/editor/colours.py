"""What kind of thing each name of a file is, for editors that colour by meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flowengine.editor.occurrences import Kind, occurrences
from flowengine.graph.compile import Analysis
from flowengine.language.source import Source

TYPES = ("class", "event", "string", "variable", "property", "enumMember", "function", "interface", "namespace",
         "decorator")  # fmt: skip
"""The protocol's own names, in the order in which tokens number them."""
MODIFIERS = ("definition", "defaultLibrary")

_TYPES: dict[Kind, str] = {
    "state": "class",
    "intent": "event",
    "line": "string",
    "slot": "variable",
    "variable": "variable",
    "built-in": "variable",
    "agent": "property",
    "contact field": "property",
    "summary field": "property",
    "outcome": "enumMember",
    "action": "function",
    "filter": "function",
    "policy": "interface",
    "library": "namespace",
    "flow": "namespace",
    "subflow": "namespace",
    "tag": "decorator",
}
_GIVEN: frozenset[Kind] = frozenset({"built-in", "agent", "filter"})


@dataclass(frozen=True, slots=True)
class Colour:
    """A name on one line (from 1), its columns, and the numbers of its type and modifiers."""

    line: int
    column: int
    end_column: int
    type: int
    modifiers: int


def colours(analysis: Analysis, source: Source) -> Iterator[Colour]:
    """The names of a file in order, none over another."""
    line, end = 0, 0
    for each in occurrences(analysis.draft):
        span = each.span
        if span.path != source.path or span.line != span.end_line or each.kind not in _TYPES:
            continue
        if span.line == line and span.column < end:
            continue
        line, end = span.line, span.end_column
        modifiers = each.defines * 1 | (each.kind in _GIVEN) * 2
        yield Colour(line, span.column, end, TYPES.index(_TYPES[each.kind]), modifiers)
