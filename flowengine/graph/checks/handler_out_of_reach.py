"""An `anywhere` handler that no state can reach; or one that protects the caller, and that a state replaces.

A state's own branch wins. Where every state that listens has one for an event, the handler is dead text. Where the
event is one that protects the caller (a complaint, distress, an emergency), a state that answers it otherwise takes
from callers in that state what all others are promised.

Bad:

    intent complaint "the caller complains"
      "I want to complain"

    outcome complained suppress

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        refuse or complaint -> goodbye
        silence or otherwise -> goodbye

    anywhere
      complaint: end complained

Good:

    intent complaint "the caller complains"
      "I want to complain"

    outcome complained suppress

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        refuse -> goodbye
        silence or otherwise -> goodbye

    anywhere
      hangup: end hung_up
      complaint: end complained
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.edges import branch_label, digressions, statements
from flowengine.graph.model import (
    Branch,
    Collect,
    End,
    Flow,
    Goto,
    HandlerLayer,
    Listen,
    OnAfter,
    OnHangup,
    OnIntent,
    OnMachine,
    OnOtherwise,
    OnSilence,
    OnTurns,
    Return,
    State,
    Trigger,
    within,
)
from flowengine.graph.names import Draft
from flowengine.graph.walk import own, waiting
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL322", "handler-out-of-reach", "warning")

_NETS = (OnAfter, OnHangup, OnMachine, OnTurns, OnSilence, OnOtherwise)
"""What stands in `anywhere` for the call as a whole, and for states that are yet to be written."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    if draft.lost_lines or draft.library_alone:
        return
    places = [
        (state, each)
        for state in flow.states.values()
        for each in waiting(state.body)
        if isinstance(each, Listen | Collect)
    ]
    for layer in flow.anywhere:
        for branch in layer.branches:
            if own(draft, branch.span) and places and not _reached(layer, branch, places):
                message = f"every state that listens answers {branch_label(branch)!r} itself, so this is never taken"
                yield RULE.at(branch.span, message, "take it out, or take the branches out that say the same")
    for state, statement in places:
        for branch in statement.branches:
            yield from _replaced(flow, state, branch)


def _reached(layer: HandlerLayer, branch: Branch, places: list[tuple[State, Listen | Collect]]) -> bool:
    """Whether some state leaves one of its events to the handler."""
    if any(isinstance(trigger, _NETS) for trigger in branch.triggers):
        return True
    for state, statement in places:
        if within(state.scope, layer.scope):
            for trigger in branch.triggers:
                if not any(_beats(each, branch, trigger) for each in statement.branches):
                    return True
    return False


def _beats(one: Branch, other: Branch, trigger: Trigger) -> bool:
    """Whether a state's own branch is taken whenever the handler could be."""
    same_rung = one.rung == other.rung and (one.rung == 1 or set(one.triggers) >= set(other.triggers))
    return trigger in one.triggers and same_rung


def _replaced(flow: Flow, state: State, branch: Branch) -> Iterator[Diagnostic]:
    for trigger in branch.triggers:
        intent = flow.intents.get(trigger.name) if isinstance(trigger, OnIntent) else None
        # Whether an opt-out is honoured everywhere is proved: opt_out_ignored.
        if intent is None or not intent.protective or intent.name == "opt_out":
            continue
        live = (each for layer in flow.layers(state.scope) for each in layer.branches if trigger in each.triggers)
        handler = next(live, None)
        if handler is not None and not _ways(flow, branch) <= _ways(flow, handler):
            message = f"{intent.name!r} protects the caller, and does something else here than in 'anywhere'"
            help_ = "take it out here, so that the handler answers it"
            yield RULE.at(branch.span, message, help_, Related(handler.span, "the handler"))


def _ways(flow: Flow, branch: Branch) -> frozenset[str]:
    """Where a branch leads; "" for on with the conversation."""
    asides = digressions(flow)
    found: set[str] = set()
    for statement in statements(branch.body):
        match statement:
            case Goto(state=target):
                found.add("" if target in asides else target)
            case End(outcome=outcome) | Return(outcome=outcome):
                found.add(f"end {outcome}")
            case _:
                pass
    return frozenset(found or {""})
