"""Every move a flow can make, read off its graph: what the machine is built from, what exports draw and proofs walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from flowengine.graph.model import (
    Again,
    Block,
    Branch,
    Collect,
    Do,
    End,
    Flow,
    Goto,
    Guard,
    If,
    Keys,
    Listen,
    Llm,
    Note,
    OnAfter,
    OnHangup,
    OnHeardSlot,
    OnIntent,
    OnMachine,
    OnOtherwise,
    OnPress,
    OnResult,
    OnSilence,
    OnTurns,
    Record,
    Resume,
    Return,
    Run,
    Say,
    Set,
    Split,
    Statement,
    Transfer,
    Trigger,
    Wait,
    Waiting,
)
from flowengine.language.durations import written
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Edge:
    """One move. `source` None: from any state (`anywhere`). `target` None: the call ends with `outcome`, or resumes.

    `by` says what takes it: `agree`, `silence 3`, `press 1`, `done`, or "" when the state moves on by itself.
    `runs`: the move into a subflow; `returns`: its outcome, on the move back to the state that runs it.
    """

    source: str | None
    target: str | None
    by: str
    span: Span
    outcome: str | None = None
    resumes: bool = False
    runs: bool = False
    returns: str | None = None
    scope: str = ""
    """Of a move of `anywhere`: the states that it may be made from."""


def edges(flow: Flow) -> tuple[Edge, ...]:
    """All moves, in source order: those of each state, then those of `anywhere`."""
    found: list[Edge] = []
    for state in flow.states.values():
        found.extend(_block(state.name, "", state.body))
    for layer in flow.anywhere:
        for branch in layer.branches:
            moves = _block(None, branch_label(branch), branch.body)
            found.extend(replace(move, scope=layer.scope) for move in moves)
    return tuple(found)


def inner_blocks(statement: Statement) -> Iterator[Block]:
    """The blocks inside a statement: the arms of an `if`, the variants of a `split`, the branches of what waits."""
    match statement:
        case If(arms=parts) | Split(variants=parts):
            for part in parts:
                yield part.body
        case Listen() | Collect() | Guard() | Do() | Llm() | Transfer() | Run():
            for branch in statement.branches:
                yield branch.body
        case _:
            pass


_HOLDING = (If, Split, Listen, Collect, Guard, Do, Llm, Transfer, Run)
"""The statements that have blocks inside; asked for first, since most have none and all are walked by each check."""


def statements(block: Block) -> Iterator[Statement]:
    """Every statement in a block, those inside `if` arms, variants and branches included."""
    for statement in block:
        yield statement
        if isinstance(statement, _HOLDING):
            for inner in inner_blocks(statement):
                yield from statements(inner)


def digressions(flow: Flow) -> frozenset[str]:
    """The states that `resume` closes on some path, or the end of what waits in them: entering one keeps the place that
    it interrupted."""
    return frozenset(
        state.name
        for state in flow.states.values()
        if any(isinstance(statement, Resume) for statement in _leaving(state.body))
    )


def trigger_label(trigger: Trigger) -> str:
    """How an author writes it: `agree`, `silence`, `press 1`, `after 8m`."""
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
            return f"after {written(seconds)}"
        case OnTurns(turns=turns):
            return f"after {turns} turns"
        case OnMachine():
            return "machine"
        case OnHeardSlot(slot=slot):
            return f"heard {slot}"
        case _:
            assert_never(trigger)


def branch_label(branch: Branch) -> str:
    """The left side of a branch in one line: `silence or otherwise 3`."""
    joined = " or ".join(trigger_label(trigger) for trigger in branch.triggers)
    return joined if branch.rung == 1 else f"{joined} {branch.rung}"


def own_statements(block: Block) -> Iterator[Statement]:
    """Like `statements`, without the branches of what waits."""
    for statement in block:
        yield statement
        if isinstance(statement, If | Split):
            for inner in inner_blocks(statement):
                yield from own_statements(inner)


def _leaving(block: Block) -> Iterator[Statement]:
    """A state's own statements, and those at the end of what waits: a `resume` in the answer to an event returns from
    that answer alone."""
    for statement in own_statements(block):
        yield statement
        if isinstance(statement, Waiting):
            for branch in statement.branches:
                if any(isinstance(trigger, OnResult) for trigger in branch.triggers):
                    yield from own_statements(branch.body)


def _block(source: str | None, by: str, block: Block) -> Iterator[Edge]:
    for statement in block:
        match statement:
            case Goto(state=target, span=span):
                yield Edge(source, target, by, span)
            case End(outcome=outcome, span=span):
                yield Edge(source, None, by, span, outcome=outcome)
            case Resume(span=span):
                yield Edge(source, None, by, span, resumes=True)
            case Return(outcome=outcome, span=span):
                yield Edge(source, runner(source or ""), by, span, returns=outcome)
            case If(arms=arms):
                for arm in arms:
                    yield from _block(source, by, arm.body)
            case Split(variants=variants):
                for variant in variants:
                    yield from _block(source, by or variant.name, variant.body)
            case Listen() | Collect() | Guard() | Do() | Llm() | Transfer() | Run():
                if isinstance(statement, Run) and statement.entry:
                    yield Edge(source, statement.entry, "run", statement.span, runs=True)
                for branch in statement.branches:
                    yield from _block(source, branch_label(branch), branch.body)
            case Say() | Set() | Note() | Wait() | Keys() | Record() | Again():
                pass
            case _:
                assert_never(statement)


def plain_name(state: str) -> str:
    """A state's name as its author wrote it: a subflow's states are called after each run of them."""
    return state.rpartition("/")[2]


def runner(name: str) -> str | None:
    """The state whose `run` a subflow's state belongs to: `terms` for `terms/find_address/ask`; None for none."""
    scope = name.rpartition("/")[0]
    return scope.rpartition("/")[0] or None
