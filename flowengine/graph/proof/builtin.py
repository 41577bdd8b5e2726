"""What the checks of family 7 share: the rules that hold in every flow, without a policy that says so."""

from __future__ import annotations

from flowengine.graph.model import Flow
from flowengine.graph.names import Draft
from flowengine.graph.paths import paths_of
from flowengine.graph.proof.policies import CannotProve, breaches
from flowengine.graph.proof.query import Breach, Query

PITCH = "pitch"
"""The tag of states that offer something."""


def may_prove(draft: Draft) -> bool:
    """Whether the graph is whole: of one with holes nothing can be proved, and what it lacks has been said."""
    holes = draft.library_alone or draft.lost_names or draft.lost_lines
    return not holes and draft.flow.start in draft.flow.states


def has_pitch(flow: Flow) -> bool:
    """Whether any state offers something."""
    return any(PITCH in state.tags for state in flow.states.values())


def first_breaches(flow: Flow, query: Query) -> list[Breach]:
    """A shortest path to each place that breaks a rule; none where there are too many paths, of which FL703 speaks."""
    try:
        return breaches(paths_of(flow), query)
    except CannotProve:
        return []
