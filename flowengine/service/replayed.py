"""A recorded call lived through again: the same flow, the same beginning, the recorded events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from flowengine.conversation.call import Further
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.replaying import Recorded, Replay, asked_of, replay
from flowengine.errors import UNREADABLE_JSON, ProtocolError
from flowengine.graph.model import Flow
from flowengine.service.mind import mind_of, prepared_of
from flowengine.store.rows import CallRow, Entry


def recorded(entries: Iterable[Entry]) -> list[Recorded]:
    """The entries of a call, read. Raises ProtocolError."""
    try:
        return [Recorded(each.at, msgspec.json.decode(each.payload, type=dict[str, object])) for each in entries]
    except UNREADABLE_JSON as error:
        raise ProtocolError("an entry of the record is no JSON object") from error


def replayed(
    row: CallRow, flow: Flow, record: Sequence[Recorded], further: Iterable[frozenset[Further]] = ()
) -> tuple[Conversation, Replay]:
    """The conversation where the record ends, and what came of it. Raises ProtocolError, ContactNotValid.

    What a call may ask when no phrase fits is set by its process: `further` says what may be so, and is tried first.
    The record tells what it did ask.
    """
    prepared = prepared_of(row, flow)
    found: tuple[Conversation, Replay] | None = None
    for each in dict.fromkeys((*further, asked_of(record))):
        conversation = mind_of(prepared, row.started_at, each)
        found = conversation, replay(conversation, record)
        if found[1].difference is None:
            break
    assert found is not None, "the record's own is always tried"
    return found
