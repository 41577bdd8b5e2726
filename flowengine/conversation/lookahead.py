"""What may be said next, from where a call stands: the first sentences behind every branch that is live.

Nothing is decided here and nothing changes: templates are filled in with what is known by now, conditions that can be
told are told, and where one reads what this very turn may change, both of its ways are looked at. A sentence that would
need such a value is left out: nobody guesses what the caller is about to say. What is found is worth preparing, and no
more: whoever speaks asks the conversation all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from flowengine.conversation.call import Call
from flowengine.conversation.place import Stay, layers
from flowengine.conversation.splitting import choose
from flowengine.errors import EvaluationError
from flowengine.graph.jinja import read
from flowengine.graph.model import (
    Again,
    Block,
    Branch,
    Collect,
    Do,
    End,
    Expression,
    Goto,
    Guard,
    If,
    Keys,
    Listen,
    Llm,
    Note,
    OnHangup,
    OnIntent,
    OnMachine,
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
    Wait,
)
from flowengine.graph.walk import block_closes

MOST_SENTENCES = 64
DEEPEST = 6
"""Moves on one way: longer chains without a word of the caller's are rare."""
OF_THE_TURN = frozenset({"last_heard", "turns", "sentiment", "mood"})
"""Names that every turn changes."""
LATER = (OnSilence, OnHangup, OnMachine)
"""What happens when the caller says nothing: prepared after all that they may say."""


def upcoming(call: Call) -> tuple[str, ...]:
    """Sentences that may be said next, those likeliest first, each once, `MOST_SENTENCES` at most.

    Empty before the call is connected and after it has ended.
    """
    if call.stay is None or call.outcome is not None:
        return ()
    found: dict[str, None] = {}
    for sentence in _Look(call, call.stay).sentences():
        found[sentence] = None
        if len(found) >= MOST_SENTENCES:
            break
    return tuple(found)


