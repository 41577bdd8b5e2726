"""What recorded calls tell of a flow: the callers' turns, how each was taken, and how it was resolved.

Read off the record's facts alone: `Understood` with its candidates, the state it was said in, what the caller answered
to "did you mean …?", and what a reviewer says was meant.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from flowengine.conversation.answers import yes_or_no
from flowengine.conversation.commands import Entered, Understood
from flowengine.conversation.hearing import MORE_THAN_NO
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.record import command_from_json
from flowengine.errors import ProtocolError, StoreError
from flowengine.store.labels import LabelledTurn, labels_of
from flowengine.store.rows import CallRow, Entry
from flowengine.store.store import Store
from flowengine.words.normalise import normalise, words

PAGE = 10_000
"""So many calls at most are read; a pattern shows long before."""

READ = frozenset({"Understood", "Entered"})


@dataclass(frozen=True, slots=True)
class Turn:
    """What a caller said, and how it was taken.

    `asked`: the caller was asked what was meant; `resolved` what they then confirmed, None: nothing, or not asked.
    `reviewed`: somebody has said what was meant: `meant`, of which None is "no intent of the flow".
    """

    call_id: str
    state: str
    understood: Understood = field(repr=False)
    asked: bool = False
    resolved: str | None = None
    reviewed: bool = False
    meant: str | None = None

    @property
    def said(self) -> str:
        return self.understood.text

    @property
    def is_missed(self) -> bool:
        """Nothing was understood, though words were said that are no secret, and nobody was asked."""
        heard = self.understood
        return heard.tier == "none" and heard.intent is None and not self.asked and bool(normalise(heard.text).words)


def turns_of(store: Store, flow: str, *, since: datetime | None = None) -> tuple[int, list[Turn]]:
    """How many calls of the flow there are, and the turns of their callers, oldest call first. Raises StoreError."""
    rows = [row for row in store.calls(limit=PAGE, flow=flow) if since is None or row.started_at >= since]
    reviewed: dict[str, list[LabelledTurn]] = defaultdict(list)
    for each in labels_of(store, flow):
        reviewed[each.label.call_id].append(each)
    found = []
    for row in reversed(rows):
        labels = {_place(each): each for each in reviewed[row.call_id] if each.label.meaning != "slot"}
        times: Counter[str] = Counter()
        for turn in turns(row, store.entries(row.call_id)):
            label = labels.get((turn.said, times[turn.said]))
            times[turn.said] += 1
            found.append(turn if label is None else replace(turn, reviewed=True, meant=label.meant))
    return len(rows), found


def _place(labelled: LabelledTurn) -> tuple[str, int]:
    """The words, and how often the caller had said just these before."""
    before = [
        line
        for line in labelled.call.transcript
        if line.speaker == "caller" and line.text == labelled.line.text and (line.turn or 0) < labelled.label.turn
    ]
    return labelled.line.text, len(before)


def turns(call: CallRow, entries: Iterable[Entry]) -> Iterator[Turn]:
    """The turns of one call. Raises StoreError when an entry is damaged."""
    state = ""
    open_question: Turn | None = None
    for fact in _facts(call, entries):
        match fact:
            case Entered():
                state = fact.state
            case Understood() if HIDDEN not in fact.text:
                if open_question is not None:
                    answer = _answer(open_question, fact)
                    yield open_question if answer is None else replace(open_question, resolved=answer)
                    open_question = None
                    if answer is not None or _is_refusal(fact):
                        continue
                turn = Turn(call.call_id, state, fact, asked=_asks(fact))
                if turn.asked:
                    open_question = turn
                else:
                    yield turn
            case _:
                pass
    if open_question is not None:
        yield open_question


def _facts(call: CallRow, entries: Iterable[Entry]) -> Iterator[object]:
    for entry in entries:
        if entry.kind not in READ:
            continue
        try:
            yield command_from_json(msgspec.json.decode(entry.payload))
        except (msgspec.DecodeError, ProtocolError) as error:
            raise StoreError(f"entry {entry.seq} of call {call.call_id} is damaged ({entry.kind})") from error


def _asks(fact: Understood) -> bool:
    """A turn that led to "did you mean …?" has a candidate's score, and no intent; one that fits nothing has 0."""
    return fact.intent is None and fact.tier == "none" and fact.score > 0


def _answer(question: Turn, fact: Understood) -> str | None:
    """What was confirmed: the answer's fact names what was asked about, and weighs nothing itself."""
    offered = {each.intent for each in question.understood.candidates}
    return fact.intent if not fact.candidates and fact.intent in offered else None


def _is_refusal(fact: Understood) -> bool:
    """A "no" to the question: nothing is taken. Whoever says more than that says what they mean."""
    return (
        fact.intent is None
        and not fact.candidates
        and len(words(fact.text)) <= MORE_THAN_NO
        and yes_or_no(fact.text) is False
    )
