"""Every way through a flow's blocks: what happens on it, and how it comes out. What proofs and path checks walk.

A block is compiled once into a small graph of nodes; straight statements become one step with their effects. What lies
between blocks (moves, digressions, subflows) is known to `proof/search.py`.

Conditions are followed on both sides: which of them can hold together is for whoever walks to decide (`Assumed`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import assert_never

from flowengine.graph.edges import trigger_label
from flowengine.graph.effects import (
    Assigned,
    Assumed,
    Began,
    Effect,
    Ends,
    Exit,
    Meant,
    Moves,
    Node,
    Recorded,
    Repeats,
    Resumes,
    Returns,
    Spoke,
    Step,
    Succeeded,
    Turned,
    Used,
    Waits,
)
from flowengine.graph.model import (
    Again,
    Block,
    Branch,
    Collect,
    Do,
    End,
    Flow,
    Goto,
    Guard,
    If,
    Keys,
    Listen,
    Llm,
    Note,
    OnHeardSlot,
    OnIntent,
    OnMachine,
    OnOtherwise,
    OnPress,
    OnResult,
    OnSilence,
    Record,
    Resume,
    Return,
    Run,
    Say,
    Set,
    Split,
    Template,
    Transfer,
    Trigger,
    Wait,
    Waiting,
)
from flowengine.graph.over_an_end import late_ends, over_an_end
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Take:
    """One event that may be taken where something waits: by this trigger of this branch.

    `is_result`: what waited has come to its end. `effects` come before those of the branch's body. `scope` is that of
    the `anywhere` that the branch stands in; None for a state's own.
    """

    trigger: Trigger
    branch: Branch
    label: str
    effects: tuple[Effect, ...]
    is_result: bool
    scope: str | None = None


_REPEATS = Repeats()


class Paths:
    """The compiled blocks of one flow. Blocks are compiled when they are first asked for."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._bodies: dict[int, Node] = {}
        self._states: dict[str, Node] = {}
        self._handlers: dict[str, tuple[Take, ...]] = {}
        self._takes: dict[tuple[str, int], tuple[Take, ...]] = {}
        self._over_an_end = over_an_end(flow)
        self._answered: dict[tuple[str, int], frozenset[Trigger]] = {}

    @cached_property
    def late_ends(self) -> frozenset[Span]:
        """Every `end` that may be held back while more than a goodbye is said."""
        return late_ends(self.flow)

    def state(self, name: str) -> Node:
        """The body of a state."""
        if name not in self._states:
            self._states[name] = compile_block(self.flow.states[name].body, self.flow)
        return self._states[name]

    def body(self, branch: Branch) -> Node:
        """The body of a branch, an `anywhere` handler's too."""
        key = id(branch)
        if key not in self._bodies:
            self._bodies[key] = compile_block(branch.body, self.flow)
        return self._bodies[key]

    def takes(self, state: str, statement: Waiting | Ends) -> tuple[Take, ...]:
        """Every event that may be taken while `statement` waits in `state`: its own branches, then `anywhere`'s; or
        while the lines before the call's end are said there, which has no branches.

        A handler that another branch is preferred to whenever it fits is left out.
        """
        key = (state, id(statement))
        if key not in self._takes:
            scope = self.flow.states[state].scope
            branches = () if isinstance(statement, Ends) else statement.branches
            own = () if isinstance(statement, Ends) else tuple(self._takes_of(branches, statement))
            taken = {(trigger, branch.rung) for branch in branches for trigger in branch.triggers}
            handlers = (
                take
                for take in self.handlers(scope)
                if self._can_happen(take.trigger, statement)
                and not ((take.trigger, take.branch.rung) in taken and _beaten(take, branches))
            )
            self._takes[key] = (*own, *handlers)
        return self._takes[key]

    def _can_happen(self, trigger: Trigger, statement: Waiting | Ends) -> bool:
        if not isinstance(statement, Ends):
            return _can_happen(trigger, statement)
        match trigger:
            case OnIntent(name=name):
                return name in self._over_an_end
            case _:
                return isinstance(trigger, OnPress | OnMachine)

    def answers(self, state: str, statement: Waiting | Ends, trigger: Trigger) -> bool:
        """Whether something is taken on an event, even the first time, while `statement` waits in `state`."""
        key = (state, id(statement))
        if key not in self._answered:
            first_time = (take for take in self.takes(state, statement) if take.branch.rung == 1)
            self._answered[key] = frozenset(take.trigger for take in first_time)
        return trigger in self._answered[key]

    def handlers(self, scope: str) -> tuple[Take, ...]:
        """The `anywhere` events of a scope, without those that an earlier layer always takes."""
        if scope not in self._handlers:
            found: list[Take] = []
            earlier: list[Branch] = []
            for layer in self.flow.layers(scope):
                takes = self._takes_of(layer.branches, None, layer.scope)
                found.extend(take for take in takes if not _beaten(take, earlier))
                earlier.extend(layer.branches)
            self._handlers[scope] = tuple(found)
        return self._handlers[scope]

    def _takes_of(
        self, branches: tuple[Branch, ...], statement: Waiting | None, scope: str | None = None
    ) -> Iterator[Take]:
        for branch in branches:
            for trigger in branch.triggers:
                label = trigger_label(trigger)
                label = label if branch.rung == 1 else f"{label} {branch.rung}"
                effects = tuple(self._on(trigger, statement))
                yield Take(trigger, branch, label, effects, isinstance(trigger, OnResult), scope)

    def _on(self, trigger: Trigger, statement: Waiting | None) -> Iterator[Effect]:
        """What has happened when a trigger is taken."""
        yield Turned(trigger)
        match trigger, statement:
            case OnResult(name="done"), Collect(slots=slots, span=span):
                yield from (Assigned(slot, None, span) for slot in slots)
            case OnResult(name="ok"), Do(action=action, span=span):
                yield Succeeded(statement)
                known = self.flow.actions.get(action)
                yield from (Assigned(result.name, None, span) for result in (known.results if known else ()))
            case OnResult(name="allowed"), Guard():
                yield Succeeded(statement)
            case OnResult(name="fallback"), Llm(fallback=Template() as text):
                yield Spoke(None, (text,), text.span)
            case OnIntent(name=name), _:
                yield Meant(name)
            case OnHeardSlot(slot=slot), Listen(span=span):
                yield Assigned(slot, None, span)
            case _:
                pass


