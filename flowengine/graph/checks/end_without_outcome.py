"""`end` without an outcome.

The dialler and the reports would not know what came of the call.

Bad:

    state first
      if contact.plan == "full": end
      -> goodbye

Good:

    state first
      if contact.plan == "full": end booked
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import End
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL801", "end-without-outcome", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    known = list(draft.flow.outcomes)
    for statement in every_statement(draft.flow):
        if isinstance(statement, End) and not statement.outcome and "" not in draft.lost_names:
            help_ = f"write, for example: end {known[0]}"
            yield RULE.at(statement.span, "this 'end' does not say how the call ended", help_)