class _Look:
    """One look from one place. `_unknown`: names whose values this turn may still change."""

    def __init__(self, call: Call, stay: Stay) -> None:
        self._call = call
        self._stay = stay
        self._names = call.names(shown=True)
        self._plain = call.names()
        self._unknown = OF_THE_TURN | {name for name in call.flow.slots if call.variables.get(name) is None}
        collecting = stay.collecting
        if isinstance(stay.waiting, Collect) and collecting is not None and not collecting.confirming:
            self._unknown |= {collecting.current}
        self._seen: set[str] = set()

    def sentences(self) -> Iterator[str]:
        own, *others = layers(self._call.flow, self._stay)
        if isinstance(self._stay.waiting, Collect):
            yield from self._questions(self._stay.waiting, self._stay)
        for branch in (*_in_order(own), *(branch for layer in others for branch in _in_order(layer))):
            reached = 1 + max((self._stay.counts.get(label, 0) for label in self._stay.counts), default=0)
            if branch.rung <= reached:
                # Each branch is a way of its own: what another has passed through may be passed through again.
                self._seen.clear()
                yield from self._way(branch.body, frozenset(), 0)

    def _way(self, block: Block, changed: frozenset[str], depth: int) -> Iterator[str]:
        """All that is said on the ways through a block, up to what waits. `changed`: names set on the way."""
        for statement in block:
            match statement:
                case Say(sentences=sentences):
                    yield from self._said(sentences, changed)
                case Set(name=name):
                    changed |= {name}
                case Note() | Wait() | Keys() | Record():
                    pass
                case If():
                    arms, complete = self._arms(statement, changed)
                    for arm in arms:
                        yield from self._way(arm, changed, depth)
                    if complete and all(block_closes(arm) for arm in arms):
                        return
                    changed |= _set_in(statement)
                case Split(name=name, variants=variants):
                    forced = next((each for each in variants if each.name == self._call.variants.get(name)), None)
                    variant = forced or choose(self._call.flow.name, statement, self._call.contact_key)
                    yield from self._way(variant.body, changed, depth)
                case Goto(state=state):
                    yield from self._state(state, changed, depth)
                case Run(entry=entry):
                    yield from self._state(entry, changed, depth)
                case Again(text=text):
                    yield from self._said((text,), changed) if text is not None else self._asked_again(self._stay)
                case Resume():
                    interrupted = self._call.interrupted
                    yield from self._asked_again(interrupted[-1] if interrupted and depth else self._stay)
                case Return(outcome=outcome):
                    yield from self._came_back(outcome, changed, depth)
                case Collect():
                    yield from self._questions(statement, None)
                case Do(action=action) if (filler := self._call.flow.actions[action].filler) is not None:
                    yield from self._said((filler,), changed)
                    yield from self._results(statement, changed, depth)
                case Guard() | Do() | Transfer():
                    yield from self._results(statement, changed, depth)
                case Listen() | Llm() | End():
                    pass
                case _:
                    assert_never(statement)

    def _results(self, statement: Guard | Do | Transfer, changed: frozenset[str], depth: int) -> Iterator[str]:
        """What is said after an answer from outside, whichever it will be."""
        for branch in statement.branches:
            if isinstance(branch.triggers[0], OnResult) and depth < DEEPEST:
                yield from self._way(branch.body, changed | _answered(statement, self._call), depth + 1)

    def _state(self, name: str, changed: frozenset[str], depth: int) -> Iterator[str]:
        if depth < DEEPEST and name not in self._seen:
            self._seen.add(name)
            yield from self._way(self._call.flow.states[name].body, changed, depth + 1)

    def _came_back(self, outcome: str, changed: frozenset[str], depth: int) -> Iterator[str]:
        """A subflow is over: what the state that ran it does then."""
        for frame in reversed(self._call.frames):
            waiting = frame.stay.waiting
            for branch in waiting.branches if waiting is not None else ():
                if OnResult(outcome) in branch.triggers and depth < DEEPEST:
                    yield from self._way(branch.body, changed, depth + 1)
                    return

    def _arms(self, statement: If, changed: frozenset[str]) -> tuple[list[Block], bool]:
        """The arm that will be taken, or all that may be while that cannot be told; whether one of them surely is."""
        arms: list[Block] = []
        for arm in statement.arms:
            holds = True if arm.condition is None else self._told(arm.condition, changed)
            if holds is not False:
                arms.append(arm.body)
            if holds is True:
                return arms, True
        return arms, False

    def _questions(self, collect: Collect, stay: Stay | None) -> Iterator[str]:
        """What a collect may ask next. `stay`: where it waits already; None: it is only reached."""
        slots = self._call.flow.slots
        collecting = stay.collecting if stay is not None else None
        for name in collect.slots:
            slot, known = slots[name], name not in self._unknown
            confirmed = known and self._call.confirmed.get(name) == self._call.variables.get(name)
            is_open = collecting is not None and collecting.current == name
            if confirmed and not is_open:
                continue
            if known and slot.confirm is not None and not slot.secret and not confirmed and not is_open:
                yield from self._said((slot.confirm,), frozenset())
                return
            texts = (slot.again, slot.invalid, slot.ask, slot.confirm) if is_open else (slot.ask,)
            yield from self._said(tuple(text for text in texts if text is not None), frozenset())
            if not is_open:
                return
        if collecting is not None:
            for branch in collect.branches:
                if OnResult("done") in branch.triggers:
                    yield from self._way(branch.body, frozenset(), 0)

    def _asked_again(self, stay: Stay) -> Iterable[str]:
        return stay.question.sentences if stay.question is not None else ()

    def _said(self, texts: tuple[Template, ...], changed: frozenset[str]) -> Iterator[str]:
        for text in texts:
            if "{" not in text.text:
                yield from filter(None, (" ".join(text.text.split()),))
            elif self._is_known(text, changed):
                try:
                    sentence = self._call.prepared.evaluator.render(text, self._names)
                except EvaluationError:
                    # A value that is missing now may be there when this is said; if not, the call will tell.
                    continue
                if sentence:
                    yield sentence

    def _told(self, condition: Expression, changed: frozenset[str]) -> bool | None:
        """Whether a condition holds; None where that cannot be told yet."""
        if not self._is_known(condition, changed):
            return None
        try:
            return bool(self._call.prepared.evaluator.value(condition, self._plain))
        except EvaluationError:
            return None

    def _is_known(self, text: Template | Expression, changed: frozenset[str]) -> bool:
        names = {word.attribute if word.name == "slots" else word.name for word in read(text).words}
        return names.isdisjoint(self._unknown) and names.isdisjoint(changed)


def _in_order(branches: Iterable[Branch]) -> list[Branch]:
    """What the caller may say before what happens when they say nothing; otherwise as the author wrote it."""
    return sorted(branches, key=_rank)


def _rank(branch: Branch) -> int:
    if any(isinstance(trigger, OnIntent | OnResult) for trigger in branch.triggers):
        return 0
    return 2 if any(isinstance(trigger, LATER) for trigger in branch.triggers) else 1


def _set_in(statement: If) -> frozenset[str]:
    """The names that some arm may set."""
    return frozenset(each.name for arm in statement.arms for each in arm.body if isinstance(each, Set))


def _answered(statement: Guard | Do | Transfer, call: Call) -> frozenset[str]:
    """The names that an action's answer will give values to."""
    if not isinstance(statement, Do):
        return frozenset()
    action = call.flow.actions.get(statement.action)
    return frozenset(result.name for result in action.results) if action is not None else frozenset()
