"""Whether two texts say the same: their trees without places, comments and the layout inside expressions."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from flowengine.language import ast
from flowengine.language.grammar import raw_tokens

Shape = tuple[object, ...]


def same_tree(one: ast.File, other: ast.File) -> bool:
    """Whether two files hold the same definitions, whatever stands between them."""
    return _shape(one.items) == _shape(other.items)


def _shape(node: object) -> object:
    """A node as nested tuples without spans. An expression is its tokens: blanks in it mean nothing."""
    if isinstance(node, tuple):
        return tuple(_shape(part) for part in node)
    if isinstance(node, ast.Expr):
        # A pattern or a number may be read as several tokens or as one; without blanks both are the same.
        return ("Expr", *(str(token) for token in raw_tokens(node.text) if token.type not in ("COMMENT", "NEWLINE")))
    if is_dataclass(node):
        kept = [field.name for field in fields(node) if field.name not in ("span", "last_line")]
        return (type(node).__name__, *(_shape(getattr(node, name)) for name in kept))
    return node
