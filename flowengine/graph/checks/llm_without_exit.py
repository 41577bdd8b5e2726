"""The model has no way out that it could choose, or two that read alike.

It never names a state: it chooses among its exits, by their descriptions. Without one, every talk lasts to its limit;
between two that say the same, the choice means nothing.

Bad:

    state first
      llm "Answer the caller's question, then ask whether to go ahead."
        facts "The cover includes the boiler and the radiators."
        never "discounts, guarantees"
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

RULE = Rule("FL514", "llm-without-exit", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in undamaged(draft):
        if not isinstance(statement, Llm):
            continue
        if not statement.exits:
            help_ = 'add under it, for example: convinced "the caller agrees" -> STATE'
            yield RULE.at(statement.span, "the model has no exit that it could choose", help_)
        first: dict[str, str] = {}
        for each in statement.exits:
            earlier = first.setdefault(" ".join(each.description.lower().split()), each.name)
            if earlier != each.name:  # one name twice is a duplicate branch
                message = f"the model cannot tell {each.name!r} from {earlier!r}: they are described alike"
                yield RULE.at(statement.span, message, "say in each description when it alone is meant")
