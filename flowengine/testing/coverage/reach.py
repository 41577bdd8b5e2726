"""Which ways of a flow a call can take at all: only these count, so that full coverage can be reached.

The call is walked from its first state. Where something waits, each event that can happen there is held against the
branches that are live, with the very rules of a call (`conversation.place`): the branch that wins is an edge, and what
it leads to is walked in turn. What never wins in any state that is reached (a library's handler that each state, or the
flow's own `anywhere`, comes before) is no edge of this flow. A ladder is climbed rung by rung; a rung above one that
always leaves is not reached. Conditions may go either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import assert_never

from flowengine.conversation.place import Live, best, fits
from flowengine.conversation.settling import UNHANDLED_LIMIT
from flowengine.graph.edges import branch_label, digressions, plain_name, trigger_label
from flowengine.graph.model import (
    Block,
    Branch,
    Collect,
    Do,
    End,
    Expression,
    Flow,
    Goto,
    Guard,
    If,
    Listen,
    Llm,
    OnAfter,
    OnHangup,
    OnHeardSlot,
    OnIntent,
    OnMachine,
    OnOtherwise,
    OnPress,
    OnResult,
    OnSilence,
    OnTurns,
    Return,
    Run,
    Split,
    State,
    Statement,
    Transfer,
    Trigger,
    Waiting,
)
from flowengine.graph.walk import closes
from flowengine.language.source import Span
from flowengine.testing.coverage.ways import Way

MOST_COUNTS = 4000
"""A ladder with more counts to try than this is taken to be climbable in every way."""


class Reach:
    """What of a flow can be reached: `ways`, `states` and `branches`, in the order in which a call may come to them."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.ways: dict[Way, None] = {}
        self.states: dict[str, None] = {}
        self.branches: dict[Span, Branch] = {}
        self._asides = digressions(flow)
        limits = [
            (trigger, branch) for layer in flow.anywhere for branch in layer.branches for trigger in branch.triggers
        ]
        self._last_moments = [each.seconds for each, by in limits if isinstance(each, OnAfter) and self._ends(by.body)]
        self._last_turns = [each.turns for each, by in limits if isinstance(each, OnTurns) and self._ends(by.body)]
        self._handlers: dict[str, dict[Trigger, Live]] = {}
        self._walked: set[tuple[str, Span]] = set()
        self._runs: dict[str, tuple[Run, State]] = {}
        self._returns: dict[tuple[str, str], None] = {}
        self._ahead = [flow.start]
        while self._ahead:
            self._state(self._ahead.pop())

    def _state(self, name: str) -> None:
        if name in self.states:
            return
        self.states[name] = None
        state = self.flow.states[name]
        self._add(Way("state", plain_name(name), plain_name(name), "", state.span))
        self._block(state.body, state, plain_name(name))

    def _add(self, way: Way) -> None:
        self.ways.setdefault(way)

    def _block(self, block: Block, state: State, place: str) -> None:
        for statement in block:
            match statement:
                case Goto(state=target):
                    self._ahead.append(target)
                case If(arms=arms):
                    for index, arm in enumerate(arms):
                        if arm.condition is not None:
                            self._sides(arm.condition, place, f"{'elif' if index else 'if'} {arm.condition.text}")
                        self._block(arm.body, state, place)
                case Split(name=name, variants=variants):
                    for variant in variants:
                        self._add(Way("condition", place, f"split {name}", variant.name, variant.span))
                        self._block(variant.body, state, place)
                case Return(outcome=outcome):
                    self._returns[state.scope, outcome] = None
                    self._come_back(state.scope, outcome)
                case _ if isinstance(statement, Waiting):
                    self._waits(statement, state, place)
                case _:
                    pass
            if closes(statement):
                return

    def _sides(self, condition: Expression, place: str, label: str) -> None:
        for side in ("true", "false"):
            self._add(Way("condition", place, label, side, condition.span))

    def _waits(self, waiting: Waiting, state: State, place: str) -> None:
        match waiting:
            case Collect(slots=slots):
                for slot in (self.flow.slots[name] for name in slots):
                    if slot.valid is not None:
                        self._sides(slot.valid, f"slot {slot.name}", f"valid {slot.valid.text}")
            case Run(scope=scope, entry=entry):
                self._ahead.append(entry)
                self._runs[scope] = waiting, state
                for outcome in [outcome for inner, outcome in self._returns if inner == scope]:
                    self._come_back(scope, outcome)
            case _:
                pass
        for branch, trigger in self._winners(waiting, state):
            own = any(branch is each for each in waiting.branches)
            self._take(branch, trigger, state, place if own else "anywhere")

    def _come_back(self, scope: str, outcome: str) -> None:
        """A subflow has come to an outcome: the `run` that began it goes on."""
        if scope in self._runs:
            run, state = self._runs[scope]
            for branch in run.branches:
                if OnResult(outcome) in branch.triggers:
                    self._take(branch, OnResult(outcome), state, plain_name(state.name))

    def _take(self, branch: Branch, trigger: Trigger, state: State, place: str) -> None:
        self._add(Way("edge", place, branch_label(branch), trigger_label(trigger), branch.span))
        if branch.rung > 1:
            self._add(Way("rung", place, branch_label(branch), "", branch.span))
        self.branches.setdefault(branch.span, branch)
        # A subflow's branch is walked once for each run of it, since each leads to states of its own.
        if (state.scope, branch.span) not in self._walked:
            self._walked.add((state.scope, branch.span))
            self._block(branch.body, state, place)

    # Who wins.

    def _winners(self, waiting: Waiting, state: State) -> Iterator[tuple[Branch, Trigger]]:
        """The branch that wins for each event that can happen here, however often it has happened before."""
        everywhere = self._everywhere(state.scope)
        own = dict.fromkeys(trigger for branch in waiting.branches for trigger in branch.triggers)
        live = {trigger: _live(waiting, trigger, everywhere) for trigger in (*own, *everywhere)}
        climbed: set[Trigger] = set()
        for trigger in live:
            if trigger not in climbed and self._can_happen(waiting, trigger):
                ladder = _ladder(live, trigger)
                climbed.update(ladder)
                yield from self._climb(live, [each for each in ladder if self._can_happen(waiting, each)], state.name)

    def _climb(
        self, live: Mapping[Trigger, Live], ladder: list[Trigger], state: str
    ) -> Iterator[tuple[Branch, Trigger]]:
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
                goes_on = self._stays(found[0].branch, state) if found else _unhandled(heard, trigger)
                if goes_on and after not in seen:
                    seen.add(after)
                    ahead.append(after)

    def _stays(self, branch: Branch, state: str) -> bool:
        """Whether some path through a branch comes back to the stay that it left, with its counts."""
        for closing in _closings(branch.body):
            match closing:
                case Goto(state=target):
                    if target == state or target in self._asides:
                        return True
                case End() | Return():
                    pass
                case _:
                    return True
        return False

    def _ends(self, block: Block, above: frozenset[str] = frozenset()) -> bool:
        """Whether a block leads to the end of the call at once, on every path: no later limit is reached then."""
        return all(
            isinstance(closing, End)
            or (
                isinstance(closing, Goto)
                and closing.state not in above
                and self._ends(self.flow.states[closing.state].body, above | {closing.state})
            )
            for closing in _closings(block)
        )

    def _everywhere(self, scope: str) -> dict[Trigger, Live]:
        """The branches of `anywhere` that are live in states of this scope, by their triggers, in layers."""
        if scope not in self._handlers:
            layers = [layer.branches for layer in self.flow.layers(scope)]
            triggers = dict.fromkeys(each for branches in layers for branch in branches for each in branch.triggers)
            self._handlers[scope] = {
                trigger: tuple(tuple(each for each in branches if trigger in each.triggers) for branches in layers)
                for trigger in triggers
            }
        return self._handlers[scope]

    def _can_happen(self, waiting: Waiting, trigger: Trigger) -> bool:
        match trigger:
            case OnResult():
                own = [branch for branch in waiting.branches if trigger in branch.triggers]
                # A limit that leads nowhere is answered by the fallback; a subflow's outcomes come with its ends.
                return any(branch.body for branch in own) if isinstance(waiting, Llm) else not isinstance(waiting, Run)
            case _ if isinstance(waiting, Guard | Run):
                # A test's guard answers at once: nobody can say a word before.
                return False
            case OnIntent() | OnSilence() | OnPress() | OnHeardSlot() if isinstance(waiting, Transfer):
                return False
            case OnSilence() | OnPress() | OnHeardSlot() if isinstance(waiting, Do):
                return False
            case OnOtherwise() if not isinstance(waiting, Listen | Collect):
                return False
            case OnIntent(name=name):
                intent = self.flow.intents.get(name)
                return intent is not None and bool(intent.phrases or intent.patterns)
            case OnAfter(seconds=seconds):
                return not any(earlier < seconds for earlier in self._last_moments)
            case OnTurns(turns=turns):
                return not any(fewer < turns for fewer in self._last_turns)
            case OnSilence() | OnOtherwise() | OnPress() | OnHangup() | OnMachine() | OnHeardSlot():
                return True
            case _:
                assert_never(trigger)


