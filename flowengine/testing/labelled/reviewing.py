"""Labels held against the flow as it is now: which of them are mended, which are still open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from flowengine.conversation.supposing import meanings_of, supposed
from flowengine.conversation.understanding import Matcher
from flowengine.graph.model import Flow
from flowengine.store.labels import LabelledTurn, is_hidden, is_pressed

Status = Literal["mended", "open", "right", "lost", "value", "unknown", "unseen"]
"""`unknown`: the flow has no such intent any more. `unseen`: the words are not kept, or were keys."""

FURTHER = ("meaning", "model")
"""Tiers that understood more than phrases do, and are not asked here."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A labelled turn; `now`: what its words would be taken for today (None: nothing, or it cannot be said)."""

    labelled: LabelledTurn
    now: str | None
    status: Status

    @property
    def meant(self) -> str | None:
        return self.labelled.meant

    @property
    def contact(self) -> dict[str, object]:
        """The inputs of the call."""
        return self.labelled.contact


def reviewed(flow: Flow, labels: Iterable[LabelledTurn]) -> list[Reviewed]:
    """Each label with how its words are taken now, by phrases and patterns, in the state where they were said."""
    matcher = Matcher(flow.intents)
    known = frozenset(meanings_of(flow))
    return [_reviewed(flow, matcher, known, each) for each in labels]


def _reviewed(flow: Flow, matcher: Matcher, known: frozenset[str], labelled: LabelledTurn) -> Reviewed:
    line, meant = labelled.line, labelled.meant
    if labelled.label.meaning == "slot":
        return Reviewed(labelled, None, "value")
    if is_hidden(line) or is_pressed(line):
        return Reviewed(labelled, None, "unseen")
    if labelled.label.meaning == "right" and (line.tier == "slot" or (meant is None and line.tier == "model")):
        # The answer to a slot's question, which is read by rules of its own.
        return Reviewed(labelled, None, "right")
    if meant is not None and meant not in known:
        return Reviewed(labelled, None, "unknown")
    taken = supposed(flow, matcher, line.text, line.state)
    is_asked = taken.rival is not None
    now = None if is_asked else taken.intent
    if now == meant and not is_asked:
        return Reviewed(labelled, now, "right" if line.intent == meant else "mended")
    if line.intent == meant and now is None and not is_asked and line.tier in FURTHER:
        return Reviewed(labelled, now, "right")
    return Reviewed(labelled, now, "lost" if line.intent == meant else "open")
