"""When the caller may cut speech short: the nearest `barge-in` that is written, and what holds without one."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from flowengine.graph.model import BargeIn, Flow


@dataclass(frozen=True, slots=True)
class Placed:
    """A `barge-in` as written: at a line, in a state, or (neither) for the whole flow."""

    barge_in: BargeIn
    line: str | None = None
    state: str | None = None


def placed(flow: Flow) -> Iterator[Placed]:
    """Every `barge-in` of a flow; that of a subflow's header for each of its states."""
    if flow.barge_in is not None:
        yield Placed(flow.barge_in)
    for line in flow.lines.values():
        if line.barge_in is not None:
            yield Placed(line.barge_in, line=line.name)
    for state in flow.states.values():
        if state.barge_in is not None:
            yield Placed(state.barge_in, state=state.name)


def barge_in(flow: Flow, promised: Collection[str], line: str | None, state: str | None) -> BargeIn | None:
    """What holds for a line (None: other speech) that is spoken in a state (None: in none); None: it may be cut short.

    `promised`: the lines that a policy requires to be heard. They are heard to their end, whatever state and flow say;
    what is written at the line itself counts even so.
    """
    named = flow.lines.get(line) if line is not None else None
    if named is not None and named.barge_in is not None:
        return named.barge_in
    if line is not None and line in promised:
        return BargeIn("never", None, named.span if named is not None else flow.span)
    here = flow.states.get(state) if state is not None else None
    return here.barge_in if here is not None and here.barge_in is not None else flow.barge_in


def in_words(written: BargeIn) -> str:
    """As an author writes it: `barge-in after identity`."""
    return f"barge-in {written.mode}" + (f" {written.line}" if written.line is not None else "")
