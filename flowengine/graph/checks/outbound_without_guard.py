"""An outbound flow passes no guard.

A call that we make is subject to calling hours and do-not-call lists. `guard` is where the flow asks whether it may
speak, before the first word.

Bad:

    flow example "An example" outbound

    outcome done

    state start
      say "Hello."
      end done

Good:

    state first
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Guard
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL701", "outbound-without-guard", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if flow.direction != "outbound" or draft.lost_lines:
        return
    if not any(isinstance(statement, Guard) for statement in every_statement(flow)):
        help_ = "begin with: guard uk_outbound, with branches 'allowed' and 'refused'"
        yield RULE.at(flow.span, "this outbound flow passes no guard", help_)
