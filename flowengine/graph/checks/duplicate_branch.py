"""Two branches of one `listen` answer the same event at the same rung.

Only the first could ever be taken.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree -> goodbye
        agree: end booked
        silence or otherwise -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree: again "Are you sure?"
        agree 2: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import trigger_label
from flowengine.graph.model import Branch
from flowengine.graph.names import Draft
from flowengine.graph.walk import waiting
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL309", "duplicate-branch", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for state in draft.flow.states.values():
        for statement in waiting(state.body):
            yield from _branches(statement.branches)
    for layer in draft.flow.anywhere:
        yield from _branches(layer.branches)


def _branches(branches: tuple[Branch, ...]) -> Iterator[Diagnostic]:
    first: dict[tuple[str, int], Branch] = {}
    for branch in branches:
        for trigger in branch.triggers:
            label = trigger_label(trigger)
            earlier = first.setdefault((label, branch.rung), branch)
            if earlier is not branch:
                rung = f" {branch.rung}" if branch.rung > 1 else ""
                message = f"'{label}{rung}' is answered twice"
                help_ = "join the two, or give one a number: the time from which it answers"
                yield RULE.at(branch.span, message, help_, Related(earlier.span, "first answered"))
                break
