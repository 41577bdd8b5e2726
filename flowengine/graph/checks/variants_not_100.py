"""The variants of a `split` are not all callers.

Their shares add up to more or less than 100 %, so nobody could say which callers hear what.

Bad:

    state first
      split opening
        warm 50% -> goodbye
        direct 40%: end booked

Good:

    state first
      split opening
        warm 50% -> goodbye
        direct 50%: end booked
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Split
from flowengine.graph.names import Draft
from flowengine.graph.walk import undamaged
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL803", "variants-not-100", "error")

CLOSE_ENOUGH = 0.05
"""Percent: thirds may be written 33.3, 33.3 and 33.4, and as 33.33 each."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in undamaged(draft):
        if not isinstance(statement, Split) or not statement.variants:
            continue
        shares = [variant.percent for variant in statement.variants]
        total = sum(shares)
        if abs(total - 100) > CLOSE_ENOUGH:
            sum_ = " + ".join(f"{share:g}" for share in shares)
            message = f"the variants of {statement.name!r} make {total:g} %, not 100 % ({sum_})"
            rest = shares[-1] + 100 - total
            help_ = f"give {statement.variants[-1].name!r} {rest:g}%" if rest > 0 else "make them add up to 100%"
            yield RULE.at(statement.span, message, help_)
