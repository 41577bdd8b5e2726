"""The last lines of a call as they are talked over: which ends come so late, and what the caller may say that counts.

An end is made at once where one short goodbye is still to be heard; where more is, what protects the caller is taken
until then (`conversation/farewell.py`). How much is on its way at an end is read off the flow, and never too little:
a text that fills something in may be long, and what came before an answer from outside may still be being said.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import get_args

from flowengine.compliance.honoured import NAMED, Honoured
from flowengine.graph.edges import inner_blocks
from flowengine.graph.model import (
    Block,
    Branch,
    End,
    Flow,
    Forbid,
    Goto,
    If,
    Keys,
    OnResult,
    OnTurns,
    Require,
    Run,
    Say,
    Split,
    State,
    Wait,
    Waiting,
)
from flowengine.graph.places import is_place
from flowengine.language.source import Span

LONGEST_GOODBYE = 30
"""Words. The longest farewell of the shipped library has 22; thirty take some twelve seconds to say."""
DECLINED = "declined"
"""How a call ends whose caller refuses what is said in its last lines, where the flow has an outcome of that name."""
UNDOES_NOTHING = frozenset({"human_request", "wrong_person", "driving", *NAMED["wrong_person"], *NAMED["driving"]})
"""What every caller may say, and what asks for less than a decided end gives, or comes too late: whoever drives wants
the call over, and a booking is not undone for it."""
GOODBYE = 1
MORE = 2
"""How much is on its way, reckoned no further: nothing (0), one short speech, or more."""


def over_an_end(flow: Flow) -> frozenset[str]:
    """The names of the intents that count: those that protect, and those that a policy takes for a refusal."""
    return protecting(flow) | frozenset(refusals(flow))


def protecting(flow: Flow) -> frozenset[str]:
    """The names of the intents that count whatever is being said."""
    protective = (name for name, intent in flow.intents.items() if intent.protective)
    return frozenset({*protective, *get_args(Honoured), *chain(*NAMED.values())}) - UNDOES_NOTHING


def refusals(flow: Flow, state: State | None = None) -> Iterator[str]:
    """The intents of every `never … after`, or of those that forbid this state: over its lines each is a refusal."""
    for policy in flow.policies:
        for rule in policy.rules:
            if not isinstance(rule, Forbid) or rule.fact.kind != "meant":
                continue
            if state is None or is_place(state, rule.place, policy.library):
                yield rule.fact.name


def late_ends(flow: Flow) -> frozenset[Span]:
    """Every `end` that may be held back, by where it stands."""
    return _LateEnds(flow).found


class _LateEnds:
    """`_before`: the most that may be on its way when a state is entered."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._before: dict[str, int] = {}
        self._ahead: list[str] = []
        self._enter(flow.start, 0)
        self._late: set[Span] = set()
        # A move that waits for a line to be heard is made while others are said.
        self._heard_before = {
            rule.place
            for policy in flow.policies
            for rule in policy.rules
            if isinstance(rule, Require) and rule.fact.kind == "heard"
        }
        for layer in flow.anywhere:
            for branch in layer.branches:
                self._branch(branch)
        for name, state in flow.states.items():
            if self._heard_before & {name, name.rpartition("/")[2], *state.tags}:
                self._enter(name, MORE)
        while self._ahead:
            name = self._ahead.pop()
            state = flow.states[name]
            self._block(state.body, self._before[name], is_pitch=any(refusals(flow, state)))

    @property
    def found(self) -> frozenset[Span]:
        return frozenset(self._late)

    def _branch(self, branch: Branch) -> None:
        """What the caller says or presses stops what is being said; an answer from outside does not."""
        stops = not any(isinstance(trigger, OnResult | OnTurns) for trigger in branch.triggers)
        self._block(branch.body, 0 if stops else MORE)

    def _block(self, block: Block, before: int, *, is_pitch: bool = False) -> int:
        """What is on its way at the end of a block; every word of a pitch may be refused."""
        for statement in block:
            match statement:
                case Say():
                    before = MORE if is_pitch else min(MORE, before + _weight(statement))
                case Wait() | Keys():
                    before = MORE
                case If() | Split():
                    before = max(
                        [before, *(self._block(each, before, is_pitch=is_pitch) for each in inner_blocks(statement))]
                    )
                case Goto(state=state):
                    self._enter(state, before)
                case Run(entry=entry):
                    self._enter(entry, before)
                case End(outcome=outcome, span=span):
                    if before > GOODBYE or outcome in self._heard_before:
                        self._late.add(span)
                case _:
                    pass
            if isinstance(statement, Waiting):
                for branch in statement.branches:
                    self._branch(branch)
        return before

    def _enter(self, name: str, before: int) -> None:
        if name in self._flow.states and before > self._before.get(name, -1):
            self._before[name] = before
            self._ahead.append(name)


def _weight(say: Say) -> int:
    texts = [sentence.text for sentence in say.sentences]
    is_long = any("{" in text for text in texts) or sum(len(text.split()) for text in texts) > LONGEST_GOODBYE
    return MORE if is_long else GOODBYE
