"""Which states a policy's rule means by a name."""

from __future__ import annotations

from flowengine.graph.model import State


def is_place(state: State, place: str, library: str | None) -> bool:
    """Whether a rule of this library means a state: by its tag, by its name or, in a subflow, by its own name."""
    if place in state.tags or place == state.name:
        return True
    return bool(state.scope) and state.library == library and state.name.rpartition("/")[2] == place
