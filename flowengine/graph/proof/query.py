"""What is asked of all paths: whether a place can be reached with, or without, something having happened before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowengine.graph.effects import Assumed, Effect
from flowengine.graph.model import State
from flowengine.language.source import Span


def nowhere(_: object) -> bool:
    """Of a question that does not ask about such places."""
    return False


@dataclass(frozen=True, slots=True)
class Query:
    """A fact that some effects bring about, for good; and the places that must not be reached while it is `bad`.

    `stays`: to go on waiting in such a state counts as well as to enter it. `at_lost_resume`: so does a `resume` where
    nothing was interrupted, whatever the fact.
    """

    gains: Callable[[Effect], bool]
    bad: bool
    at_state: Callable[[State], bool] = nowhere
    at_outcome: Callable[[str], bool] = nowhere
    at_effect: Callable[[Effect], bool] = nowhere
    stays: bool = False
    at_lost_resume: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """One state on a path, and the event that led on from there ("" when it moved on by itself)."""

    state: str
    by: str


@dataclass(frozen=True, slots=True)
class Breach:
    """The shortest path to one place that must not be reached so.

    `place` is a state or an outcome; `span` is what leads there: a move, an ending, a sentence. `assumed` are the
    conditions on the path, which the proof could not decide.
    """

    place: str
    span: Span
    path: tuple[Hop, ...]
    assumed: tuple[Assumed, ...]
    stayed: bool = False

    @property
    def shown(self) -> str:
        """The path in one line: `start → greeting (silence) → introduction`."""
        return path_line(self.path)


def path_line(path: tuple[Hop, ...]) -> str:
    """A path in one line: `start → greeting (silence) → introduction`."""
    return " → ".join(f"{hop.state} ({hop.by})" if hop.by else hop.state for hop in path)
