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
from flowengine.graph.edges import statements
from flowengine.graph.model import Branch, Collect, Guard, Listen
from flowengine.graph.names import Draft
from flowengine.graph.walk import handlers
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL307", "waiting-in-branch", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for branch in handlers(draft.flow):
        yield from _branch(branch)
    for state in draft.flow.states.values():
        for statement in statements(state.body):
            if isinstance(statement, Listen | Collect | Guard):
                for branch in statement.branches:
                    yield from _branch(branch)


def _branch(branch: Branch) -> Iterator[Diagnostic]:
    for statement in branch.body:
        word = _word(statement)
        if word is not None:
            yield RULE.at(
                statement.span, f"{word!r} cannot stand in a branch", "give it a state of its own and move there"
            )
        arms = getattr(statement, "arms", ())
        for arm in arms:
            yield from _branch(Branch(branch.triggers, branch.rung, arm.body, arm.span))


def _word(statement: object) -> str | None:
    match statement:
        case Listen():
            return "listen"
        case Collect():
            return "collect"
        case Guard():
            return "guard"
        case _:
            return None
