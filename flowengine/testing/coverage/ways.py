"""What there is to cover: the states, edges, rungs and sides of conditions of a flow, and how often each was taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from flowengine.graph.model import Branch, Expression, Flow, Variant
from flowengine.language.source import Span

Kind = Literal["state", "edge", "rung", "condition"]
KINDS: tuple[Kind, ...] = ("state", "edge", "rung", "condition")


@dataclass(frozen=True, slots=True)
class Way:
    """One thing to cover. Two ways of one flow differ in kind, span or side.

    `place`: the state it stands in, `anywhere`, or `slot NAME`. `label`: the branch, or the condition, as written.
    `side`: which trigger of a branch takes the edge (`silence`), what the condition comes to
    (`true`, `false`), or the variant of a `split`.
    """

    kind: Kind
    place: str
    label: str
    side: str
    span: Span

    @property
    def key(self) -> Key:
        return self.kind, self.span, self.side


Key = tuple[Kind, Span, str]


@dataclass(slots=True)
class Tally:
    """How often each way was taken: the trace of all calls of one flow."""

    flow: Flow
    times: Counter[Key] = field(default_factory=Counter)

    def entered(self, state: str) -> None:
        """A state was entered, and not only come back to."""
        self.times["state", self.flow.states[state].span, ""] += 1

    def took(self, branch: Branch, by: str) -> None:
        self.times["edge", branch.span, by] += 1
        if branch.rung > 1:
            self.times["rung", branch.span, ""] += 1

    def chose(self, variant: Variant) -> None:
        self.times["condition", variant.span, variant.name] += 1

    def decided(self, condition: Expression, held: bool) -> None:
        self.times["condition", condition.span, "true" if held else "false"] += 1


def missing(way: Way) -> str:
    """What was not taken, in words: `greeting: silence or otherwise 3 is never taken by otherwise`."""
    match way.kind:
        case "state":
            return f"state {way.label} is never entered"
        case "edge":
            return never_taken((way,), whole=way.label == way.side)
        case "rung":
            return f"{way.place}: the rung {way.label} is never reached"
        case "condition":
            return f"{way.place}: {way.label} is never {way.side}"


def never_taken(edges: Sequence[Way], *, whole: bool) -> str:
    """Edges of one branch that were not taken; `whole`: it has no others."""
    place, label = edges[0].place, edges[0].label
    if whole:
        return f"{place}: {label} is never taken"
    *sides, last = (edge.side for edge in edges)
    return f"{place}: {label} is never taken by {', '.join(sides)}{' or ' if sides else ''}{last}"
