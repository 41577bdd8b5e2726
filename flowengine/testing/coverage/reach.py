"""Which ways of a flow a call can take at all: only these count, so that full coverage can be reached.

The call is walked from its first state. Where something waits, each event that can happen there is held against the
branches that are live, with the very rules of a call (`conversation.place`): the branch that wins is an edge, and what
it leads to is walked in turn. What never wins in any state that is reached (a library's handler that each state, or the
flow's own `anywhere`, comes before) is no edge of this flow. A ladder is climbed rung by rung; a rung above one that
always leaves is not reached. Conditions may go either way.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import assert_never

from flowengine.conversation.place import Live, Waiting, best, fits
from flowengine.conversation.settling import UNHANDLED_LIMIT
from flowengine.graph.edges import branch_label, digressions, trigger_label
from flowengine.graph.model import (
    Block,
    Branch,
    Collect,
    End,
    Expression,
    Flow,
    Goto,
    Guard,
    If,
    Listen,
    OnAfter,
    OnHangup,
    OnIntent,
    OnOtherwise,
    OnPress,
    OnResult,
    OnSilence,
    Statement,
    Trigger,
)
from flowengine.graph.walk import closes
from flowengine.language.source import Span
from flowengine.testing.coverage.ways import Way

MOST_COUNTS = 4000
"""A ladder with more counts to try than this is taken to be climbable in every way."""


class Reach:
    """What of a flow can be reached. `ways` in the order in which a call may come to them; `blocks` by their owner."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.ways: dict[Way, None] = {}
        self.branches: dict[Span, Branch] = {}
        self.states: dict[str, None] = {}
        self._asides = digressions(flow)
        self._everywhere = _everywhere(flow)
        self._ahead = [flow.start]
        while self._ahead:
            self._state(self._ahead.pop())

    def _state(self, name: str) -> None:
        if name in self.states:
            return
        self.states[name] = None
        state = self.flow.states[name]
        self._add(Way("state", name, name, "", state.span))
        self._block(state.body, name)

    def _add(self, way: Way) -> None:
        self.ways.setdefault(way)

    def _block(self, block: Block, place: str) -> None:
        for statement in block:
            match statement:
                case Goto(state=state):
                    self._ahead.append(state)
                case If(arms=arms):
                    for index, arm in enumerate(arms):
                        if arm.condition is not None:
                            self._sides(arm.condition, place, f"{'elif' if index else 'if'} {arm.condition.text}")
                        self._block(arm.body, place)
                case Listen() | Collect() | Guard():
                    self._waits(statement, place)
                case _:
                    pass
            if closes(statement):
                return

    def _sides(self, condition: Expression, place: str, label: str) -> None:
        for side in ("true", "false"):
            self._add(Way("condition", place, label, side, condition.span))

    def _waits(self, waiting: Waiting, place: str) -> None:
        if isinstance(waiting, Collect):
            for slot in (self.flow.slots[name] for name in waiting.slots):
                if slot.valid is not None:
                    self._sides(slot.valid, f"slot {slot.name}", f"valid {slot.valid.text}")
        for branch, trigger in self._winners(waiting, place):
            by = trigger_label(trigger)
            own = any(branch is each for each in waiting.branches)
            where = place if own else "anywhere"
            self._add(Way("edge", where, branch_label(branch), by, branch.span))
            if branch.rung > 1:
                self._add(Way("rung", where, branch_label(branch), "", branch.span))
            if branch.span not in self.branches:
                self.branches[branch.span] = branch
                self._block(branch.body, where)

    def _winners(self, waiting: Waiting, place: str) -> Iterator[tuple[Branch, Trigger]]:
        """The branch that wins for each event that can happen here, however often it has happened before."""
        own = dict.fromkeys(trigger for branch in waiting.branches for trigger in branch.triggers)
        climbed: set[Trigger] = set()
        for trigger in (*own, *(each for each in self._everywhere if each not in own)):
            if trigger not in climbed and self._can_happen(waiting, trigger):
                ladder = self._ladder(waiting, trigger)
                climbed.update(ladder)
                yield from self._climb(waiting, [each for each in ladder if self._can_happen(waiting, each)], place)

    def _ladder(self, waiting: Waiting, trigger: Trigger) -> dict[Trigger, None]:
        """The events that are counted together with this one, directly or by way of another."""
        found: dict[Trigger, None] = {}
        ahead = [trigger]
        while ahead:
            each = ahead.pop()
            if each not in found:
                found[each] = None
                for branch in chain(*self._live(waiting, each)):
                    ahead += branch.triggers if branch.rung > 1 else ()
        return found

    def _climb(self, waiting: Waiting, ladder: list[Trigger], place: str) -> Iterator[tuple[Branch, Trigger]]:
        live = {trigger: self._live(waiting, trigger) for trigger in ladder}
        top = max((branch.rung for trigger in ladder for branch in chain(*live[trigger])), default=1)
        if (top + 1) ** len(ladder) > MOST_COUNTS:
            yield from ((branch, trigger) for trigger in ladder for branch in chain(*live[trigger]))
            return
        seen = {(0,) * len(ladder)}
        ahead = [*seen]
        while ahead:
            counts = ahead.pop()
            heard = {trigger_label(trigger): count for trigger, count in zip(ladder, counts, strict=True)}
            for index, trigger in enumerate(ladder):
                found = best(list(fits(live[trigger], trigger, heard)))
                if found:
                    yield found[0].branch, trigger
                after = (*counts[:index], min(counts[index] + 1, top), *counts[index + 1 :])
                goes_on = self._stays(found[0].branch, place) if found else _unhandled(heard, trigger)
                if goes_on and after not in seen:
                    seen.add(after)
                    ahead.append(after)

    def _live(self, waiting: Waiting, trigger: Trigger) -> Live:
        """The branches on a trigger, in layers. A `collect` has a ladder of its own, which only its own come before."""
        own = tuple(branch for branch in waiting.branches if trigger in branch.triggers)
        if isinstance(waiting, Collect) and isinstance(trigger, OnSilence | OnOtherwise):
            return (own,)
        return (own, *self._everywhere.get(trigger, ()))

    def _stays(self, branch: Branch, place: str) -> bool:
        """Whether some path through a branch comes back to the stay that it left, with its counts."""
        for closing in _closings(branch.body):
            match closing:
                case Goto(state=state):
                    if state == place or state in self._asides:
                        return True
                case End():
                    pass
                case _:
                    return True
        return False

    def _can_happen(self, waiting: Waiting, trigger: Trigger) -> bool:
        match trigger:
            case OnResult():
                return any(trigger in branch.triggers for branch in waiting.branches)
            case _ if isinstance(waiting, Guard):
                # A test's guard answers at once: nobody can say a word before.
                return False
            case OnIntent(name=name):
                intent = self.flow.intents.get(name)
                return intent is not None and bool(intent.phrases or intent.patterns)
            case OnSilence() | OnOtherwise() | OnPress() | OnHangup() | OnAfter():
                return True
            case _:
                assert_never(trigger)


def _everywhere(flow: Flow) -> dict[Trigger, Live]:
    """The branches of `anywhere` by their triggers, in layers."""
    triggers = dict.fromkeys(each for layer in flow.anywhere for branch in layer.branches for each in branch.triggers)
    return {
        trigger: tuple(
            tuple(branch for branch in layer.branches if trigger in branch.triggers) for layer in flow.anywhere
        )
        for trigger in triggers
    }


def _closings(block: Block) -> Iterator[Statement | None]:
    """What may close a block; None where it may run to its end."""
    for statement in block:
        if isinstance(statement, If):
            ends = [each for arm in statement.arms for each in _closings(arm.body)]
            yield from (each for each in ends if each is not None)
            if None not in ends and statement.arms[-1].condition is None:
                return
        elif closes(statement):
            yield statement
            return
    yield None


def _unhandled(heard: dict[str, int], trigger: Trigger) -> bool:
    """Silence and words that nothing handles are counted all the same, and end the call in the end."""
    counted = isinstance(trigger, OnSilence | OnOtherwise)
    return counted and heard.get("silence", 0) + heard.get("otherwise", 0) + 1 < UNHANDLED_LIMIT
