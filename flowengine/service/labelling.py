"""Holds what a reviewer says of a turn against the call and its flow, before it is kept as a label."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from difflib import get_close_matches

from flowengine.compliance.policy import LONDON
from flowengine.conversation.call import written
from flowengine.conversation.contact import expected, typed_value
from flowengine.conversation.slots import extract
from flowengine.conversation.supposing import meanings_of
from flowengine.errors import LabelNotValid
from flowengine.graph.model import Flow, Slot
from flowengine.store.detail import CallDetail, TranscriptLine
from flowengine.store.labels import Label, Meaning, is_hidden, is_pressed, turn_of

LONGEST_VALUE = 200


def label_for(
    flow: Flow,
    call: CallDetail,
    turn: int,
    meaning: Meaning,
    name: str | None,
    value: str | None,
    *,
    by: str,
    at: datetime,
) -> Label:
    """The label, whole. Raises LabelNotValid.

    `name`: the intent that was meant, or the slot that got a wrong value; `value`: what that should have got.
    """
    line = turn_of(call, turn)
    if line is None:
        last = max((each.turn or 0 for each in call.transcript), default=0)
        had = f"it has turns 1 to {last}" if last else "its caller said nothing"
        raise LabelNotValid(f"the call has no turn {turn} of the caller's: {had}", "turn")
    match meaning:
        case "intent":
            _must_be_words(line, turn)
            _must_be_known(name, meanings_of(flow), "intent", flow)
        case "slot":
            _must_be_known(name, tuple(flow.slots), "slot", flow)
            if name is not None and flow.slots[name].secret:
                raise LabelNotValid(f"{name!r} is a secret: nothing of it is kept, its label neither", "name")
        case "none":
            _must_be_words(line, turn)
        case "right":
            pass
    if meaning in ("none", "right") and name is not None:
        raise LabelNotValid(f"a label {meaning!r} has no name; leave it out", "name")
    if meaning != "slot" and value is not None:
        raise LabelNotValid("only a label of a slot has a value; leave it out", "value")
    if value is not None and not 0 < len(value.strip()) <= LONGEST_VALUE:
        raise LabelNotValid(f"a value has 1 to {LONGEST_VALUE} characters", "value")
    if value is not None and name is not None:
        value = _read(flow.slots[name], value, call)
    return Label(call.call_id, turn, meaning, name, by, at, value)


def _read(slot: Slot, value: str, call: CallDetail) -> str:
    """The value as the record writes it, read as the slot reads an answer on the day of the call.

    Raises LabelNotValid, which does not repeat the value: it is a caller's.
    """
    found = extract(slot.type, value, call.started_at.astimezone(LONDON))
    if found is None and slot.type.kind != "uk_name":
        # A duration as the record writes it, such as 90s; what is typed is held to no more than that.
        found = typed_value(slot.type, value)
    if found is None:
        raise LabelNotValid(f"the slot {slot.name!r} cannot have this value; it takes {expected(slot.type)}", "value")
    return written(found)


def _must_be_words(line: TranscriptLine, turn: int) -> None:
    if is_hidden(line):
        raise LabelNotValid(
            f"turn {turn} was private, so its words are not kept and cannot be labelled; right and slot can", "turn"
        )
    if is_pressed(line):
        raise LabelNotValid(f"turn {turn} was keys, which mean what they are; right and slot can be said of it", "turn")


def _must_be_known(name: str | None, known: Collection[str], kind: str, flow: Flow) -> None:
    if name is None:
        raise LabelNotValid(f"say which {kind}: {_listed(known)}", "name")
    if name not in known:
        near = " or ".join(map(repr, get_close_matches(name, known, n=3)))
        help_ = f"did you mean {near}?" if near else f"it has {_listed(known)}"
        raise LabelNotValid(f"{flow.name!r} has no {kind} called {name!r}; {help_}", "name")


def _listed(known: Collection[str]) -> str:
    return ", ".join(sorted(known)) or "none"
