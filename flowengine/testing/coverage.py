"""Which states and branches of a flow the tests have been through.

A branch that only speaks and listens on leaves no trace in the call's record, so a copy of the flow is played in which
each branch, and each arm of an `if`, begins with a note of its own. Nothing else differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from flowengine.graph.edges import branch_label, edges
from flowengine.graph.model import (
    Block,
    Branch,
    Collect,
    Flow,
    Guard,
    If,
    Listen,
    Note,
    State,
    Statement,
    Template,
)
from flowengine.language.source import Span
from flowengine.testing.player import PROBE


@dataclass(frozen=True, slots=True)
class Probe:
    """One branch: the state it stands in (None: `anywhere`), what takes it, and the library it came from."""

    state: str | None
    label: str
    library: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Probed:
    """A flow whose branches tell that they were taken; `flow` to play, `probes` by the note they leave."""

    original: Flow
    flow: Flow
    probes: dict[str, Probe]


@dataclass(slots=True)
class Visits:
    """What the tests of one flow have been through so far."""

    states: set[str] = field(default_factory=set)
    probes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Coverage:
    """One flow's coverage. A library's states count when the flow can reach them, and their branches then, too."""

    flow: str
    path: str
    states: tuple[State, ...]
    missing_states: tuple[State, ...]
    branches: tuple[Probe, ...]
    missing_branches: tuple[Probe, ...]


def instrument(flow: Flow) -> Probed:
    """A copy of the flow with a probe in every branch."""
    writer = _Writer()
    states = {
        name: replace(state, body=writer.block(state.body, name, state.library)) for name, state in flow.states.items()
    }
    layers = tuple(
        replace(layer, branches=writer.branches(layer.branches, None, layer.library)) for layer in flow.anywhere
    )
    # A version of its own, so that no cache takes the copy for the flow.
    copy = replace(flow, states=states, anywhere=layers, version=f"{flow.version}+probes")
    return Probed(flow, copy, writer.probes)


def coverage(probed: Probed, visits: Visits) -> Coverage:
    """What of the flow was visited, in source order, the flow's own first."""
    flow = probed.original
    reached = _reachable(flow)
    states = [state for state in flow.states.values() if state.library is None or state.name in reached]
    branches = {
        note: probe
        for note, probe in probed.probes.items()
        if probe.library is None or probe.state is None or probe.state in reached
    }
    return Coverage(
        flow.name,
        flow.span.path,
        tuple(states),
        tuple(state for state in states if state.name not in visits.states),
        tuple(branches.values()),
        tuple(probe for note, probe in branches.items() if note not in visits.probes),
    )


class _Writer:
    """Copies blocks, numbering the branches as they come."""

    def __init__(self) -> None:
        self.probes: dict[str, Probe] = {}

    def block(self, block: Block, state: str | None, library: str | None) -> Block:
        return tuple(self._statement(statement, state, library) for statement in block)

    def branches(self, branches: Iterable[Branch], state: str | None, library: str | None) -> tuple[Branch, ...]:
        return tuple(
            replace(branch, body=self._probed(branch.body, Probe(state, branch_label(branch), library, branch.span)))
            for branch in branches
        )

    def _statement(self, statement: Statement, state: str | None, library: str | None) -> Statement:
        match statement:
            case Listen() | Collect() | Guard():
                return replace(statement, branches=self.branches(statement.branches, state, library))
            case If(arms=arms):
                labels = ["if", *["elif"] * (len(arms) - 1)]
                return replace(
                    statement,
                    arms=tuple(
                        replace(
                            arm,
                            body=self._probed(
                                arm.body,
                                Probe(
                                    state,
                                    f"{label} {arm.condition.text}" if arm.condition else "else",
                                    library,
                                    arm.span,
                                ),
                            ),
                        )
                        for label, arm in zip(labels, arms, strict=True)
                    ),
                )
            case _:
                return statement

    def _probed(self, body: Block, probe: Probe) -> Block:
        note = f"{PROBE}{len(self.probes)}"
        self.probes[note] = probe
        return (Note(Template(note, probe.span), probe.span), *self.block(body, probe.state, probe.library))


def _reachable(flow: Flow) -> set[str]:
    """The states that some path leads to."""
    onward: dict[str | None, set[str]] = {}
    for edge in edges(flow):
        if edge.target is not None:
            onward.setdefault(edge.source, set()).add(edge.target)
    reached: set[str] = set()
    ahead = {flow.start, *onward.get(None, set())}
    while ahead:
        reached |= ahead
        ahead = {target for state in ahead for target in onward.get(state, set())} - reached
    return reached
