"""The base of the builder: spans, names, texts, numbers, and what is said of a missing block."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lark import Token, Tree

from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.durations import seconds
from flowengine.language.grammar import Node, span_of
from flowengine.language.source import Source, Span

EMPTY_BLOCK = "FL110"
"""Nothing stands under a line that opens a block."""

_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t"}


def unescape(text: str) -> str:
    """A string's inside as meant: `\\"` is a quote, `\\n` a line end, any other escaped character itself."""
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text) if "\\" in text else text


def parts(tree: Node, rule: str) -> list[Node]:
    """The child trees of one rule."""
    return [child for child in tree.children if isinstance(child, Tree) and child.data == rule]


def part(tree: Node, rule: str) -> Node | None:
    """The first child tree of one rule."""
    return next(iter(parts(tree, rule)), None)


def tokens(tree: Node, *kinds: str) -> list[Token]:
    """The child tokens of some kinds."""
    return [child for child in tree.children if isinstance(child, Token) and child.type in kinds]


def token(tree: Node, *kinds: str) -> Token | None:
    """The first child token of some kinds."""
    return next(iter(tokens(tree, *kinds)), None)


class LeafBuilder:
    """Builds the smallest parts; `problems` collects what is missing."""

    def __init__(self, source: Source, line_ends: Mapping[int, int], damaged: frozenset[int]) -> None:
        self._path = source.path
        self._text = source.text
        self._line_ends = line_ends
        self._damaged = damaged
        self.problems: list[Diagnostic] = []

    def all(self, tree: Node) -> list[Any]:
        """The nodes of all child rules, in order. `Any`: each rule has its own type, and the grammar says which."""
        return [self._build(child) for child in tree.children if isinstance(child, Tree)]

    def _build(self, tree: Node) -> Any:
        method: Callable[[Node], Any] = getattr(self, str(tree.data))
        return method(tree)

    # ── spans and leaves ──

    def _span(self, tree: Node) -> Span:
        """From the first token to the last one on the same line: the head of whatever has a block."""
        meta = tree.meta
        line: int = meta.line
        column: int = meta.column
        if meta.end_line == line:
            return Span(self._path, line, column, line, meta.end_column)
        return Span(self._path, line, column, line, max(column + 1, self._line_ends[line]))

    def _token_span(self, token: Token) -> Span:
        return span_of(self._path, token)

    def _name_of(self, token: Token) -> ast.Name:
        return ast.Name(str(token), self._token_span(token))

    def _name(self, tree: Node) -> ast.Name:
        return self._names(tree)[0]

    def _names(self, tree: Node) -> list[ast.Name]:
        return [self._name_of(each) for each in tokens(tree, "NAME")]

    def _text_of(self, token: Token) -> ast.Text:
        return ast.Text(unescape(str(token)[1:-1]), self._token_span(token))

    def _texts(self, tree: Node) -> tuple[ast.Text, ...]:
        return tuple(self._text_of(each) for each in tokens(tree, "STRING"))

    def _first_text(self, tree: Node) -> ast.Text | None:
        return next(iter(self._texts(tree)), None)

    def _duration(self, tree: Node) -> ast.Duration | None:
        found = token(tree, "DURATION")
        if found is None:
            return None
        return ast.Duration(seconds(str(found)), self._token_span(found))

    def _number(self, tree: Node) -> ast.Number | None:
        found = token(tree, "NUMBER")
        return None if found is None else ast.Number(str(found), self._token_span(found))

    def _expr(self, tree: Node, *, inside: int = 0) -> ast.Expr:
        """The source between a rule's ends, less `inside` characters at both of them."""
        meta = tree.meta
        text = self._text[meta.start_pos + inside : meta.end_pos - inside]
        return ast.Expr(
            text, Span(self._path, meta.line, meta.column + inside, meta.end_line, meta.end_column - inside)
        )

    def _require_block(self, tree: Node, what: str, remedy: str) -> None:
        span = self._span(tree)
        if span.line in self._damaged:
            return
        self.problems.append(
            Diagnostic(EMPTY_BLOCK, "empty-block", "error", span, f"nothing stands under this {what}", remedy)
        )

    def _refuse_repeated(self, what: str, nodes: list[Node]) -> None:
        remedy = "join the two conditions with 'and'" if what == "valid" else "keep one"
        self.problems.extend(
            Diagnostic("FL116", "repeated-part", "error", self._span(node), f"{what!r} is written twice", remedy)
            for node in nodes[1:]
        )

    def _under(self, tree: Node) -> tuple[ast.Text, ...]:
        """The strings of the block under a header."""
        block = part(tree, "texts")
        return self._texts(block) if block else ()
