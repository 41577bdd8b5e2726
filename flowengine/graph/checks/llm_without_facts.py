"""The model speaks without being told any facts.

What it then says about a product, a price or a date is made up. Under `facts` stands all that it may tell the caller.

Bad:

    state first
      llm "Answer the caller's question, then ask whether to go ahead."
        never "discounts, guarantees"
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

RULE = Rule("FL511", "llm-without-facts", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in undamaged(draft):
        if isinstance(statement, Llm) and not statement.facts:
            help_ = 'add under it what it may tell the caller, for example: facts "It costs 14 pounds a month."'
            yield RULE.at(statement.span, "the model is told no facts, so it would make them up", help_)
