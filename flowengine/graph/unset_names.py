"""Which names may be read before they have a value, in one pass over the flow: who is worth a search of all paths.

Nothing is missed: conditions may come out either way, and what a digression sets is not counted. Names are bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from flowengine.graph.edges import statements
from flowengine.graph.effects import (
    Assigned,
    Assumed,
    Began,
    Effect,
    Exit,
    Moves,
    Node,
    Returns,
    Spoke,
    Used,
    Waits,
)
from flowengine.graph.jinja import read
from flowengine.graph.model import Collect, Do, Expression, Flow, OnResult, Run, Template, Waiting
from flowengine.graph.paths import Paths
from flowengine.graph.unset import needs, shows
from flowengine.graph.walk import every_statement

Text = Template | Expression


@dataclass(frozen=True, slots=True)
class Read:
    """A text that is read, and the slots that have been filled by then on the way."""

    text: Text
    filled: tuple[str, ...] = ()


class Effects:
    """What the effects of a flow read, and what they give a value."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._collects = {each.span: each for each in every_statement(flow) if isinstance(each, Collect)}

    def reads(self, effect: Effect) -> Iterator[Read]:
        """The texts that an effect reads."""
        match effect:
            case Spoke(span=span) if span in self._collects:
                yield from self._prompts(self._collects[span])
            case Spoke(sentences=texts) | Used(texts=texts):
                yield from (Read(text) for text in texts)
            case Assigned(value=Expression() as value):
                yield Read(value)
            case Assumed(condition=condition):
                yield Read(condition)
            case Began(statement=Do(action=action)) if action in self._flow.actions:
                filler = self._flow.actions[action].filler
                if filler is not None:
                    yield Read(filler)
            case _:
                pass

    def gives(self, effect: Effect, name: str) -> bool:
        """Whether a name surely has a value after an effect."""
        slot = name in self._flow.slots
        match effect:
            case Assigned(name=assigned, value=value):
                # A slot may be nothing, and so is what is set to it; a variable exists all the same.
                handed_on = slot and value is not None and value.text.strip() in self._flow.slots
                return assigned == name and not handed_on
            case Assumed(condition=condition, holds=holds):
                return shows(read(condition).tree, name, holds=holds, slot=slot)
            case _:
                return False

    def _prompts(self, collect: Collect) -> Iterator[Read]:
        """What is said while slots are collected in turn: a slot's own prompts follow those before it."""
        for index, name in enumerate(collect.slots):
            slot = self._flow.slots.get(name)
            if slot is not None:
                asked, answered = collect.slots[:index], collect.slots[: index + 1]
                yield from (Read(each, asked) for each in (slot.ask, slot.again) if each is not None)
                checks = (slot.confirm, slot.valid, slot.invalid)
                yield from (Read(each, answered) for each in checks if each is not None)


def suspects(paths: Paths, effects: Effects) -> tuple[str, ...]:
    """The names that may be read before they have a value."""
    return _Pass(paths, effects).run()


@dataclass(slots=True)
class _Pass:
    paths: Paths
    effects: Effects
    _bits: dict[str, int] = field(default_factory=dict)
    _unset: dict[str, int] = field(default_factory=dict)
    """State → the names that may have no value on entering it."""
    _ahead: list[str] = field(default_factory=list)
    _masks: dict[int, tuple[int, int]] = field(default_factory=dict)
    _runs: dict[str, tuple[str, Run]] = field(default_factory=dict)
    _returned: dict[tuple[str, str], int] = field(default_factory=dict)
    _found: int = 0

    def run(self) -> tuple[str, ...]:
        flow = self.paths.flow
        names = dict.fromkeys((*sorted(flow.variables), *flow.slots))
        self._bits = {name: 1 << index for index, name in enumerate(names)}
        for state in flow.states.values():
            for statement in statements(state.body):
                if isinstance(statement, Run):
                    self._runs[statement.scope] = (state.name, statement)
        self._enter(flow.start, (1 << len(names)) - 1)
        while self._ahead:
            name = self._ahead.pop()
            self._block(name, self.paths.state(name), self._unset[name], waits=True)
        return tuple(name for name, bit in self._bits.items() if bit & self._found)

    def _enter(self, state: str, unset: int) -> None:
        before = self._unset.get(state, -1)
        if state in self.paths.flow.states and (before == -1 or unset & ~before):
            self._unset[state] = unset if before == -1 else before | unset
            self._ahead.append(state)

    def _block(self, state: str, node: Node, unset: int, *, waits: bool) -> None:
        """Go through a block; where ways meet, what any of them leaves unset goes on."""
        at: dict[int, int] = {id(node): unset}
        ahead = [node]
        while ahead:
            here = ahead.pop()
            for step in here.steps:
                left = self._after(step.effects, at[id(here)])
                if not isinstance(step.target, Node):
                    self._out(state, step.target, left, waits=waits)
                elif id(step.target) not in at or left & ~at[id(step.target)]:
                    at[id(step.target)] = at.get(id(step.target), 0) | left
                    ahead.append(step.target)

    def _out(self, state: str, out: Exit, unset: int, *, waits: bool) -> None:
        match out:
            case Moves(state=target):
                self._enter(target, unset)
            case Returns(outcome=outcome):
                self._return(state, outcome, unset)
            case Waits(statement=statement) if waits:
                self._wait(state, statement, unset)
            case _:
                pass

    def _wait(self, state: str, statement: Waiting, unset: int) -> None:
        if isinstance(statement, Run):
            self._enter(statement.entry, unset)
            return
        for take in self.paths.takes(state, statement):
            self._block(state, self.paths.body(take.branch), self._after(take.effects, unset), waits=False)

    def _return(self, state: str, outcome: str, unset: int) -> None:
        scope = self.paths.flow.states[state].scope
        before = self._returned.get((scope, outcome), -1)
        if scope not in self._runs or (before != -1 and not unset & ~before):
            return
        self._returned[scope, outcome] = unset if before == -1 else before | unset
        name, run = self._runs[scope]
        for branch in run.branches:
            if OnResult(outcome) in branch.triggers:
                self._block(name, self.paths.body(branch), self._returned[scope, outcome], waits=False)

    def _after(self, effects: Iterable[Effect], unset: int) -> int:
        for effect in effects:
            needed, given = self._masks.get(id(effect)) or self._masks_of(effect)
            self._found |= needed & unset
            unset &= ~given
        return unset

    def _masks_of(self, effect: Effect) -> tuple[int, int]:
        slots, needed, given = self.paths.flow.slots, 0, 0
        for each in self.effects.reads(effect):
            for name in names_in(each.text) & self._bits.keys():
                if name not in each.filled and needs(each.text, name, slot=name in slots) is not None:
                    needed |= self._bits[name]
        if isinstance(effect, Assigned | Assumed):
            about = {effect.name} if isinstance(effect, Assigned) else names_in(effect.condition)
            for name in about & self._bits.keys():
                given |= self._bits[name] if self.effects.gives(effect, name) else 0
        self._masks[id(effect)] = needed, given
        return needed, given


def names_in(text: Text) -> set[str]:
    """The names that a text may read: `day`, and `day` of `slots.day`."""
    return {word.attribute if word.name == "slots" and word.attribute else word.name for word in read(text).words}
