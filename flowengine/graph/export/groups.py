"""The sketch as nested groups, for tools that place things themselves: one a library, one a run of a subflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flowengine.graph.export.compose import outer_scope, scopes
from flowengine.graph.export.sketch import Card, Pill, Sketch

MARKS = {"proved": "✓", "broken": "✗", "unproved": "?"}


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that stand together, and groups among them. `key` is plain letters and digits, and unique."""

    key: str
    title: str
    nodes: tuple[Card | Pill, ...]
    groups: tuple[Group, ...]


def groups(drawing: Sketch) -> Group:
    """The outermost group, which holds all."""
    numbers = {scope: f"run{number}" for number, scope in enumerate(scopes(drawing))}
    return Group("", "", tuple(_nodes(drawing, "")), (*_libraries(drawing), *_runs(drawing, "", numbers)))


def promise_lines(drawing: Sketch) -> Iterator[str]:
    """The policies as lines of text: a name, then its rules with their verdicts and the paths that break them."""
    last = ""
    for promise in drawing.promises:
        if promise.policy != last:
            yield promise.policy
        last = promise.policy
        yield f"{MARKS[promise.kind]} {promise.text}"
        if promise.path:
            yield f"shortest path: {promise.path}"


def _libraries(drawing: Sketch) -> Iterator[Group]:
    for number, library in enumerate(drawing.libraries):
        cards = tuple(card for card in drawing.cards if card.library == library and not card.scope)
        yield Group(f"library{number}", f"library {library}", cards, ())


def _runs(drawing: Sketch, level: str, numbers: dict[str, str]) -> Iterator[Group]:
    for scope, key in numbers.items():
        if outer_scope(scope) == level:
            title = f"subflow {scope.rpartition('/')[2]}"
            yield Group(key, title, tuple(_nodes(drawing, scope)), tuple(_runs(drawing, scope, numbers)))


def _nodes(drawing: Sketch, scope: str) -> Iterator[Card | Pill]:
    """The cards and pills of a level, but for those of libraries, which have a group of their own."""
    nodes: list[Card | Pill] = [*drawing.cards, *drawing.pills]
    for node in nodes:
        if node.scope == scope and not (isinstance(node, Card) and node.library is not None and not scope):
            yield node
