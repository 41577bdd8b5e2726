"""A branch, or an arm, that can never be taken.

A rung above one that always leaves the state; a rung that nothing counts up to, since the event has no lower one; an
`elif` that an earlier condition has answered already; `machine` in an inbound flow, since only a call that we made is
watched for one (a library may have it, for the outbound flows that use it too). Its author believes that it answers
something.

Bad:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise 2 -> goodbye
        silence or otherwise: again
        silence 3: end declined

Good:

    state first
      say "Shall I book it?"
      listen
        agree: end booked
        silence or otherwise: again
        silence or otherwise 3 -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.checks.rule import Rule
from flowengine.graph.conditions import Bound, Context, bound, conjuncts, contradictory, opposite, repeats
from flowengine.graph.edges import branch_label, digressions
from flowengine.graph.expression_types import declared_types
from flowengine.graph.jinja import read
from flowengine.graph.model import (
    Arm,
    Block,
    Branch,
    Collect,
    End,
    Flow,
    Goto,
    If,
    Listen,
    Llm,
    OnHeardSlot,
    OnIntent,
    OnMachine,
    OnPress,
    Return,
    Split,
    Trigger,
)
from flowengine.graph.names import Draft
from flowengine.graph.walk import damaged, every_statement, handlers, waiting
from flowengine.language.diagnostics import Diagnostic, Related

RULE = Rule("FL315", "dead-branch", "warning")

MOST_ARMS = 12
"""How many arms before it an arm is held against, but for one that says the very same."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    flow = draft.flow
    yield from _arms(draft)
    if draft.lost_lines:
        return
    yield from _machines(draft)
    elsewhere = tuple(handlers(flow))
    asides = digressions(flow)
    for state in flow.states.values():
        if damaged(draft, state):
            continue
        stays = asides | {state.name}
        for statement in waiting(state.body):
            yield from _branches(statement.branches, (*statement.branches, *elsewhere), stays)
    heard = frozenset(state.name for state in flow.states.values() if _hears(flow, state.name)) | asides
    everywhere = [branch for state in flow.states.values() for each in waiting(state.body) for branch in each.branches]
    for layer in flow.anywhere:
        yield from _branches(layer.branches, (*everywhere, *elsewhere), heard)


def _machines(draft: Draft) -> Iterator[Diagnostic]:
    """Who calls us is a person: no words are taken for a machine's, and the telephone network gives no verdict."""
    flow = draft.flow
    if flow.direction != "inbound" or draft.library_alone:
        return
    waited = (branch for state in flow.states.values() for each in waiting(state.body) for branch in each.branches)
    for branch in (*waited, *handlers(flow)):
        own = branch.span.path == flow.span.path
        if own and branch.rung == 1 and OnMachine() in branch.triggers:
            message = "'machine' never comes in an inbound flow: only a call that we made is watched for one"
            yield RULE.at(branch.span, message, "take it out, or make the flow outbound")


def _branches(branches: tuple[Branch, ...], live: tuple[Branch, ...], stays: frozenset[str]) -> Iterator[Diagnostic]:
    """`stays`: the states that a move to does not begin the count anew."""
    for branch in branches:
        if branch.rung == 1:
            continue
        label = branch_label(branch)
        lower = next((each for each in branches if _always_before(each, branch, live, stays)), None)
        if lower is not None:
            message = f"{label!r} never comes: {branch_label(lower)!r} has always left by then"
            help_ = "give it a lower number than the branch that leaves, or take it out"
            yield RULE.at(branch.span, message, help_, Related(lower.span, "this leaves"))
        elif _uncounted(branch, live):
            message = f"{label!r} never comes: nothing answers it before, so it is never counted"
            yield RULE.at(branch.span, message, "add a first rung, without a number")


def _always_before(lower: Branch, branch: Branch, live: tuple[Branch, ...], stays: frozenset[str]) -> bool:
    """Whether `lower` is taken, and leaves, before `branch` can be reached.

    Triggers joined in one branch are counted together, so `lower` is reached first where its triggers hold all of the
    other's; unless a branch that joins still more is reached even earlier.
    """
    if lower.rung >= branch.rung or not set(lower.triggers) >= set(branch.triggers) or not _leaves(lower.body, stays):
        return False
    rivals = (each for each in live if each is not lower and set(each.triggers) & set(lower.triggers))
    return all(
        set(rival.triggers) <= set(lower.triggers) if rival.rung > lower.rung else rival.rung < lower.rung
        for rival in rivals
    )


def _leaves(block: Block, stays: frozenset[str]) -> bool:
    """Whether a branch surely leads elsewhere."""
    for statement in block:
        match statement:
            case Goto(state=state):
                return state not in stays
            case End() | Return():
                return True
            case If(arms=arms) if any(arm.condition is None for arm in arms):
                if all(_leaves(arm.body, stays) for arm in arms):
                    return True
            case Split(variants=variants):
                if variants and all(_leaves(variant.body, stays) for variant in variants):
                    return True
            case _:
                pass
    return False


def _hears(flow: Flow, name: str) -> bool:
    return any(isinstance(each, Listen | Collect | Llm) for each in waiting(flow.states[name].body))


def _uncounted(branch: Branch, live: tuple[Branch, ...]) -> bool:
    """An event is counted when a branch takes it; silence and what is not understood are counted in any case."""
    if not all(isinstance(trigger, OnIntent | OnPress | OnHeardSlot | OnMachine) for trigger in branch.triggers):
        return False
    wanted: set[Trigger] = set(branch.triggers)
    return not any(each.rung < branch.rung and wanted & set(each.triggers) for each in live)


def _arms(draft: Draft) -> Iterator[Diagnostic]:
    context = Context(declared_types(draft), {})
    for statement in every_statement(draft.flow):
        if isinstance(statement, If):
            same: dict[str, Arm] = {}
            for index, arm in enumerate(statement.arms):
                words = " ".join(arm.condition.text.split()) if arm.condition is not None else ""
                before = statement.arms[max(0, index - MOST_ARMS) : index]
                earlier = same.get(words) or _answered(before, arm, context)
                same.setdefault(words, arm)
                if earlier is not None and arm.condition is not None and earlier.condition is not None:
                    message = f"'{arm.condition.text}' never holds here: an earlier arm has answered it"
                    related = Related(earlier.condition.span, "answered here")
                    help_ = "ask the narrower question first, or take this arm out"
                    yield RULE.at(arm.condition.span, message, help_, related)


def _answered(before: tuple[Arm, ...], arm: Arm, context: Context) -> Arm | None:
    """The earlier arm that is taken whenever this one's condition holds."""
    tree = read(arm.condition).tree if arm.condition is not None else None
    if tree is None:
        return None
    said = [found for part in conjuncts(tree) if (found := bound(part, context)) is not None]
    if contradictory(said):  # false by itself: a constant condition
        return None
    refused: list[Bound] = []
    for each in before:
        other = read(each.condition).tree if each.condition is not None else None
        if other is None:
            continue
        if repeats(other, tree):
            return each
        answer = bound(other, context)
        if answer is not None:
            refused.append(opposite(answer))
            if said and contradictory([*said, *refused]):
                return each
    return None
