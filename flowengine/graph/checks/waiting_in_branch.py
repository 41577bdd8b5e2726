"""Something that waits stands inside a branch.

A branch answers an event: it may say, set, note and decide, and then moves on or goes back. A second question is a
state of its own, so that it has a name in reports and can be returned to.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree
          say "When?"
          listen
            silence or otherwise -> goodbye
        silence or otherwise -> goodbye

Good:

    state first
      say "Shall I book it?"
      listen
        agree -> when
        silence or otherwise -> goodbye

    state when
      say "When?"
      listen
        silence or otherwise -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import inner_blocks, statements
from flowengine.graph.model import Branch, Waiting
from flowengine.graph.names import Draft
from flowengine.graph.walk import handlers, word_of
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL307", "waiting-in-branch", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for branch in handlers(draft.flow):
        yield from _branch(branch)
    for state in draft.flow.states.values():
        for statement in statements(state.body):
            if isinstance(statement, Waiting):
                for branch in statement.branches:
                    yield from _branch(branch)


def _branch(branch: Branch) -> Iterator[Diagnostic]:
    for statement in branch.body:
        if isinstance(statement, Waiting):
            message = f"{word_of(statement)!r} cannot stand in a branch"
            yield RULE.at(statement.span, message, "give it a state of its own and move there")
            continue
        for inner in inner_blocks(statement):
            yield from _branch(Branch(branch.triggers, branch.rung, inner, branch.span))
