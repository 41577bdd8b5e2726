"""A handler of `hangup` says something, or moves on.

Nobody is there any more. `hangup` may note, set and end the call with an outcome.

Bad:

    state first
      -> goodbye

    anywhere
      hangup -> goodbye

Good:

    state first
      -> goodbye

    anywhere
      hangup
        note "The caller left."
        end hung_up
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import statements
from flowengine.graph.model import Again, Branch, Goto, Keys, OnHangup, Say, Wait
from flowengine.graph.names import Draft
from flowengine.graph.walk import handlers, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL311", "hangup-goes-on", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for branch in handlers(draft.flow):
        yield from _branch(branch)
    for state in draft.flow.states.values():
        for statement in waiting(state.body):
            for branch in statement.branches:
                yield from _branch(branch)


def _branch(branch: Branch) -> Iterator[Diagnostic]:
    if not any(isinstance(trigger, OnHangup) for trigger in branch.triggers):
        return
    for statement in statements(branch.body):
        if isinstance(statement, Goto | Say | Again | Wait | Keys):
            message = "after a hang-up nobody listens: this can only note, set and end"
            yield RULE.at(statement.span, message, "write 'end hung_up'")
            return
