"""`resume` stands where nothing can have been interrupted.

`resume` goes back to the question that a digression interrupted. The first state of a call interrupts nothing.

Bad:

    flow example "An example" inbound

    state start
      say "Hello."
      resume

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        refuse
          say "It is free of charge."
          resume
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import digressions
from flowengine.graph.model import Branch, If, OnAfter, OnHangup, Resume
from flowengine.graph.names import Draft
from flowengine.graph.walk import handlers
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL306", "misplaced-resume", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if flow.start in digressions(flow):
        state = flow.states[flow.start]
        for resume in _resumes(state.body):
            yield RULE.at(
                resume.span, "the call begins in this state, so there is nothing to resume", "move on instead"
            )
    for branch in handlers(flow):
        if _only_hangup(branch):
            for resume in _resumes(branch.body):
                yield RULE.at(resume.span, "after a hang-up there is nothing to resume", "write 'end OUTCOME'")


def _only_hangup(branch: Branch) -> bool:
    return any(isinstance(trigger, OnHangup) for trigger in branch.triggers) and not any(
        isinstance(trigger, OnAfter) for trigger in branch.triggers
    )


def _resumes(block: tuple[object, ...]) -> Iterator[Resume]:
    for statement in block:
        if isinstance(statement, Resume):
            yield statement
        elif isinstance(statement, If):
            for arm in statement.arms:
                yield from _resumes(arm.body)
