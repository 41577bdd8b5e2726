"""What the caller hears of a template, as far as its text tells: each way it can come out, with places.

A value that is filled in is one FILLED character, for nothing is known of it but that it is spoken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import nodes

from flowengine.graph.jinja import place, read
from flowengine.graph.model import Template
from flowengine.language.source import Source, Span

FILLED = "\ufffc"

MOST_WAYS = 16
"""A template of many `if` blocks comes out in more ways than anybody reads; the first ones stand for all."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One way a template comes out. `offsets[n]`: where the n-th character stands in the template's text."""

    text: str
    offsets: tuple[int, ...]

    def span(self, template: Template, source: Source | None, start: int, stop: int) -> Span:
        """The place of a stretch of `text`, which must not be empty."""
        first, last = self.offsets[start], self.offsets[stop - 1]
        if self.text[stop - 1] == FILLED:
            last = max(last, template.text.find("}}", last) + 1)
        return place(template, source, first, last + 1 - first)


def ways(template: Template) -> tuple[Heard, ...]:
    """The ways a template comes out, at least one; none when it cannot be read."""
    return _ways(template.text)


@lru_cache(maxsize=65_536)
def _ways(text: str) -> tuple[Heard, ...]:
    reading = read(Template(text, _NOWHERE))
    if reading.fault is not None:
        return ()
    if reading.tree is None:
        return (Heard(text, tuple(range(len(text)))),)
    return tuple(dict.fromkeys(_of_all(list(reading.tree.iter_child_nodes()), text)))


_NOWHERE = Span("", 1, 1, 1, 2)


def _of_all(children: Sequence[nodes.Node], text: str) -> list[Heard]:
    found = [Heard("", ())]
    for child in children:
        following = _of_one(child, text)
        found = [_joined(first, second) for first in found for second in following][:MOST_WAYS]
    return found


def _of_one(node: nodes.Node, text: str) -> list[Heard]:
    match node:
        case nodes.Output(nodes=children):
            return _of_all(children, text)
        case nodes.TemplateData(data=data, lineno=offset):
            return [Heard(data, tuple(range(offset, offset + len(data))))]
        case nodes.If(body=body, elif_=others, else_=last):
            arms = (body, *(other.body for other in others), last)
            return [way for arm in arms for way in _of_all(arm, text)]
        case nodes.For(body=body):
            return _of_all(body, text)
        case nodes.Expr(lineno=offset):
            return [Heard(FILLED, (max(0, text.rfind("{{", 0, offset + 1)),))]
        case _:
            return [Heard("", ())]


def _joined(first: Heard, second: Heard) -> Heard:
    return Heard(first.text + second.text, first.offsets + second.offsets)
