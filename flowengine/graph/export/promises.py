"""A flow's policies as they are drawn: each rule with its verdict, what it keeps where, and the path that breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flowengine.graph.edges import inner_blocks, runner
from flowengine.graph.model import (
    Always,
    Block,
    Branch,
    Do,
    Flow,
    Forbid,
    Guard,
    OnIntent,
    Require,
    Say,
    State,
    Waiting,
)
from flowengine.graph.places import is_place
from flowengine.graph.proof.query import path_line
from flowengine.graph.proof.verdicts import Verdict, VerdictKind, fact_shown, rule_shown, verdicts


@dataclass(frozen=True, slots=True)
class Promise:
    """One rule. `path`: a shortest way to break it, in one line; `steps`: the same as pairs of places."""

    policy: str
    library: str | None
    text: str
    kind: VerdictKind
    path: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a path that breaks a rule: between states, or from a state to an outcome."""

    source: str
    target: str
    by: str


def promises(flow: Flow, policy: str | None) -> tuple[tuple[Verdict, Promise], ...]:
    """The rules of a policy, or of all, with their verdicts. Of a flow that lacks its first state nothing is proved."""
    if flow.start not in flow.states:
        return ()
    found = (each for each in verdicts(flow) if policy is None or each.policy.name == policy)
    return tuple((verdict, _promise(verdict)) for verdict in found)


def kept(found: Sequence[Verdict], state: State) -> Iterator[str]:
    """What the rules promise of a state, in a few words each."""
    for verdict in found:
        match verdict.rule:
            case Require() | Forbid() as rule if is_place(state, rule.place, verdict.policy.library):
                yield _promised(rule)
            case Always(state=target) as rule if target == state.name:
                yield rule_shown(rule).partition(" -> ")[0]
            case _:
                pass


def kept_outcome(found: Sequence[Verdict], outcome: str) -> Iterator[str]:
    """What the rules promise of an outcome."""
    for verdict in found:
        if isinstance(verdict.rule, Require | Forbid) and verdict.rule.place == outcome:
            yield _promised(verdict.rule)


def given(found: Sequence[Verdict], state: State) -> tuple[str, ...]:
    """The facts that rules ask about and that may come about in a state, each once."""
    asked = {fact_shown(verdict.rule.fact) for verdict in found if isinstance(verdict.rule, Require | Forbid)}
    asked |= {
        verdict.rule.trigger.name
        for verdict in found
        if isinstance(verdict.rule, Always) and isinstance(verdict.rule.trigger, OnIntent)
    }
    return tuple(fact for fact in dict.fromkeys(_facts(state.body)) if fact in asked)


def _promised(rule: Require | Forbid) -> str:
    return f"{'only' if isinstance(rule, Require) else 'never'} after {fact_shown(rule.fact)}"


def _facts(block: Block) -> Iterator[str]:
    """Every fact of a block, as an author writes it in a policy."""
    for statement in block:
        match statement:
            case Say(line=str() as line):
                yield f"heard({line})"
                yield f"said({line})"
            case Do(action=action):
                yield f"did({action})"
            case Guard(name=name):
                yield f"allowed({name})"
            case _:
                pass
        if isinstance(statement, Waiting):
            yield from _meant(statement.branches)
        for inner in inner_blocks(statement):
            yield from _facts(inner)


def _meant(branches: tuple[Branch, ...]) -> Iterator[str]:
    for branch in branches:
        yield from (trigger.name for trigger in branch.triggers if isinstance(trigger, OnIntent))


def _promise(verdict: Verdict) -> Promise:
    return Promise(
        policy=verdict.policy.name,
        library=verdict.policy.library,
        text=rule_shown(verdict.rule),
        kind=verdict.kind,
        path=path_line(verdict.path),
        steps=tuple(_steps(verdict)),
    )


def _steps(verdict: Verdict) -> Iterator[Step]:
    for one, other in pairwise(verdict.path):
        if one.state != other.state and runner(one.state) != other.state:
            yield Step(one.state, other.state, one.by)
