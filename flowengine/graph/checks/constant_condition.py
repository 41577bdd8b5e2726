"""A condition is always true, or always false.

It names nothing that could differ from call to call, so one of its arms is never taken.

Bad:

    state first
      if 1 == 1
        say "Hello."
      -> goodbye

Good:

    state first
      if contact.plan == "basic"
        say "Hello."
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import read
from flowengine.graph.model import If
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL401", "constant-condition", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for statement in every_statement(draft.flow):
        if not isinstance(statement, If):
            continue
        for arm in statement.arms:
            if arm.condition is not None and read(arm.condition).constant:
                message = f"'{arm.condition.text}' is the same in every call"
                yield RULE.at(arm.condition.span, message, "compare something of the call, or take the 'if' out")
