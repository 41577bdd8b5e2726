"""The model may speak for ever.

Nothing but its own judgement would end the talk. `limit` counts the caller's turns, or the time, or both, and says
where the call goes when they are used up.

Bad:

    state first
      llm "Answer the caller's question, then ask whether to go ahead."
        facts "The cover includes the boiler and the radiators."
        never "discounts, guarantees"
        convinced "the caller agrees to go ahead": end booked
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

RULE = Rule("FL512", "llm-without-limit", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in undamaged(draft):
        if isinstance(statement, Llm) and statement.turns is None and statement.seconds is None:
            help_ = "add under it, for example: limit 3 turns 45s -> STATE"
            yield RULE.at(statement.span, "nothing limits how long the model talks with the caller", help_)
