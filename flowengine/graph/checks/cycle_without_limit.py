"""States lead to each other in a circle that a caller can be led around for ever.

Nothing counts the rounds, and nothing ends the call after a time: a caller who keeps saying the same, or a machine,
holds the line. A circle needs a counter that leads out of it, or the call a limit. (Rungs do not count rounds: they
begin anew with each entry. What `anywhere` leads to, the caller asks for, and is not counted.)

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> second

    state second
      say "It is free of charge."
      wait 1s
      -> first

Good:

    state first
      set rounds = rounds | default(0) + 1
      if rounds > 3 -> goodbye
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise -> second

    state second
      say "It is free of charge."
      wait 1s
      -> first
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from flowengine.graph.checks.no_way_out import ending
from flowengine.graph.checks.rule import Rule
from flowengine.graph.components import components
from flowengine.graph.edges import Edge, edges, statements
from flowengine.graph.jinja import read
from flowengine.graph.model import (
    AtMost,
    Branch,
    Collect,
    End,
    Flow,
    Goto,
    If,
    Listen,
    Llm,
    OnAfter,
    OnTurns,
    Return,
    Set,
)
from flowengine.graph.names import Draft
from flowengine.graph.walk import handlers, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL314", "cycle-without-limit", "warning")

_RISING = frozenset({"turns", "now"})
"""Built-in names that grow by themselves."""

Moves = Mapping[str, Mapping[str, Edge]]


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if draft.library_alone or draft.lost_lines or draft.lost_names or _limited(flow):
        return
    finite = ending(flow)
    moves: dict[str, dict[str, Edge]] = {name: {} for name in flow.states}
    for edge in edges(flow):
        if edge.source not in moves or edge.target not in moves or edge.returns is not None:
            continue
        if not _counted(flow, edge.source, edge):
            moves[edge.source].setdefault(edge.target, edge)
    for group in components(moves):
        if len(group) == 1 and not group & moves[min(group)].keys():
            continue
        hears = [name for name in group if _hears(flow, name)]
        changing = _changing(flow, group)
        counters = {name for name in group if _counts(flow, name, group, changing)}
        inside = {name: {to: edge for to, edge in moves[name].items() if to in group} for name in group}
        for name in counters:
            inside[name] = {}
        circle = next((found for name in hears if name in finite and (found := _round(name, inside))), None)
        if circle is not None:
            names = " → ".join([edge.source or "" for edge in circle] + [circle[0].source or ""])
            message = f"a caller can be led around here for ever: {names}"
            help_ = "count the rounds and leave after some, or limit the call: after 8m -> STATE"
            yield RULE.at(circle[-1].span, message, help_)


def _limited(flow: Flow) -> bool:
    """Whether the whole call is limited, by a handler that leaves or by a policy."""
    timed = (
        branch
        for branch in handlers(flow)
        if any(isinstance(trigger, OnAfter | OnTurns) for trigger in branch.triggers)
        and any(isinstance(each, Goto | End) for each in statements(branch.body))
    )
    rules = (rule for policy in flow.policies for rule in policy.rules)
    return any(True for _ in timed) or any(isinstance(rule, AtMost) for rule in rules)


def _hears(flow: Flow, name: str) -> bool:
    return any(isinstance(each, Listen | Collect | Llm) for each in waiting(flow.states[name].body))


def _counted(flow: Flow, name: str, edge: Edge) -> bool:
    """A move of a state to itself counts on, so a higher rung of the same events ends it."""
    if edge.target != name:
        return False
    branches = [branch for each in waiting(flow.states[name].body) for branch in each.branches]
    mine = [branch for branch in branches if any(move.span == edge.span for move in _gotos(branch))]
    return any(
        other.rung > branch.rung and set(other.triggers) >= set(branch.triggers) and _leaves(other, name)
        for branch in mine
        for other in (*branches, *handlers(flow))
    )


def _gotos(branch: Branch) -> Iterator[Goto]:
    yield from (each for each in statements(branch.body) if isinstance(each, Goto))


def _leaves(branch: Branch, name: str) -> bool:
    ends = any(isinstance(each, End | Return) for each in statements(branch.body))
    return ends or any(move.state != name for move in _gotos(branch))


def _changing(flow: Flow, group: frozenset[str]) -> frozenset[str]:
    """The names that have another value after a round."""
    inside = (each for name in group for each in statements(flow.states[name].body))
    return _RISING | {each.name for each in inside if isinstance(each, Set)}


def _counts(flow: Flow, name: str, group: frozenset[str], changing: frozenset[str]) -> bool:
    """Whether a state asks about something that changes in the circle, and may leave it then."""
    for statement in statements(flow.states[name].body):
        for arm in statement.arms if isinstance(statement, If) else ():
            words = {word.name for word in read(arm.condition).words} if arm.condition is not None else set()
            leaves = any(
                isinstance(each, End | Return) or (isinstance(each, Goto) and each.state not in group)
                for each in statements(arm.body)
            )
            if leaves and (words & changing or arm.condition is None):
                return True
    return False


def _round(start: str, moves: Moves) -> list[Edge]:
    """A shortest way from a state back to it; empty when there is none."""
    came: dict[str, Edge] = {}
    ahead = deque([start])
    while ahead:
        name = ahead.popleft()
        for target, edge in moves[name].items():
            if target == start:
                found = [edge]
                while found[0].source != start:
                    found.insert(0, came[found[0].source or ""])
                return found
            if target not in came:
                came[target] = edge
                ahead.append(target)
    return []
