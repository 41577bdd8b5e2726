"""What happens on a way through a block, and how the way comes out: the vocabulary of path proofs."""

from __future__ import annotations

from dataclasses import dataclass, field

from flowengine.graph.model import Do, Expression, Guard, Template, Trigger, Waiting
from flowengine.language.source import Span

# Effects: what happens on a step.


@dataclass(frozen=True, slots=True)
class Spoke:
    """The agent says this; `line` is the name of a named line. No sentences: words that are not known beforehand.

    Not `surely`: a slot's question is left out where the slot has its value already.
    """

    line: str | None
    sentences: tuple[Template, ...]
    span: Span
    surely: bool = True


@dataclass(frozen=True, slots=True)
class Used:
    """Values are read for something that the caller does not hear: a note, an argument, a number to dial, a model."""

    texts: tuple[Template | Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Meant:
    """The caller's words were taken as this intent."""

    intent: str


@dataclass(frozen=True, slots=True)
class Began:
    """An action or a guard was asked."""

    statement: Do | Guard

    @property
    def span(self) -> Span:
        """Where it is asked."""
        return self.statement.span


@dataclass(frozen=True, slots=True)
class Succeeded:
    """It answered `ok`, or `allowed`."""

    statement: Do | Guard


@dataclass(frozen=True, slots=True)
class Assumed:
    """A condition held, or did not."""

    condition: Expression
    holds: bool

    @property
    def span(self) -> Span:
        """Where the condition stands."""
        return self.condition.span


@dataclass(frozen=True, slots=True)
class Assigned:
    """A variable or slot got a value; None: one that is not known beforehand."""

    name: str
    value: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Recorded:
    """Recording was started or stopped."""

    start: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Turned:
    """The caller took a turn, or let it pass: slots may have been filled in passing."""

    trigger: Trigger


Effect = Spoke | Used | Meant | Began | Succeeded | Assumed | Assigned | Recorded | Turned

# Exits: how a way through a block comes out.


@dataclass(frozen=True, slots=True)
class Waits:
    """At something that waits."""

    statement: Waiting


@dataclass(frozen=True, slots=True)
class Moves:
    """To another state."""

    state: str
    span: Span


@dataclass(frozen=True, slots=True)
class Ends:
    """With the call's end."""

    outcome: str
    span: Span


@dataclass(frozen=True, slots=True)
class Returns:
    """With the subflow's end."""

    outcome: str
    span: Span


@dataclass(frozen=True, slots=True)
class Repeats:
    """By `again`, or by saying nothing of it: what waited goes on waiting."""


@dataclass(frozen=True, slots=True)
class Resumes:
    """By `resume`."""

    span: Span


Exit = Waits | Moves | Ends | Returns | Repeats | Resumes


@dataclass(slots=True, eq=False)
class Node:
    """A place in a block; `steps` lead on."""

    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """Some effects, and then another place of the same block, or an exit."""

    effects: tuple[Effect, ...]
    target: Node | Exit
