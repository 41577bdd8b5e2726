"""A digression can be reached with nothing interrupted: its `resume` would have nowhere to go back to.

A branch that leads to such a state interrupts the question it stands under. A state that moves there by its own
statements interrupts nothing, and the call would end with an apology.

Bad:

    state first
      say "Hello."
      -> explain

    state explain
      say "It is free of charge."
      if turns < 9
        resume
      -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        refuse -> explain
        silence or otherwise -> goodbye

    state explain
      say "It is free of charge."
      resume
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import digressions
from flowengine.graph.names import Draft
from flowengine.graph.proof.builtin import first_breaches, may_prove
from flowengine.graph.proof.query import Query
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL323", "resume-of-nothing", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    returning = digressions(flow)
    # A call that begins in a digression is told of by FL306.
    if not may_prove(draft) or not returning or flow.start in returning:
        return
    for breach in first_breaches(flow, Query(gains=lambda _: False, bad=True, at_lost_resume=True)):
        message = f"state {breach.place!r} can be reached with nothing interrupted, so this has nowhere to go back to"
        help_ = f"lead there from a branch, or move on instead (shortest path: {breach.shown})"
        yield RULE.at(breach.span, message, help_)
