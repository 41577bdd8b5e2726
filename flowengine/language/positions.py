"""Where each node of the tree stands, worked out while it is built.

lark can do this itself (`propagate_positions`) and means the same by it: a node stands from its first token to its
last, those included that are not kept in the tree. It asks each child for each number; this keeps two tokens a node,
and takes a third of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lark import Lark, Token, Tree

# `Any`: children are tokens and trees; a tree's meta is lark's bag of attributes.
Build = Callable[[list[Any]], Any]


def note_positions(grammar: Lark) -> None:
    """Have the trees of a parser carry positions."""
    callbacks = grammar.parse_interactive().parser_state.parse_conf.callbacks
    for rule, build in callbacks.items():
        callbacks[rule] = _placed(build)


def _placed(build: Build) -> Build:
    def place(children: list[Any]) -> Any:
        node = build(children)
        if not isinstance(node, Tree):
            return node
        first = _edge(children, "first")
        if first is None:
            return node
        last = _edge(reversed(children), "last")
        meta: Any = node.meta
        if meta.empty:  # otherwise it is a child that stands for its parent: its own place stays
            meta.empty = False
            meta.line, meta.column, meta.start_pos = first.line, first.column, first.start_pos
            meta.end_line, meta.end_column, meta.end_pos = last.end_line, last.end_column, last.end_pos
        meta.first, meta.last = first, last
        return node

    return place


def _edge(children: Iterable[Any], side: str) -> Any:
    for child in children:
        if isinstance(child, Token):
            return child
        if not child.meta.empty:
            return getattr(child.meta, side)
    return None
