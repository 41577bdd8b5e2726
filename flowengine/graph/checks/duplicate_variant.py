"""Two variants of a `split` have one name, or two splits in different places do.

Reports count calls by the variant's name: what two ways share, nobody can compare. And a split's name decides who gets
which variant: two splits of one name would divide the callers alike, and count as one.

Bad:

    state first
      split opening
        warm 50% -> goodbye
        warm 50%: end booked

Good:

    state first
      split opening
        warm 50% -> goodbye
        direct 50%: end booked
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Split, Variant
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL809", "duplicate-variant", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    splits: dict[str, Split] = {}
    for statement in every_statement(draft.flow):
        if not isinstance(statement, Split) or not statement.name:
            continue
        earlier = splits.setdefault(statement.name, statement)
        # A subflow is copied for each `run`: the same place again is the same split.
        if earlier.span != statement.span:
            message = f"another split is called {statement.name!r}"
            yield RULE.at(statement.span, message, "give it a name of its own", Related(earlier.span, "the other"))
        named: dict[str, Variant] = {}
        for variant in statement.variants:
            first = named.setdefault(variant.name, variant)
            if first is not variant and variant.name:
                message = f"two variants are called {variant.name!r}"
                yield RULE.at(variant.span, message, "give one another name", Related(first.span, "the first"))
