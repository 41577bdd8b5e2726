"""Something is said to a person who may not be called: on a path on which no guard has allowed the call.

The guard stands over every line from where it allows the call on. What is said before it, or after it has refused, is
said to somebody who should not have been rung. Only flows that have a guard are looked at; FL701 speaks of those that
have none.

Bad:

    flow example "An example" outbound
      agent "Amy" of "Hearth & Home"

    outcome declined

    state start
      say "Good morning."
      guard uk_outbound
        allowed -> first
        refused: end declined

    state first
      say "This is {{ agent.name }} from {{ agent.company }}. We've moved. Goodbye."
      end declined

    anywhere
      hangup: end hung_up

Good:

    flow example "An example" outbound
      agent "Amy" of "Hearth & Home"

    outcome declined

    state start
      guard uk_outbound
        allowed -> first
        refused: end declined

    state first
      say "This is {{ agent.name }} from {{ agent.company }}. We've moved. Goodbye."
      end declined

    anywhere
      hangup: end hung_up
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.effects import Effect, Spoke, Succeeded, Turned
from flowengine.graph.model import Guard, OnResult
from flowengine.graph.names import Draft
from flowengine.graph.proof.builtin import first_breaches, may_prove
from flowengine.graph.proof.query import Query
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL708", "unguarded-line", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    guarded = any(isinstance(each, Guard) for each in every_statement(flow))
    if flow.direction != "outbound" or not guarded or not may_prove(draft):
        return
    query = Query(_allows, bad=False, at_effect=lambda effect: isinstance(effect, Spoke))
    # One path is enough: what follows an unguarded line is unguarded too.
    for breach in first_breaches(flow, query)[:1]:
        message = "this is said on a path on which no guard has allowed the call"
        help_ = f"ask the guard before it, or end without a word (shortest path: {breach.shown})"
        yield RULE.at(breach.span, message, help_)


def _allows(effect: Effect) -> bool:
    match effect:
        case Succeeded(statement=Guard()):
            return True
        case Turned(trigger=trigger):
            # What is said then answers the caller, or says goodbye.
            return not isinstance(trigger, OnResult)
        case _:
            return False
