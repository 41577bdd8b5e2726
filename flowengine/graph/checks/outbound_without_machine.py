"""An outbound flow says nothing of answering machines.

A good part of all calls is answered by one. Without a `machine` branch the agent talks to it, question after question,
until its time is up.

Bad:

    flow example "An example" outbound

    outcome not_permitted
    outcome agreed

    intent agree "the caller says yes"
      "yes"

    state start
      guard uk_outbound
        allowed -> first
        refused: end not_permitted

    state first
      say "Hello. Shall I book it?"
      listen
        agree: end agreed
        silence or otherwise: end failed

Good:

    flow example "An example" outbound

    outcome not_permitted
    outcome no_answer retry
    outcome agreed

    intent agree "the caller says yes"
      "yes"

    state start
      guard uk_outbound
        allowed -> first
        refused: end not_permitted

    state first
      say "Hello. Shall I book it?"
      listen
        agree: end agreed
        silence or otherwise: end failed

    anywhere
      hangup: end hung_up
      machine: end no_answer
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.model import Listen, OnMachine
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement, handlers, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL612", "outbound-without-machine", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if flow.direction != "outbound" or draft.library_alone or draft.lost_lines:
        return
    branches = [branch for state in flow.states.values() for each in waiting(state.body) for branch in each.branches]
    branches += handlers(flow)
    handled = any(isinstance(trigger, OnMachine) for branch in branches for trigger in branch.triggers)
    if not handled and any(isinstance(statement, Listen) for statement in every_statement(flow)):
        help_ = "add to 'anywhere', for example: machine: end no_answer"
        yield RULE.at(flow.span, "this outbound flow says nothing of answering machines", help_)
