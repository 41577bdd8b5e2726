"""Nothing is said to happen when the model does not answer.

A model fails, or answers too late, in some calls of every day. `fallback` is what the caller hears then, and where the
call goes.

Bad:

    state first
      llm "Answer the caller's question, then ask whether to go ahead."
        facts "The cover includes the boiler and the radiators."
        never "discounts, guarantees"
        convinced "the caller agrees to go ahead": end booked
        limit 3 turns 45s -> goodbye

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

RULE = Rule("FL513", "llm-without-fallback", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in undamaged(draft):
        if isinstance(statement, Llm) and statement.fallback is None:
            help_ = 'add under it, for example: fallback "I understand." -> STATE'
            yield RULE.at(statement.span, "nothing is said for when the model does not answer", help_)
