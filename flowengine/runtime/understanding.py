"""The model's part in understanding, as an errand: which intent is meant, or what value was said.

A failure is an answer too: the conversation goes on without, as if there were no model.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from flowengine.conversation.commands import ChooseIntent, ReadValue
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import IntentChosen, ValueRead, WeighingFailed
from flowengine.errors import ModelError, unforeseen
from flowengine.runtime.choosing import choice_form, chosen
from flowengine.runtime.ports import FormRequest, FormValue, Model
from flowengine.runtime.reading_values import value_form, value_read

log = logging.getLogger(__name__)


async def understood(
    order: ChooseIntent | ReadValue,
    model: Model,
    conversation: Conversation,
    call_id: str,
    at: Callable[[], float],
) -> IntentChosen | ValueRead | WeighingFailed:
    """Ask the model what this order asks; `at` gives the time of the answer, in seconds since the connection."""
    patience = 0.0

    async def fill(form: FormRequest) -> dict[str, FormValue]:
        nonlocal patience
        patience = form.within_s
        async with asyncio.timeout(patience):
            return dict(await model.fill(form))

    language = conversation.flow.language
    try:
        if isinstance(order, ChooseIntent):
            asked = choice_form(order.text, order.question, order.choices, language=language, call_id=call_id)
            intent = chosen(await fill(asked))
            return IntentChosen(at(), order.request_id, intent)
        kind, now = conversation.flow.slots[order.slot].type, conversation.now
        form = value_form(kind, order.text, order.question, now, language=language, call_id=call_id)
        value = value_read(kind, await fill(form), order.text, now) if form is not None else None
        return ValueRead(at(), order.request_id, value)
    except TimeoutError:
        reason = f"no answer within {patience:g} s"
    except ModelError as error:
        reason = str(error)
    except Exception as error:
        log.error("model failed", extra={"call_id": call_id, "error": type(error).__name__})
        reason = unforeseen(error)
    return WeighingFailed(at(), order.request_id, reason)
