"""An intent's pattern is no valid regular expression.

It could not be matched with anything.

Bad:

    intent price "the caller asks for the price"
      /how much (/

    state first
      say "Shall I book it?"
      listen
        price: again
        silence or otherwise -> goodbye

Good:

    intent price "the caller asks for the price"
      /how much( is it)?/

    state first
      say "Shall I book it?"
      listen
        price: again
        price 2 -> goodbye
        silence or otherwise -> goodbye
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.names import Draft
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.source import Span
from flowengine.words.patterns import compiled

RULE = Rule("FL505", "invalid-pattern", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for unit in draft.units:
        for item in unit.file.items:
            if isinstance(item, ast.Intent):
                for pattern in item.patterns:
                    yield from _pattern(pattern)


def _pattern(pattern: ast.Pattern) -> Iterator[Diagnostic]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled(pattern.value)
    except (re.error, RecursionError, OverflowError) as error:
        reason = error.msg if isinstance(error, re.error) else "it is too large"
        position = error.pos if isinstance(error, re.error) and error.pos is not None else 0
        span = pattern.span
        column = min(span.column + 1 + position, span.end_column - 1)
        at = Span(span.path, span.line, column, span.line, column + 1)
        yield RULE.at(at, f"this pattern cannot be read: {reason}", "to mean a sign itself, write \\ before it")
