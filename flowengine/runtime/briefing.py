"""What a model is told with each question: the order of the conversation, and what was heard so far."""

from __future__ import annotations

from flowengine.conversation.commands import AskModel
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.masking import masked
from flowengine.runtime.ports import ModelRequest


def briefed(order: AskModel, conversation: Conversation, call_id: str) -> ModelRequest:
    """Of both sides, what was heard, secrets and long numbers masked."""
    flow = conversation.flow
    return ModelRequest(
        task=order.task,
        facts=order.facts,
        never=order.never,
        exits=order.exits,
        heard=tuple((each.speaker, masked(each.text)) for each in conversation.transcript if each.text),
        language=flow.language,
        agent=flow.agent.name,
        company=flow.agent.company,
        call_id=call_id,
    )
