"""Tokens of a text by the grammar's terminals, in one regular expression.

lark's own lexer gives the same tokens, one method call after another for each; this takes a third of its time, which is
most of what stands between a keystroke and its diagnostics. A test holds the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lark import Token
from lark.lexer import PatternStr, TerminalDef


class Scanner:
    """Made once for a grammar. Its terminals must fit every character, but for those that are ignored."""

    def __init__(self, terminals: Iterable[TerminalDef], ignored: Iterable[str]) -> None:
        self._ignored = frozenset(ignored)
        expressions = [each for each in terminals if not isinstance(each.pattern, PatternStr)]
        words = [each for each in terminals if isinstance(each.pattern, PatternStr)]
        self._words: dict[str, dict[str, str]] = {}
        """Terminal → the texts among those it fits that are terminals of their own: keywords, for NAME."""
        inside: set[str] = set()
        for expression in expressions:
            pattern = re.compile(expression.pattern.to_regexp())
            for word in words:
                if word.priority == expression.priority and pattern.fullmatch(word.pattern.value):
                    self._words.setdefault(expression.name, {})[word.pattern.value] = word.name
                    inside.add(word.name)
        alone = [*expressions, *(word for word in words if word.name not in inside)]
        # What lark prefers, where two begin at one place: priority, then the longer one, then the longer expression.
        alone.sort(key=lambda each: (-each.priority, -each.pattern.max_width, -len(each.pattern.value), each.name))
        self._pattern = re.compile("|".join(f"(?P<{each.name}>{each.pattern.to_regexp()})" for each in alone))

    def scan(self, text: str) -> Iterator[Token]:
        """Every token but the ignored ones."""
        line, line_start = 1, 0
        words, ignored = self._words, self._ignored
        for match in self._pattern.finditer(text):
            kind = match.lastgroup or ""
            if kind in ignored:
                continue
            value = match.group()
            start, end = match.span()
            if kind in words:
                kind = words[kind].get(value, kind)
            column = start - line_start + 1
            began = line
            if "\n" in value:
                line += value.count("\n")
                line_start = start + value.rindex("\n") + 1
            yield Token(kind, value, start, began, column, line, end - line_start + 1, end)
