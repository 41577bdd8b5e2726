"""The whole: states, handlers, and the flow that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flowengine.graph.model.definitions import (
    Action,
    Agent,
    BargeIn,
    ContactField,
    Direction,
    Intent,
    Line,
    Outcome,
    Slot,
    SummaryField,
)
from flowengine.graph.model.policies import Policy
from flowengine.graph.model.statements import Block, Branch
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class State:
    """A place in the call. `library` is the library or subflow it came from, None for the flow's own.

    `scope` is "" but for a subflow's states: they are copied for each `run`, and named `scope/NAME` then.
    `barge_in` None: as the flow says; a subflow's own header counts as said by its states.
    """

    name: str
    tags: tuple[str, ...]
    body: Block
    library: str | None
    span: Span
    scope: str = ""
    barge_in: BargeIn | None = None


@dataclass(frozen=True, slots=True)
class HandlerLayer:
    """The `anywhere` handlers of the flow (`library` None), of one library, or of one run of a subflow (`scope`).

    Earlier layers win, a subflow's before its caller's; a subflow's are live in its own states only.
    """

    library: str | None
    branches: tuple[Branch, ...]
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow, libraries merged in. `version`: 12 hex digits over its sources. The first state is where it starts."""

    name: str
    title: str
    direction: Direction
    language: str
    voice: str | None
    agent: Agent
    contact: Mapping[str, ContactField]
    outcomes: Mapping[str, Outcome]
    lines: Mapping[str, Line]
    intents: Mapping[str, Intent]
    slots: Mapping[str, Slot]
    states: Mapping[str, State]
    start: str
    anywhere: tuple[HandlerLayer, ...]
    version: str
    span: Span
    actions: Mapping[str, Action] = field(default_factory=dict)
    policies: tuple[Policy, ...] = ()
    summary: Mapping[str, SummaryField] = field(default_factory=dict)
    variables: frozenset[str] = field(default_factory=frozenset)
    """Names that `set`, or the result of an action, gives a value somewhere."""
    barge_in: BargeIn | None = None
    """Where neither line nor state says otherwise; None: the caller may always cut in."""

    def layers(self, scope: str) -> tuple[HandlerLayer, ...]:
        """The `anywhere` handlers that are live in a state of this scope, in order of precedence."""
        return tuple(layer for layer in self.anywhere if within(scope, layer.scope))


def within(scope: str, outer: str) -> bool:
    """Whether a scope is this one or lies inside it."""
    return not outer or scope == outer or scope.startswith(f"{outer}/")
