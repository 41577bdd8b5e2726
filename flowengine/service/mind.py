"""The conversation of a call, made of what the record keeps of its beginning: made twice, it is the same twice."""

from __future__ import annotations

from datetime import datetime

import msgspec

from flowengine.compliance.policy import LONDON
from flowengine.conversation.call import Further
from flowengine.conversation.contact import check_contact
from flowengine.conversation.conversation import Conversation
from flowengine.errors import UNREADABLE_JSON, ProtocolError
from flowengine.graph.model import Flow
from flowengine.service.tokens import PreparedCall
from flowengine.store.rows import CallRow


def mind_of(prepared: PreparedCall, started: datetime, further: frozenset[Further]) -> Conversation:
    """A call's conversation before anything has happened in it."""
    return Conversation(
        prepared.flow,
        prepared.contact,
        # On the clock of the people called: "tomorrow at half past two" and "good morning" go by it.
        started=started.astimezone(LONDON),
        facts={
            "sid": prepared.call_sid,
            "id": prepared.call_id,
            "number": prepared.person,
            "direction": prepared.direction,
        },
        # The same person gets the same variant of a split; from the page the contact's values stand for them.
        contact_key=prepared.person,
        further=further,
    )


def prepared_of(row: CallRow, flow: Flow) -> PreparedCall:
    """A recorded call as it was prepared. Raises ProtocolError, ContactNotValid."""
    try:
        contact = msgspec.json.decode(row.contact, type=dict[str, object])
    except UNREADABLE_JSON as error:
        raise ProtocolError("the contact of the record is no JSON object") from error
    return PreparedCall(
        call_id=row.call_id,
        call_sid=row.call_sid,
        flow=flow,
        contact=check_contact(flow, contact),
        direction="outbound" if row.direction == "outbound" else "inbound",
        from_number=row.from_number,
        to_number=row.to_number,
    )
