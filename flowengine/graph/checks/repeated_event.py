"""One branch names the same event twice.

The second is never looked at. Often another event was meant.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or silence -> goodbye
        otherwise -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import trigger_label
from flowengine.graph.model import Branch
from flowengine.graph.names import Draft
from flowengine.graph.walk import handlers, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL324", "repeated-event", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for state in draft.flow.states.values():
        for statement in waiting(state.body):
            yield from _twice(statement.branches)
    yield from _twice(tuple(handlers(draft.flow)))


def _twice(branches: tuple[Branch, ...]) -> Iterator[Diagnostic]:
    for branch in branches:
        labels = [trigger_label(trigger) for trigger in branch.triggers]
        twice = next((label for index, label in enumerate(labels) if label in labels[:index]), None)
        if twice is not None:
            yield RULE.at(branch.span, f"{twice!r} stands twice in this branch", "take one out")
