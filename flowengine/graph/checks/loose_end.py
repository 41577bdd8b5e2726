"""A path through a state comes to nothing: it neither waits, nor moves on, nor ends.

The call would hang there in silence. Every path, through every `if`, needs something that closes it. A result of
`collect` or `guard` needs it too, since there is no question to come back to.

Bad:

    state first
      if contact.plan == "basic"
        -> goodbye

Good:

    state first
      if contact.plan == "basic"
        -> goodbye
      end booked
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import inner_blocks
from flowengine.graph.model import Again, If, OnResult, Split, State, Statement
from flowengine.graph.names import Draft
from flowengine.graph.walk import block_closes, damaged, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL303", "loose-end", "error")

_HELP = "close it with 'listen', '-> STATE' or 'end OUTCOME'"


def check(draft: Draft) -> Iterator[Diagnostic]:
    for state in draft.flow.states.values():
        if damaged(draft, state) or not state.body:
            continue
        if not block_closes(state.body):
            yield RULE.at(state.span, f"a path through state {state.name!r} comes to nothing", _HELP)
        yield from _again(state)
        for statement in waiting(state.body):
            for branch in statement.branches:
                results = [trigger.name for trigger in branch.triggers if isinstance(trigger, OnResult)]
                if results and not block_closes(branch.body):
                    message = f"nothing follows {' or '.join(map(repr, results))}"
                    yield RULE.at(branch.span, message, "add '-> STATE' or 'end OUTCOME'")


def _again(state: State) -> Iterator[Diagnostic]:
    """`again` in a state's own statements: nothing has been asked yet that could be asked again."""
    for statement in _own(list(state.body)):
        if isinstance(statement, Again):
            message = "'again' has nothing to repeat here: it answers an event, so it stands in a branch"
            yield RULE.at(statement.span, message, "write 'listen', or move it into a branch")


def _own(statements: list[Statement]) -> Iterator[Statement]:
    for statement in statements:
        yield statement
        if isinstance(statement, If | Split):
            for inner in inner_blocks(statement):
                yield from _own(list(inner))
