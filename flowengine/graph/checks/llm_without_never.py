"""The model is not told what it must never speak of.

Facts do not keep a model from promising a discount, or from giving advice that needs a licence. `never` does, and what
the model says is held against it.

Bad:

    state first
      llm "Answer the caller's question, then ask whether to go ahead."
        facts "The cover includes the boiler and the radiators."
        convinced "the caller agrees to go ahead": end booked
        limit 3 turns 45s -> goodbye
        fallback "I understand." -> goodbye

Good:

    state first
      llm "Answer the caller's question, then ask whether to go ahead."
        facts "The cover includes the boiler and the radiators."
        never "discounts, guarantees"
        convinced "the caller agrees to go ahead": end booked
        limit 3 turns 45s -> goodbye
        fallback "I understand." -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Llm
from flowengine.graph.names import Draft
from flowengine.graph.walk import undamaged
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL521", "llm-without-never", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in undamaged(draft):
        if isinstance(statement, Llm) and not statement.never:
            help_ = 'add under it, for example: never "discounts, guarantees, financial advice"'
            yield RULE.at(statement.span, "the model is not told what it must never speak of", help_)
