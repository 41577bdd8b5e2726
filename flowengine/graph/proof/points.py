"""Where a search of paths stands: a state or what waits in it, what is known there, and in what it is inside."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.graph.effects import Assumed, Exit
from flowengine.graph.proof.conditions import Known
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Frame:
    """Inside a subflow; `outer` is where the `run` stands."""

    scope: str
    outer: Context


@dataclass(frozen=True, slots=True)
class Aside:
    """Inside a digression that was entered so."""

    entry: str
    entered: Facts
    frame: Frame | None


Context = Frame | Aside | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known at a point."""

    fact: bool
    known: Known


@dataclass(frozen=True, slots=True)
class Point:
    """Where a search stands: entering a state, waiting in it (`waiting` numbers the statement), or back from a `run`
    with an outcome."""

    context: Context
    state: str
    waiting: int
    facts: Facts
    returned: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """How a point was first come to."""

    before: Point | None
    by: str
    assumed: tuple[Assumed, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way through a block: how it comes out, and with what known. `broken` is the effect that must not be."""

    exit: Exit | None
    facts: Facts
    assumed: tuple[Assumed, ...]
    broken: Span | None = None


def frame_of(context: Context) -> Frame | None:
    """The subflow that a context lies in."""
    return context.frame if isinstance(context, Aside) else context
