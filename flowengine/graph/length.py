"""How long a call can be, estimated: the longest way through a flow, in speech, caller's turns and model's answers.

Counted are each state's words on its longest path, the tries of every slot, the rungs of every ladder, and the
time-outs of actions. A circle is gone round once, or as often as a counter in it allows. What the caller asks beside
the way (`anywhere`, `resume`) is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import nodes

from flowengine.graph.components import components
from flowengine.graph.edges import statements
from flowengine.graph.jinja import read
from flowengine.graph.model import (
    Again,
    Block,
    Branch,
    Collect,
    Do,
    End,
    Flow,
    Goto,
    If,
    Keys,
    Listen,
    Llm,
    OnOtherwise,
    OnResult,
    OnSilence,
    Return,
    Run,
    Say,
    Set,
    Slot,
    Split,
    State,
    Template,
    Wait,
    Waiting,
)
from flowengine.graph.walk import waiting
from flowengine.words.keys import keys_seconds

CHARACTERS_A_SECOND = 15.0
"""English, as synthesised for the telephone."""
ANSWER_S = 2.0
"""A caller's answer, on average."""
REPLY_S = 0.8
"""From the end of the caller's words to the agent's first; measured."""
FILLED_IN = 8
"""Characters that a value in a text is taken for."""
MODEL_ANSWER = 90
"""Characters of one answer of the model: one or two short sentences."""

_VALUE = re.compile(r"\{\{.*?\}\}")
_BLOCK = re.compile(r"\{%.*?%\}")


@dataclass(frozen=True, slots=True)
class Length:
    """What a stretch of a call takes. `waits` in seconds: pauses, silences, actions."""

    characters: int = 0
    turns: int = 0
    waits: float = 0.0
    model_calls: int = 0

    @property
    def seconds(self) -> float:
        return self.characters / CHARACTERS_A_SECOND + self.turns * (ANSWER_S + REPLY_S) + self.waits

    def __add__(self, other: Length) -> Length:
        return Length(
            self.characters + other.characters,
            self.turns + other.turns,
            self.waits + other.waits,
            self.model_calls + other.model_calls,
        )

    def times(self, number: int) -> Length:
        return Length(self.characters * number, self.turns * number, self.waits * number, self.model_calls * number)


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a state: to another, or (None) to the end of the call."""

    target: str | None
    length: Length


@dataclass(frozen=True, slots=True)
class Longest:
    """The longest way through a flow; a circle's states stand in it once."""

    length: Length
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Onward:
    """The longest way on from some states, and the state that it leads to next."""

    length: Length
    states: tuple[str, ...]
    following: str | None


def longest(flow: Flow) -> Longest:
    """The longest way from the flow's first state to an end. Raises KeyError when there is no first state."""
    ways = {name: list(_Ways(flow).of(state)) for name, state in flow.states.items()}
    moves = {
        name: dict.fromkeys(way.target for way in found if way.target is not None and way.target in flow.states)
        for name, found in ways.items()
    }
    order = {name: index for index, name in enumerate(flow.states)}
    best: dict[str, _Onward] = {}
    for group in components(moves):
        inside = tuple(sorted(group, key=order.__getitem__))
        circle = len(group) > 1 or inside[0] in moves[inside[0]]
        around = _around(flow, inside, ways).times(_rounds(flow, group)) if circle else Length()
        found = _Onward(around, inside, None)
        for way in (way for name in inside for way in ways[name]):
            if way.target is None or (way.target in best and way.target not in group):
                length = around + way.length + (best[way.target].length if way.target is not None else Length())
                if length.seconds > found.length.seconds:
                    found = _Onward(length, inside, way.target)
        best.update(dict.fromkeys(group, found))
    states: list[str] = []
    ahead: str | None = flow.start
    while ahead is not None:
        states += best[ahead].states
        ahead = best[ahead].following
    return Longest(best[flow.start].length, tuple(states))


def _around(flow: Flow, inside: Iterable[str], ways: Mapping[str, list[Way]]) -> Length:
    """Once around a circle."""
    total = Length()
    for name in inside:
        total += _most(way.length for way in ways[name] if way.target is not None)
    return total


def _rounds(flow: Flow, group: frozenset[str]) -> int:
    """How often a circle can be gone round: what a counter in it is compared with."""
    inside = [each for name in group for each in statements(flow.states[name].body)]
    counters = {each.name for each in inside if isinstance(each, Set)}
    numbers = [1]
    for each in inside:
        for arm in each.arms if isinstance(each, If) else ():
            reading = read(arm.condition) if arm.condition is not None else None
            if reading is not None and reading.tree is not None and counters & {word.name for word in reading.words}:
                constants = reading.tree.find_all(nodes.Const)
                numbers += [node.value for node in constants if type(node.value) is int and 1 < node.value < 100]
    return max(numbers)


