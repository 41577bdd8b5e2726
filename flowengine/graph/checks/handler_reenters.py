"""An `anywhere` handler of silence leads to where the same silence leads again, without end.

A line left open would go round there until the caller hangs up: each entry from elsewhere begins the count of rungs
anew. The same goes for `otherwise`. What the caller means again and again is theirs to decide, and not reported.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        otherwise -> goodbye

    state still_there
      say "Are you still there?"
      -> waiting

    state waiting
      say "Please say yes or no."
      listen
        agree or refuse -> first
        otherwise -> goodbye

    anywhere
      silence -> still_there

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        otherwise -> goodbye

    state still_there
      say "Are you still there?"
      listen
        agree or refuse -> first
        silence or otherwise -> goodbye

    anywhere
      silence -> still_there
      hangup: end hung_up
      after 8m -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.endless_talk import moves_on
from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import branch_label, statements
from flowengine.graph.model import (
    Branch,
    End,
    Flow,
    Goto,
    Listen,
    OnAfter,
    OnOtherwise,
    OnSilence,
    OnTurns,
    Return,
)
from flowengine.graph.names import Draft
from flowengine.graph.walk import handlers, waiting
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL320", "handler-reenters", "warning")


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    triggers = [trigger for branch in handlers(flow) for trigger in branch.triggers]
    if draft.lost_lines or any(isinstance(trigger, OnAfter | OnTurns) for trigger in triggers):
        return
    for branch in handlers(flow):
        for event, word in ((OnSilence(), "silence"), (OnOtherwise(), "otherwise")):
            place = _comes_back(flow, branch, event) if event in branch.triggers else None
            if place is not None:
                message = f"{branch_label(branch)!r} leads to {place!r}, where {word!r} leads again, without end"
                help_ = f"answer {word!r} in that state, or end the ladder here: {word} 3 -> STATE"
                yield RULE.at(branch.span, message, help_)
                break


def _comes_back(flow: Flow, branch: Branch, event: OnSilence | OnOtherwise) -> str | None:
    """A state that listens, that the branch leads to, and that the event leads to again whenever it comes there."""
    for entry in _targets(branch):
        for place in filter(None, _listening(flow, entry)):
            own = [each for wait in waiting(flow.states[place].body) for each in wait.branches]
            if any(event in each.triggers for each in own):
                continue
            layers = flow.layers(flow.states[place].scope)
            live = [each for layer in layers for each in layer.branches if event in each.triggers]
            movers = [each for each in _ladder(live) if _moves(each)]
            # Entered from itself a state counts on; from elsewhere, the first rung that moves is all there will be.
            taken = movers if place == entry else movers[:1]
            if taken and all(_leads_back(flow, each, place) for each in taken):
                return place
    return None


def _ladder(live: list[Branch]) -> Iterator[Branch]:
    """What is taken the first time, the second, …"""
    for count in sorted({branch.rung for branch in live}):
        yield max((branch for branch in live if branch.rung <= count), key=lambda branch: branch.rung)


def _moves(branch: Branch) -> bool:
    return any(isinstance(each, Goto | End | Return) for each in statements(branch.body))


def _leads_back(flow: Flow, branch: Branch, place: str) -> bool:
    """Whether every move of a branch leads there again before the caller is heard."""
    leaves = any(isinstance(each, End | Return) for each in statements(branch.body))
    return not leaves and all(list(_listening(flow, target)) == [place] for target in _targets(branch))


def _targets(branch: Branch) -> Iterator[str]:
    yield from (each.state for each in statements(branch.body) if isinstance(each, Goto))


def _listening(flow: Flow, entry: str) -> Iterator[str]:
    """The states that listen and are reached from a state before the caller is heard; "" for an end on the way."""
    ahead, seen = [entry], {entry}
    while ahead:
        state = flow.states.get(ahead.pop())
        if state is None:
            continue
        if any(isinstance(wait, Listen) for wait in waiting(state.body)):
            yield state.name
            continue
        targets = [move.state for move in moves_on(state.body, state.scope, {})]
        if not targets:
            yield ""
        for target in targets:
            if target not in seen:
                seen.add(target)
                ahead.append(target)
