"""What reviewers say of callers' turns: what was really meant, or that it was understood right.

A label stands beside its call and holds none of the words: those are read off the record, and go with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import msgspec
from sqlalchemy import RowMapping, delete, select, update

from flowengine.conversation.hiding import HIDDEN, HIDDEN_KEY
from flowengine.errors import UNREADABLE_JSON
from flowengine.store.connection import Database
from flowengine.store.detail import PRESSED, CallDetail, TranscriptLine, detail
from flowengine.store.store import CallRow, Store
from flowengine.store.tables import calls, labels
from flowengine.store.vault import Vault

Meaning = Literal["intent", "none", "right", "slot"]


@dataclass(frozen=True, slots=True)
class Label:
    """What one turn of a caller meant. `turn` counts the caller's turns of the call, from 1.

    `meaning`: `intent` and `slot` have a `name`; `none`: no intent of the flow; `right`: it was understood as meant.
    `value` is what the slot should have been given, in words or ISO 8601: personal data.
    """

    call_id: str
    turn: int
    meaning: Meaning
    name: str | None
    labelled_by: str
    labelled_at: datetime
    value: str | None = field(default=None, repr=False)

    @property
    def shown(self) -> str:
        """`agree`, `none`, `right`, `slot visit_day = 2026-12-01`."""
        match self.meaning:
            case "intent":
                return str(self.name)
            case "slot":
                return f"slot {self.name}" + ("" if self.value is None else f" = {self.value}")
            case _:
                return self.meaning


@dataclass(frozen=True, slots=True)
class LabelledTurn:
    """A label and the turn that it is about: what was said where, and what it was taken for (None: nothing).

    `contact`: the call's inputs, personal data.
    """

    label: Label
    call: CallDetail = field(repr=False)
    line: TranscriptLine = field(repr=False)
    contact: dict[str, object] = field(default_factory=dict, repr=False)

    @property
    def meant(self) -> str | None:
        """The intent that was meant, by the label; None: none of them. Of a slot's label, what was taken."""
        match self.label.meaning:
            case "intent":
                return self.label.name
            case "none":
                return None
            case "right" | "slot":
                return self.line.intent


class Labels:
    """The labels of one database. Every method raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, label: Label) -> bool:
        """Keep it, in place of what the turn was labelled before; False: the call is not there, or was emptied."""
        vault = self._database.vault
        row = {
            "call_id": label.call_id,
            "turn": label.turn,
            "meaning": label.meaning,
            "name": label.name,
            "value": vault.seal_maybe(label.value),
            "labelled_by": label.labelled_by,
            "labelled_at": label.labelled_at,
        }
        kept = select(calls.c.flow).where(calls.c.call_id == label.call_id, calls.c.emptied_at.is_(None))
        same = (labels.c.call_id == label.call_id) & (labels.c.turn == label.turn)
        with self._database.writing() as connection:
            # Read here, and the row held: what has been emptied meanwhile must not get personal data again.
            flow = connection.execute(kept.with_for_update()).scalar()
            if flow is None:
                return False
            row["flow"] = flow
            connection.execute(self._database.insert_new(labels, ["call_id", "turn"]).values(row))
            connection.execute(update(labels).where(same).values(row))
        return True

    def remove(self, call_id: str, turn: int) -> bool:
        """Take a label back; False when there was none."""
        same = (labels.c.call_id == call_id) & (labels.c.turn == turn)
        with self._database.writing() as connection:
            return connection.execute(delete(labels).where(same)).rowcount > 0

    def of_call(self, call_id: str) -> dict[int, Label]:
        """The labels of one call, by turn."""
        query = select(labels).where(labels.c.call_id == call_id).order_by(labels.c.turn)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return {row["turn"]: _label(row, self._database.vault) for row in rows}

    def of_flow(self, flow: str, *, limit: int | None = None) -> list[Label]:
        """The labels of a flow's calls, the newest first."""
        newest = (labels.c.labelled_at.desc(), labels.c.call_id, labels.c.turn)
        query = select(labels).where(labels.c.flow == flow).order_by(*newest).limit(limit)
        with self._database.reading() as connection:
            rows = connection.execute(query).mappings().all()
        return [_label(row, self._database.vault) for row in rows]


def labels_of(store: Store, flow: str, *, limit: int | None = None) -> list[LabelledTurn]:
    """The labelled turns of a flow, the newest label first, each with its words.

    Reads each labelled call whole, some milliseconds a call. Raises StoreError.
    """
    told: dict[str, tuple[CallDetail, dict[str, object]] | None] = {}
    found = []
    for label in Labels(store.database).of_flow(flow, limit=limit):
        if label.call_id not in told:
            row = store.call(label.call_id)
            told[label.call_id] = None if row is None else (detail(row, store.entries(row.call_id)), _contact(row))
        known = told[label.call_id]
        line = None if known is None else turn_of(known[0], label.turn)
        if known is not None and line is not None:
            found.append(LabelledTurn(label, known[0], line, known[1]))
    return found


def _contact(row: CallRow) -> dict[str, object]:
    """The call's inputs; one that is no JSON of ours is none."""
    try:
        return msgspec.json.decode(row.contact, type=dict[str, object])
    except UNREADABLE_JSON:
        return {}


def turn_of(call: CallDetail, turn: int) -> TranscriptLine | None:
    """The caller's line of this number; None when there is none."""
    return next((line for line in call.transcript if line.turn == turn), None)


def is_hidden(line: TranscriptLine) -> bool:
    """Whether the record keeps no words of a turn."""
    return HIDDEN in line.text or HIDDEN_KEY in line.text


def is_pressed(line: TranscriptLine) -> bool:
    """Whether the turn was keys."""
    return line.text.startswith(PRESSED)


def _label(row: RowMapping, vault: Vault) -> Label:
    return Label(
        call_id=row["call_id"],
        turn=row["turn"],
        meaning=row["meaning"],
        name=row["name"],
        labelled_by=row["labelled_by"],
        labelled_at=row["labelled_at"],
        value=vault.open_maybe(row["value"]),
    )
