"""The language model of the settings in a typed call: its turns are real, the time they take is the call's."""

from __future__ import annotations

import asyncio
import time

import click

from flowengine.adapters import registry
from flowengine.adapters.openai.options import ModelOptions
from flowengine.conversation.commands import AskModel
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import ModelAnswered, ModelFailed
from flowengine.errors import ModelError
from flowengine.runtime.briefing import briefed
from flowengine.runtime.ports import ModelReply
from flowengine.testing.script import Answer

TYPED = "typed"


class ModelInChat:
    """Asks the model, and waits for its turn. Close it when done."""

    def __init__(self, options: ModelOptions) -> None:
        self._model = registry.model_from(options)
        # The client belongs to one event loop.
        self._loop = asyncio.Runner()

    def close(self) -> None:
        self._loop.run(self._model.close())
        self._loop.close()

    def answer(self, order: AskModel, conversation: Conversation) -> Answer:
        """The whole turn, as late as its first sentence came: in a call the others are made while that is spoken."""
        return self._loop.run(self._answer(order, conversation))

    async def _answer(self, order: AskModel, conversation: Conversation) -> Answer:
        began, said, first_s = time.monotonic(), [], 0.0

        def say(sentence: str) -> None:
            nonlocal first_s
            first_s = first_s or time.monotonic() - began
            said.append(sentence)

        try:
            reply = await self._model.answer(briefed(order, conversation, TYPED), say)
        except ModelError as error:
            reason = str(error)
            return Answer(time.monotonic() - began, lambda at: ModelFailed(at, order.request_id, reason))
        if reply.used:
            click.echo(click.style(f"  {reply.used}", dim=True))
        return Answer(first_s or time.monotonic() - began, lambda at: _answered(at, order, said, reply))


def _answered(at: float, order: AskModel, said: list[str], reply: ModelReply) -> ModelAnswered:
    return ModelAnswered(at, order.request_id, " ".join((*said, reply.text)), reply.exit, reply.remarks)