_latest: list[Paths] = []


def paths_of(flow: Flow) -> Paths:
    """The compiled blocks of a flow: kept for the flow that was asked for last, as many checks ask for it in turn."""
    if not _latest or _latest[0].flow is not flow:
        _latest[:] = [Paths(flow)]
    return _latest[0]


def _can_happen(trigger: Trigger, statement: Waiting) -> bool:
    """Whether an `anywhere` handler's event is listened for there: a `collect` has a ladder of its own, and what does
    not wait for the caller has no silence."""
    match statement:
        case Listen():
            return True
        case Collect() | Guard() | Do() | Transfer():
            return not isinstance(trigger, OnSilence | OnOtherwise)
        case Llm():
            return not isinstance(trigger, OnOtherwise)
        case Run():
            return False
        case _:
            assert_never(statement)


def _beaten(take: Take, earlier: tuple[Branch, ...] | list[Branch]) -> bool:
    """Whether an earlier branch fits whenever this one does, and with the same rung."""
    return any(
        branch.rung == take.branch.rung
        and take.trigger in branch.triggers
        and (branch.rung == 1 or set(branch.triggers) >= set(take.branch.triggers))
        for branch in earlier
    )


def compile_block(block: Block, flow: Flow, after: Node | Exit = _REPEATS) -> Node:
    """A node that the block's ways begin at; those that nothing closes lead to `after`."""
    following = after
    ahead: tuple[Effect, ...] = ()
    for statement in reversed(block):
        match statement:
            case Say() | Set() | Note() | Wait() | Keys() | Record():
                ahead = (*_effects(statement, flow), *ahead)
            case If() | Split():
                join = _led_to(ahead, following)
                following, ahead = Node(), ()
                for assumed, inner in _ways(statement):
                    following.steps.append(Step(assumed, compile_block(inner, flow, join)))
                if isinstance(statement, If) and statement.arms[-1].condition is not None:
                    following.steps.append(Step(_none_of(statement), join))
            case _:
                # What stands after it is unreachable.
                ahead, following = tuple(_effects(statement, flow)), _exit(statement)
    found = _led_to(ahead, following)
    return found if isinstance(found, Node) else Node([Step((), found)])


def _led_to(effects: tuple[Effect, ...], following: Node | Exit) -> Node | Exit:
    return Node([Step(effects, following)]) if effects else following


def _ways(statement: If | Split) -> Iterator[tuple[tuple[Assumed, ...], Block]]:
    if isinstance(statement, Split):
        yield from (((), variant.body) for variant in statement.variants)
        return
    before: list[Assumed] = []
    for arm in statement.arms:
        if arm.condition is None:
            yield tuple(before), arm.body
        else:
            yield (*before, Assumed(arm.condition, True)), arm.body
            before.append(Assumed(arm.condition, False))


def _none_of(statement: If) -> tuple[Assumed, ...]:
    return tuple(Assumed(arm.condition, False) for arm in statement.arms if arm.condition is not None)


def _effects(statement: object, flow: Flow) -> Iterator[Effect]:
    """What a statement does when it is reached."""
    match statement:
        case Say(line=line, sentences=sentences, span=span):
            yield Spoke(line, sentences, span)
        case Again(text=Template() as text):
            yield Spoke(None, (text,), text.span)
        case Set(name=name, value=value, span=span):
            yield Assigned(name, value, span)
        case Note(text=text, span=span):
            yield Used((text,), span)
        case Transfer(target=target, briefing=briefing, filler=filler, span=span):
            yield Used((target, *(text for text in (briefing, filler) if text is not None)), span)
        case Record(start=start, span=span):
            yield Recorded(start, span)
        case Collect(slots=slots, span=span):
            asked = (flow.slots[name].ask for name in slots if name in flow.slots)
            yield Spoke(None, tuple(text for text in asked if text is not None), span, surely=False)
        case Llm(task=task, facts=facts, filler=filler, span=span):
            yield Used((task, *facts, *([filler] if filler is not None else ())), span)
            yield Spoke(None, (), span)
        case Do(arguments=arguments, span=span):
            yield Used(tuple(argument.value for argument in arguments), span)
            yield Began(statement)
        case Guard():
            yield Began(statement)
        case _:
            pass


def _exit(statement: Goto | End | Return | Again | Resume | Waiting) -> Exit:
    match statement:
        case Goto(state=state, span=span):
            return Moves(state, span)
        case End(outcome=outcome, span=span):
            return Ends(outcome, span)
        case Return(outcome=outcome, span=span):
            return Returns(outcome, span)
        case Again():
            return _REPEATS
        case Resume(span=span):
            return Resumes(span)
        case Listen() | Collect() | Guard() | Do() | Llm() | Transfer() | Run():
            return Waits(statement)
        case _:
            assert_never(statement)
