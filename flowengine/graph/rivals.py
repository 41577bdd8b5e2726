"""Which intents compete: both live at one place, in one layer, at one rung, with different effects.

Where two of them fit equally well, the caller is asked "did you mean …?"; see `conversation.hearing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from flowengine.graph import model
from flowengine.graph.edges import statements


@dataclass(frozen=True, slots=True)
class Rivals:
    """Two intents and the branches that they lead to."""

    first: str
    second: str
    first_branch: model.Branch
    second_branch: model.Branch


def rivals(flow: model.Flow) -> Iterator[Rivals]:
    """Every pair of intents that compete anywhere, once, at the first place where they do."""
    seen: set[frozenset[str]] = set()
    for branches in _layers(flow):
        answered = [
            (trigger.name, branch)
            for branch in branches
            for trigger in branch.triggers
            if isinstance(trigger, model.OnIntent) and _competes(flow, trigger.name)
        ]
        for (one, first), (other, second) in combinations(answered, 2):
            pair = frozenset((one, other))
            if one != other and pair not in seen and first.rung == second.rung and not same_effect(first, second):
                seen.add(pair)
                yield Rivals(one, other, first, second)


def _layers(flow: model.Flow) -> Iterable[tuple[model.Branch, ...]]:
    for state in flow.states.values():
        for statement in statements(state.body):
            if isinstance(statement, model.Listen | model.Collect | model.Llm):
                yield statement.branches
    for layer in flow.anywhere:
        yield layer.branches


def _competes(flow: model.Flow, name: str) -> bool:
    """What protects the caller is taken before all else, and never asked about."""
    return name in flow.intents and not flow.intents[name].protective


def same_effect(one: model.Branch, other: model.Branch) -> bool:
    """Whether both do no more than lead to the same state, or to the same end: then nobody need be asked which."""
    if one is other:
        return True
    match one.body, other.body:
        case (model.Goto(state=first),), (model.Goto(state=second),):
            return first == second
        case (model.End(outcome=first),), (model.End(outcome=second),):
            return first == second
        case _:
            return False