def _live(waiting: Waiting, trigger: Trigger, everywhere: Mapping[Trigger, Live]) -> Live:
    """The branches on a trigger, in layers. A `collect` has a ladder of its own, which only its own come before."""
    own = tuple(branch for branch in waiting.branches if trigger in branch.triggers)
    if isinstance(waiting, Collect) and isinstance(trigger, OnSilence | OnOtherwise):
        return (own,)
    return (own, *everywhere.get(trigger, ()))


def _ladder(live: Mapping[Trigger, Live], trigger: Trigger) -> dict[Trigger, None]:
    """The events that are counted together with this one, directly or by way of another."""
    found: dict[Trigger, None] = {}
    ahead = [trigger]
    while ahead:
        each = ahead.pop()
        if each not in found:
            found[each] = None
            for branch in chain(*live[each]):
                ahead += branch.triggers if branch.rung > 1 else ()
    return found


def _closings(block: Block) -> Iterator[Statement | None]:
    """What may close a block; None where it may run to its end."""
    for statement in block:
        if isinstance(statement, If | Split):
            parts = statement.arms if isinstance(statement, If) else statement.variants
            ends = [each for part in parts for each in _closings(part.body)]
            yield from (each for each in ends if each is not None)
            if None not in ends and (isinstance(statement, Split) or statement.arms[-1].condition is None):
                return
        elif closes(statement):
            yield statement
            return
    yield None


def _unhandled(heard: dict[str, int], trigger: Trigger) -> bool:
    """Silence and words that nothing handles are counted all the same, and end the call in the end."""
    counted = isinstance(trigger, OnSilence | OnOtherwise)
    return counted and heard.get("silence", 0) + heard.get("otherwise", 0) + 1 < UNHANDLED_LIMIT