def _most(lengths: Iterable[Length]) -> Length:
    return max(lengths, key=lambda length: length.seconds, default=Length())


class _Ways:
    """The ways out of a state."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    def of(self, state: State) -> Iterator[Way]:
        yield from self._block(state, state.body, Length())[0]

    def _block(self, state: State, block: Block, so_far: Length) -> tuple[list[Way], Length | None]:
        """The ways out of a block, and the longest that leads through it to what comes after."""
        ways: list[Way] = []
        for statement in block:
            match statement:
                case Say(sentences=sentences):
                    so_far += Length(sum(map(_characters, sentences)))
                case Keys(text=text):
                    so_far += Length(waits=keys_seconds(_VALUE.sub("0" * FILLED_IN, text.text)))
                case Wait(seconds=seconds):
                    so_far += Length(waits=seconds)
                case If(arms=parts) | Split(variants=parts):
                    inner = [self._block(state, part.body, so_far) for part in parts]
                    ways += [way for found, _ in inner for way in found]
                    open_ = [through for _, through in inner if through is not None]
                    if isinstance(statement, If) and statement.arms[-1].condition is not None:
                        open_.append(so_far)
                    if not open_:
                        return ways, None
                    so_far = _most(open_)
                case Goto(state=target):
                    return [*ways, Way(target, so_far)], None
                case End():
                    return [*ways, Way(None, so_far)], None
                case Return(outcome=outcome):
                    return [*ways, *self._returned(state, outcome, so_far)], None
                case Run(entry=entry):
                    return [*ways, Way(entry, so_far)], None
                case _ if isinstance(statement, Waiting):
                    so_far += self._waits(statement)
                    for branch in statement.branches:
                        ways += self._block(state, branch.body, so_far)[0]
                    return ways, None
                case _:
                    pass
        return ways, so_far

    def _returned(self, state: State, outcome: str, so_far: Length) -> Iterator[Way]:
        runner = state.scope.rpartition("/")[0]
        for statement in waiting(self._flow.states[runner].body) if runner in self._flow.states else ():
            if isinstance(statement, Run) and statement.scope == state.scope:
                for branch in statement.branches:
                    if OnResult(outcome) in branch.triggers:
                        yield from self._block(self._flow.states[runner], branch.body, so_far)[0]

    def _waits(self, statement: Waiting) -> Length:
        match statement:
            case Listen(seconds=seconds, branches=branches):
                again = max((_characters(text) for text in _asked_again(branches)), default=0)
                return Length(again, 0, seconds).times(self._ladder(branches)) + Length(turns=1)
            case Collect(slots=names):
                slots = (self._flow.slots[name] for name in names if name in self._flow.slots)
                return sum((_collected(slot) for slot in slots), Length())
            case Llm(turns=turns, seconds=limit):
                answers = turns if turns is not None else max(1, int((limit or 0) / (ANSWER_S + REPLY_S + 6)))
                talk = Length(MODEL_ANSWER, 1, 0.0, 1).times(answers)
                over = talk.seconds - limit if limit is not None else 0.0
                return talk + Length(waits=-over) if over > 0 else talk
            case Do(action=name) if name in self._flow.actions:
                action = self._flow.actions[name]
                return Length(_characters(action.filler) if action.filler else 0, 0, action.timeout)
            case _:
                return Length()

    def _ladder(self, branches: tuple[Branch, ...]) -> int:
        """How often the question can be repeated before a rung leaves it."""
        layers = (branches, *(layer.branches for layer in self._flow.layers("")))
        for live in layers:
            leaving = [
                branch.rung
                for branch in live
                if any(isinstance(trigger, OnSilence | OnOtherwise) for trigger in branch.triggers)
                and any(isinstance(each, Goto | End | Return) for each in statements(branch.body))
            ]
            if leaving:
                return min(leaving) - 1
        return 2


def _asked_again(branches: tuple[Branch, ...]) -> Iterator[Template]:
    for branch in branches:
        for statement in statements(branch.body):
            if isinstance(statement, Again) and statement.text is not None:
                yield statement.text


def _collected(slot: Slot) -> Length:
    """A slot that is given at the last try, and read back."""
    ask, again, confirm = (
        _characters(text) if text else 0 for text in (slot.ask, slot.again or slot.ask, slot.confirm)
    )
    return Length(ask + again * (slot.tries - 1) + confirm, slot.tries + (1 if slot.confirm else 0))


def _characters(text: Template) -> int:
    return len(_BLOCK.sub("", _VALUE.sub("x" * FILLED_IN, text.text)))
