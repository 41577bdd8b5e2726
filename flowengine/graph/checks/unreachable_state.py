"""No path leads to a state.

It is dead text: often the move that should lead there names another state. States of a library may stay unused.

Bad:

    state first
      -> goodbye

    state forgotten
      -> goodbye

Good:

    state first
      -> remembered

    state remembered
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import edges
from flowengine.graph.model import Flow
from flowengine.graph.names import Draft
from flowengine.graph.walk import own
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL301", "unreachable-state", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    # A missing name (an empty one) could have been any state.
    if draft.library_alone or "" in draft.lost_names:
        return
    reached = reachable(draft.flow, draft.lost_names | draft.names.meant("state"))
    for state in draft.flow.states.values():
        if state.name not in reached and own(draft, state.span):
            help_ = f"lead to it with '-> {state.name}', or take it out"
            yield RULE.at(state.span, f"no path leads to state {state.name!r}", help_)


def reachable(flow: Flow, also: frozenset[str] = frozenset()) -> frozenset[str]:
    """The states that some path from the start, from `anywhere`, or from one of `also` leads to."""
    moves: dict[str | None, set[str]] = {}
    for edge in edges(flow):
        if edge.target is not None:
            moves.setdefault(edge.source, set()).add(edge.target)
    waiting = [flow.start, *moves.get(None, ()), *also]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in flow.states and name not in reached:
            reached.add(name)
            waiting.extend(moves.get(name, ()))
    return frozenset(reached)
