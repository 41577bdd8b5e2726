"""A subflow can never end, so the `run` never goes on.

Its outcomes are how its caller learns that it is done. No path through it leads to an `end`.

Bad:

    state first
      run ask_day
        no_day -> goodbye

    # ask_day.flow
    flow ask_day "Agrees on a day" inbound

    contact
      name: text

    outcome day_agreed
    outcome no_day

    slot day: date
      ask "Which day would suit you, {{ contact.name }}?"

    state ask
      collect day
        done -> ask
        failed -> ask

    state given_up
      end no_day

Good:

    state first
      run ask_day
        day_agreed: end booked
        no_day -> goodbye

    # ask_day.flow
    flow ask_day "Agrees on a day" inbound

    contact
      name: text

    outcome day_agreed
    outcome no_day

    slot day: date
      ask "Which day would suit you, {{ contact.name }}?"

    state ask
      collect day
        done: end day_agreed
        failed: end no_day
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import Edge, edges
from flowengine.graph.model import Flow, Run, within
from flowengine.graph.names import Draft
from flowengine.graph.walk import whole_runs
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL319", "subflow-never-returns", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    runs = list(whole_runs(draft))
    moves: dict[str | None, list[Edge]] = {}
    for edge in edges(flow) if runs else ():
        moves.setdefault(edge.source, []).append(edge)
    for run in runs:
        entry = flow.states[run.entry].span
        if "" not in draft.lost_names and not _returns(flow, run, moves):
            help_ = "let some path through it lead to 'end OUTCOME'"
            message = f"no path through {run.flow!r} ends it, so this never goes on"
            yield RULE.at(run.span, message, help_, Related(entry, "it begins here"))


def _returns(flow: Flow, run: Run, moves: dict[str | None, list[Edge]]) -> bool:
    """Whether some path from the subflow's first state, or a handler of its own, ends it."""
    ahead = [run.entry]
    reached = {run.entry}
    for edge in moves.get(None, ()):
        if within(edge.scope, run.scope):
            if edge.returns is not None and edge.scope == run.scope:
                return True
            if edge.target is not None:
                ahead.append(edge.target)
    while ahead:
        for edge in moves.get(ahead.pop(), ()):
            source = flow.states.get(edge.source or "")
            if edge.returns is not None and source is not None and source.scope == run.scope:
                return True
            target = flow.states.get(edge.target or "")
            if target is not None and target.name not in reached and within(target.scope, run.scope):
                reached.add(target.name)
                ahead.append(target.name)
    return False
