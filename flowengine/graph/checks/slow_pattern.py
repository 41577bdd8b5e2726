"""An intent's pattern could take very long to find that it does not fit.

A pattern is tried in every way before it is given up. Where one text can be taken in several ways again and again, as
by `(\\w+ ?)*`, each further word doubles the ways, and a call would stand still. The same holds, less steeply, for
several `.*` one after the other.

Bad:

    intent price "the caller asks for the price"
      /(how|how much|much| )+cost/

    state first
      say "Shall I book it?"
      listen
        price 2 -> goodbye
        price: again
        silence or otherwise -> goodbye

Good:

    intent price "the caller asks for the price"
      /how much .{0,40}cost/

    state first
      say "Shall I book it?"
      listen
        price 2 -> goodbye
        price: again
        silence or otherwise -> goodbye
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.names import Draft
from flowengine.graph.patterns import ENDLESS, MOST_STEPS, steps
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL518", "slow-pattern", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for unit in draft.units:
        for item in unit.file.items:
            if isinstance(item, ast.Intent):
                for pattern in item.patterns:
                    yield from _pattern(pattern)


def _pattern(pattern: ast.Pattern) -> Iterator[Diagnostic]:
    try:
        taken = steps(pattern.value)
    except (re.error, RecursionError, OverflowError):
        return  # FL505 says so
    if taken >= ENDLESS:
        message = "this pattern can be matched in so many ways that it may never end"
        help_ = "let what is repeated begin with something that it does not repeat itself, such as a blank: (\\w+ )*"
        yield RULE.at(pattern.span, message, help_)
    elif taken > MOST_STEPS:
        message = f"this pattern may take about {taken:,} steps; {MOST_STEPS:,} are the limit"
        yield RULE.at(pattern.span, message, "say how much lies between: .{0,40} for .*, or (\\w+ ){0,5}")
