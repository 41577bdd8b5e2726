"""After a call: a model is asked, once, for the fields of the flow's summary that want one, and how each turn felt.

The line is down by then, so nobody waits for it. Whatever goes wrong is a remark in the record: the fields keep what
was reckoned for them, or stay null.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime

from flowengine.conversation.conversation import Conversation
from flowengine.conversation.masking import masked
from flowengine.conversation.summary import asked, digits_said, filled
from flowengine.errors import ModelError, unforeseen
from flowengine.graph.model import SummaryField, TypeKind
from flowengine.runtime import feelings
from flowengine.runtime.ports import FormField, FormKind, FormRequest, Model, Remarked, SummaryFilled, TurnsFelt

log = logging.getLogger(__name__)

AfterCall = Remarked | SummaryFilled | TurnsFelt

PATIENCE_S = 30.0
"""Nobody is on the line; but a service that stops waits for it."""

_KINDS: Mapping[TypeKind, FormKind] = {
    "number": "number",
    "money": "number",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
    "one_of": "choice",
}
"""Any other type is asked for as text, written as `_WRITTEN` says."""
_WRITTEN: Mapping[TypeKind, str] = {
    "money": "in pounds",
    "duration": "a length of time, written like 90s, 15m or 2h",
    "phone": "a telephone number, in digits",
    "email": "an e-mail address",
    "uk_postcode": "a UK postcode",
    "uk_name": "a name",
    "digits": "in digits",
}


def wants_model(conversation: Conversation) -> bool:
    """Whether there is anything to ask: a field with a description, and a caller who has said something."""
    return bool(asked(conversation.flow)) and any(each.speaker == "caller" for each in conversation.transcript)


async def fill_in(conversation: Conversation, model: Model, call_id: str, *, began: datetime) -> tuple[AfterCall, ...]:
    """What the record gains: the fields that the model could fill, and remarks. Raises only cancellation.

    `began`: when the call was connected, on the clock of the people called.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            answers = await model.fill(briefing(conversation, call_id, began))
    except TimeoutError:
        return (Remarked(f"summary: no answer of the model within {PATIENCE_S:g} s"),)
    except ModelError as error:
        return (Remarked(f"summary: {error}"),)
    except Exception as error:
        log.error("summary failed", extra={"call_id": call_id, "error": type(error).__name__})
        return (Remarked(f"summary: {unforeseen(error)}"),)
    fields, remarks = filled(conversation.flow, answers, digits_said(conversation.transcript))
    felt = feelings.found(conversation.transcript, answers)
    told: list[AfterCall] = [Remarked(text) for text in remarks]
    told.append(SummaryFilled(tuple(fields.items())))
    return tuple(told if felt is None else [*told, felt])


def briefing(conversation: Conversation, call_id: str, began: datetime) -> FormRequest:
    """The form, and both sides as they were heard, secrets and long numbers masked."""
    return FormRequest(
        task=f"A telephone call is over and is put on file. It was held on {_day(began)}.",
        fields=(*(_field(field) for field in asked(conversation.flow)), *feelings.fields(conversation.transcript)),
        heard=tuple((each.speaker, masked(each.text)) for each in conversation.transcript if each.text),
        language=conversation.flow.language,
        call_id=call_id,
        within_s=PATIENCE_S,
    )


def _field(field: SummaryField) -> FormField:
    written = _WRITTEN.get(field.type.kind)
    description = f"{field.description} ({written})" if written is not None else str(field.description)
    return FormField(field.name, description, _KINDS.get(field.type.kind, "text"), field.type.choices)


def _day(moment: datetime) -> str:
    """With its weekday, so that "next Tuesday" can be worked out."""
    return f"{moment:%A}, {moment.date().isoformat()}"
