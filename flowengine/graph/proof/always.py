"""`always EVENT -> STATE` and `at most …`: what must follow an event wherever it comes, and what must end the call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flowengine.graph.effects import Ends, Exit, Moves, Node
from flowengine.graph.model import (
    Always,
    AtMost,
    Collect,
    Do,
    Guard,
    Listen,
    Llm,
    OnAfter,
    OnHeardSlot,
    OnIntent,
    OnMachine,
    OnOtherwise,
    OnPress,
    OnSilence,
    OnTurns,
    Trigger,
    Waiting,
)
from flowengine.graph.paths import Paths, Take
from flowengine.graph.proof.conditions import Conditions
from flowengine.graph.proof.query import Hop, Query
from flowengine.graph.proof.search import Search
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place where an event leads elsewhere than it must, or (`take` None) nowhere."""

    state: str
    statement: Waiting
    take: Take | None
    span: Span
    path: tuple[Hop, ...]


Reached = tuple[tuple[str, Waiting, Callable[[], tuple[Hop, ...]]], ...]
"""Everything that waits and can be reached, each with its state and what tells a shortest path to it."""


def waits_of(paths: Paths) -> Reached:
    """Everything that waits and can be reached."""
    search = Search(paths, Query(gains=lambda _: False, bad=True), Conditions(paths.flow))
    search.run()
    return tuple(search.waits())


def elsewhere(paths: Paths, reached: Reached, rule: Always) -> Iterator[Elsewhere]:
    """The places that break an `always`."""
    for state, statement, path in reached:
        takes = [take for take in paths.takes(state, statement) if take.trigger == rule.trigger]
        if listens_for(rule.trigger, statement) and not paths.answers(state, statement, rule.trigger):
            yield Elsewhere(state, statement, None, statement.span, path())
        for take in takes:
            ways_out = exits(paths.body(take.branch))
            wrong = [out for out in ways_out if not (isinstance(out, Moves) and out.state == rule.state)]
            if wrong:
                yield Elsewhere(state, statement, take, take.branch.span, path())


def listens_for(trigger: Trigger, statement: Waiting) -> bool:
    """Whether an event can come while something waits."""
    match trigger:
        case OnIntent() | OnPress() | OnMachine():
            return isinstance(statement, Listen | Collect | Guard | Do | Llm)
        case OnSilence():
            return isinstance(statement, Listen | Llm)
        case OnOtherwise() | OnHeardSlot():
            return isinstance(statement, Listen)
        case _:
            return False


def exits(node: Node) -> tuple[Exit, ...]:
    """How a block may come out, conditions left open."""
    found: list[Exit] = []
    seen: set[int] = set()
    ahead = [node]
    while ahead:
        here = ahead.pop()
        if id(here) in seen:
            continue
        seen.add(id(here))
        for step in here.steps:
            if isinstance(step.target, Node):
                ahead.append(step.target)
            else:
                found.append(step.target)
    return tuple(found)


def is_limited(paths: Paths, rule: AtMost) -> bool:
    """Whether an `anywhere` handler begins the call's end by then, without waiting for anything more."""
    by_then: dict[Trigger, list[Take]] = {}
    for take in paths.handlers(""):
        match take.trigger:
            case OnAfter(seconds=seconds) if rule.seconds is not None and seconds <= rule.seconds:
                by_then.setdefault(take.trigger, []).append(take)
            case OnTurns(turns=turns) if rule.turns is not None and turns <= rule.turns:
                by_then.setdefault(take.trigger, []).append(take)
            case _:
                pass
    # A higher rung would be preferred (`after 8m or price 2`), so each has to end the call.
    return any(
        any(take.branch.rung == 1 for take in takes)
        and all(ends_soon(paths, paths.body(take.branch)) for take in takes)
        for takes in by_then.values()
    )


def ends_soon(paths: Paths, node: Node) -> bool:
    """Whether every way from here ends the call without waiting for anybody."""
    seen: set[str] = set()
    ahead = [node]
    while ahead:
        for out in exits(ahead.pop()):
            match out:
                case Ends():
                    pass
                case Moves(state=state) if state in paths.flow.states:
                    if state not in seen:
                        seen.add(state)
                        ahead.append(paths.state(state))
                case _:
                    return False
    return True
