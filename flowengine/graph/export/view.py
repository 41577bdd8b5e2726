"""How much of a flow is drawn: all of it, or chosen states; with or without those of libraries; one policy or all."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.graph.edges import edges
from flowengine.graph.model import Flow


@dataclass(frozen=True, slots=True)
class View:
    """`states`: only these (None: all). `policy`: mark what this policy speaks of, and leave the others out."""

    states: frozenset[str] | None = None
    policy: str | None = None
    libraries: bool = True

    @property
    def is_part(self) -> bool:
        """Whether states are left out: then cards say where their moves from and to the others lead."""
        return self.states is not None or not self.libraries


WHOLE = View()


def around(flow: Flow, state: str, depth: int) -> frozenset[str]:
    """A state and those that are at most so many moves from it, either way."""
    beside: dict[str, set[str]] = {}
    for move in edges(flow):
        if move.source is not None and move.target is not None:
            beside.setdefault(move.source, set()).add(move.target)
            beside.setdefault(move.target, set()).add(move.source)
    found = ring = {state}
    for _ in range(depth):
        ring = {near for one in ring for near in beside.get(one, ())} - found
        found = found | ring
    return frozenset(found)


def chosen(flow: Flow, view: View, reached: frozenset[str]) -> frozenset[str]:
    """The states to draw, by name. Those of a library that no path reaches are left out: they are not this flow's."""
    if view.states is not None:
        asked = view.states & flow.states.keys()
        return frozenset(name for name in asked if view.libraries or flow.states[name].library is None)
    return frozenset(
        state.name
        for state in flow.states.values()
        if state.library is None or (view.libraries and state.name in reached)
    )
