"""Every move a flow can make, read off its graph: what the machine is built from, what exports draw and proofs walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import assert_never

from flowengine.graph.model import (
    Again,
    Block,
    Branch,
    Collect,
    End,
    Flow,
    Goto,
    Guard,
    If,
    Listen,
    Note,
    OnAfter,
    OnHangup,
    OnIntent,
    OnOtherwise,
    OnPress,
    OnResult,
    OnSilence,
    Resume,
    Say,
    Set,
    Statement,
    Trigger,
    Wait,
)
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Edge:
    """One move. `source` None: from any state (`anywhere`). `target` None: the call ends with `outcome`, or resumes.

    `by` says what takes it: `agree`, `silence 3`, `press 1`, `done`, or "" when the state moves on by itself.
    """

    source: str | None
    target: str | None
    by: str
    span: Span
    outcome: str | None = None
    resumes: bool = False


def edges(flow: Flow) -> tuple[Edge, ...]:
    """All moves, in source order: those of each state, then those of `anywhere`."""
    found: list[Edge] = []
    for state in flow.states.values():
        found.extend(_block(state.name, "", state.body))
    for layer in flow.anywhere:
        for branch in layer.branches:
            found.extend(_block(None, branch_label(branch), branch.body))
    return tuple(found)


def statements(block: Block) -> Iterator[Statement]:
    """Every statement in a block, those inside `if` arms and branches included."""
    for statement in block:
        yield statement
        match statement:
            case If(arms=arms):
                for arm in arms:
                    yield from statements(arm.body)
            case Listen(branches=branches) | Collect(branches=branches) | Guard(branches=branches):
                for branch in branches:
                    yield from statements(branch.body)
            case _:
                pass


def digressions(flow: Flow) -> frozenset[str]:
    """The states that `resume` closes on some path: entering one keeps the place it interrupted."""
    return frozenset(
        state.name
        for state in flow.states.values()
        if any(isinstance(statement, Resume) for statement in _own_statements(state.body))
    )


def trigger_label(trigger: Trigger) -> str:
    """How an author writes it: `agree`, `silence`, `press 1`, `after 480s`."""
    match trigger:
        case OnIntent(name=name) | OnResult(name=name):
            return name
        case OnSilence():
            return "silence"
        case OnOtherwise():
            return "otherwise"
        case OnPress(keys=keys):
            return f"press {keys}"
        case OnHangup():
            return "hangup"
        case OnAfter(seconds=seconds):
            return f"after {seconds:g}s"
        case _:
            assert_never(trigger)


def branch_label(branch: Branch) -> str:
    """The left side of a branch in one line: `silence or otherwise 3`."""
    joined = " or ".join(trigger_label(trigger) for trigger in branch.triggers)
    return joined if branch.rung == 1 else f"{joined} {branch.rung}"


def _own_statements(block: Block) -> Iterator[Statement]:
    """Like `statements`, without the branches of what waits: a `resume` there returns from the handler alone."""
    for statement in block:
        yield statement
        if isinstance(statement, If):
            for arm in statement.arms:
                yield from _own_statements(arm.body)


def _block(source: str | None, by: str, block: Block) -> Iterator[Edge]:
    for statement in block:
        match statement:
            case Goto(state=target, span=span):
                yield Edge(source, target, by, span)
            case End(outcome=outcome, span=span):
                yield Edge(source, None, by, span, outcome=outcome)
            case Resume(span=span):
                yield Edge(source, None, by, span, resumes=True)
            case If(arms=arms):
                for arm in arms:
                    yield from _block(source, by, arm.body)
            case Listen(branches=branches) | Collect(branches=branches) | Guard(branches=branches):
                for branch in branches:
                    yield from _block(source, branch_label(branch), branch.body)
            case Say() | Set() | Note() | Wait() | Again():
                pass
            case _:
                assert_never(statement)
