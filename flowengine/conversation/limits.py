"""`anywhere … after 8m`: which limits a flow has, and the timers that tell of them."""

from __future__ import annotations

from flowengine.graph.model import Flow, OnAfter

LIMIT = "after-"
"""How the ids of the timers begin."""


def limits_of(flow: Flow) -> set[OnAfter]:
    """Every `after` with a time, of the flow and of its subflows."""
    branches = (branch for layer in flow.anywhere for branch in layer.branches)
    return {trigger for branch in branches for trigger in branch.triggers if isinstance(trigger, OnAfter)}


def limit_timer(seconds: float) -> str:
    """The id of the timer of a limit."""
    return f"{LIMIT}{seconds:g}"


def is_limit(timer_id: str) -> bool:
    """Whether a timer counts from the connection, whatever happens in between."""
    return timer_id.startswith(LIMIT)
