"""The language model of the settings in a typed call: its turns are real, the time they take is the call's."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import click

from flowengine.adapters import openai, registry
from flowengine.adapters.openai.options import ModelOptions
from flowengine.conversation.commands import AskModel, ChooseIntent, ReadValue
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import Event, ModelAnswered, ModelFailed, ModelSaid
from flowengine.errors import ModelError
from flowengine.runtime.briefing import briefed
from flowengine.runtime.ports import Remarked, SummaryFilled
from flowengine.runtime.summarising import fill_in, wants_model
from flowengine.runtime.understanding import understood
from flowengine.testing.script import Answer

TYPED = "typed"


class ModelInChat:
    """Asks the model, and waits for its turn. Close it when done."""

    def __init__(self, options: ModelOptions) -> None:
        self._model = registry.model_from(options)
        self.understands = options.understands
        # The client belongs to one event loop.
        self._loop = asyncio.Runner()
        # What fails is a note of the call: nobody at a terminal wants it a second time.
        logging.getLogger(openai.__name__).addHandler(logging.NullHandler())

    def close(self) -> None:
        self._loop.run(self._model.close())
        self._loop.close()

    def answer(self, order: AskModel, conversation: Conversation) -> Answer:
        """The whole turn, as late as its first sentence came: in a call the others are made while that is spoken."""
        return self._loop.run(self._answer(order, conversation))

    def understand(self, order: ChooseIntent | ReadValue, conversation: Conversation) -> Answer:
        """Which intent is meant, or what value was said, as late as the answer came."""
        return self._loop.run(self._understand(order, conversation))

    async def _understand(self, order: ChooseIntent | ReadValue, conversation: Conversation) -> Answer:
        began = time.monotonic()
        event = await understood(order, self._model, conversation, TYPED, lambda: 0.0)
        return Answer(time.monotonic() - began, lambda at: replace(event, at=at))

    def summarise(self, conversation: Conversation, began: datetime) -> tuple[dict[str, str], list[str]]:
        """What the model fills in of the summary, and remarks on what it could not."""
        if not wants_model(conversation):
            return {}, []
        told = self._loop.run(fill_in(conversation, self._model, TYPED, began=began))
        fields = {name: value for each in told if isinstance(each, SummaryFilled) for name, value in each.fields}
        return fields, [each.text for each in told if isinstance(each, Remarked)]

    async def _answer(self, order: AskModel, conversation: Conversation) -> Answer:
        began, said, first_s = time.monotonic(), [], 0.0

        def say(sentence: str) -> None:
            nonlocal first_s
            first_s = first_s or time.monotonic() - began
            said.append(lambda at: ModelSaid(at, order.request_id, sentence))

        event: Callable[[float], Event]
        try:
            reply = await self._model.answer(briefed(order, conversation, TYPED), say)
        except ModelError as error:
            event = partial(ModelFailed, request_id=order.request_id, reason=str(error))
        else:
            click.echo(click.style(f"  {reply.used}", dim=True))
            answered = partial(ModelAnswered, request_id=order.request_id, text=reply.text)
            event = partial(answered, exit=reply.exit, remarks=reply.remarks)
        return Answer(first_s or time.monotonic() - began, event, tuple(said))
