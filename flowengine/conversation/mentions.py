"""`heard SLOT`: the values that an utterance holds for the slots that a live branch listens for.

The state that listens for a slot has asked for it, so there a short answer will do ("three"); `anywhere` takes what is
plain by itself ("at three"). A slot that has a value already is corrected in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flowengine.conversation.call import Call
from flowengine.conversation.commands import Candidate
from flowengine.conversation.correcting import WHOLE
from flowengine.conversation.place import Live
from flowengine.conversation.reading import corrects
from flowengine.conversation.slots import find_all
from flowengine.graph.edges import trigger_label
from flowengine.graph.model import OnHeardSlot

HEARD, CORRECTED = 0.9, 0.95
"""A plain value is surer than a phrase among other words, and less sure than a phrase that is all that was said."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A value for a slot, in the words of this turn."""

    trigger: OnHeardSlot
    value: object
    candidate: Candidate


def mentions(call: Call, live: Live, text: str, candidates: tuple[Candidate, ...]) -> tuple[Mention, ...]:
    """What a `heard` branch may take; `candidates` are the intents that the same words fit."""
    found: dict[OnHeardSlot, Mention] = {}
    for trigger, asked in _listened_for(live):
        if trigger in found:
            continue
        slot = call.flow.slots[trigger.slot]
        if slot.secret or (slot.type.kind in WHOLE and candidates):
            # Any words at all are a text: those that mean something here are not it.
            continue
        current = slot.name if asked else None
        value = find_all(text, {slot.name: slot.type}, call.now, current=current).get(slot.name)
        known = call.variables.get(slot.name)
        if value is None or (value == known and candidates) or not _is_valid(call, slot.name, value):
            continue
        score = CORRECTED if known is not None and value != known and corrects(text) else HEARD
        found[trigger] = Mention(trigger, value, Candidate(trigger_label(trigger), score, "slot"))
    return tuple(found.values())


def _listened_for(live: Live) -> Iterator[tuple[OnHeardSlot, bool]]:
    """The slots listened for, and whether the state itself does; its own branches first."""
    for layer, branches in enumerate(live):
        for branch in branches:
            for trigger in branch.triggers:
                if isinstance(trigger, OnHeardSlot):
                    yield trigger, layer == 0


def _is_valid(call: Call, name: str, value: object) -> bool:
    valid = call.flow.slots[name].valid
    if valid is None:
        return True
    slots = {**{each: call.variables.get(each) for each in call.flow.slots}, name: value}
    return bool(call.prepared.evaluator.value(valid, {**call.names(), **slots}))
