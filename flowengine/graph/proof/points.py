"""Where a search of paths stands: a state or what waits in it, what is known there, and in what it is inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flowengine.graph.effects import Assumed, Exit
from flowengine.graph.proof.conditions import Known
from flowengine.language.source import Span

# Points, and what is known there, are tuples: they are made and looked up by the hundred thousand, and dataclasses take
# three times as long.


class Facts(NamedTuple):
    """What is known at a point."""

    fact: bool
    known: Known


@dataclass(frozen=True, slots=True)
class Frame:
    """Inside a subflow that was entered so. Where it was run from is kept by the search, so that there are few."""

    scope: str
    entered: Facts


@dataclass(frozen=True, slots=True)
class Aside:
    """Inside a digression that was entered so."""

    entry: str
    entered: Facts
    frame: Frame | None


Context = Frame | Aside | None


class Point(NamedTuple):
    """Where a search stands: entering a state, waiting in it, or back from a `run` with an outcome.

    `waiting` numbers the statement; -1 on entering.
    """

    context: Context
    state: str
    waiting: int
    facts: Facts
    returned: str = ""


class Came(NamedTuple):
    """How a point was first come to."""

    before: Point | None
    by: str
    assumed: tuple[Assumed, ...]


class Way(NamedTuple):
    """One way through a block: how it comes out, and with what known. `broken` is the effect that must not be."""

    exit: Exit | None
    facts: Facts
    assumed: tuple[Assumed, ...]
    broken: Span | None = None


def frame_of(context: Context) -> Frame | None:
    """The subflow that a context lies in."""
    return context.frame if isinstance(context, Aside) else context
