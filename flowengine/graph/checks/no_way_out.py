"""From a state no path leads to an end of the call.

The caller would go round for ever, until they hang up. Some path must reach `end`.

Bad:

    state first
      say "Shall I go on?"
      listen
        agree -> second
        silence or otherwise: again

    state second
      say "And now?"
      listen
        agree -> first
        silence or otherwise: again

Good:

    state first
      say "Shall I go on?"
      listen
        agree: end booked
        silence or otherwise: again
        silence or otherwise 3 -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.checks.unreachable_state import reachable
from flowengine.graph.edges import edges
from flowengine.graph.model import Flow
from flowengine.graph.names import Draft
from flowengine.graph.walk import damaged, own, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL304", "no-way-out", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if draft.library_alone or "" in draft.lost_names or draft.lost_lines:
        return
    ends = ending(flow)
    reached = reachable(flow)
    stuck = [state for state in flow.states.values() if state.name in reached - ends and state.body]
    stuck = [state for state in stuck if own(draft, state.span) and not damaged(draft, state)]
    # Where nothing waits at all, endless_talk says so.
    if any(True for state in stuck for _ in waiting(state.body)):
        others = [repr(state.name) for state in stuck[1:]]
        beside = f" (nor from {', '.join(others)})" if others else ""
        message = f"no path leads from state {stuck[0].name!r} to an end of the call{beside}"
        yield RULE.at(stuck[0].span, message, "let a branch lead to a state with 'end OUTCOME'")


def ending(flow: Flow) -> frozenset[str]:
    """The states that some path leads on from to an end of the call."""
    leads_to: dict[str, set[str]] = {}
    found: set[str] = set()
    for edge in edges(flow):
        if edge.source is None:
            continue
        if edge.target is None:
            found.add(edge.source)  # an end, or a resume: the place resumed to is checked by itself
        elif edge.target in flow.states:
            leads_to.setdefault(edge.target, set()).add(edge.source)
        else:
            found.add(edge.source)
    ahead = list(found)
    while ahead:
        for source in leads_to.get(ahead.pop(), set()) - found:
            found.add(source)
            ahead.append(source)
    return frozenset(found)
