"""A language model that says what it was told to, for tests and demonstrations."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from flowengine.conversation.modelling import sentences
from flowengine.errors import ModelError
from flowengine.runtime.ports import ModelReply, ModelRequest


class ScriptedModel:
    """Gives its replies in turn; a text as a reply is an error with that text. Keeps what it was asked in `asked`.

    `delay_s` passes before every reply. With `streams`, the sentences of a reply come one by one, `delay_s` apart.
    After the last reply, and without any, it fails as a service that is away does.
    """

    name = "scripted"

    def __init__(
        self, replies: Iterable[ModelReply | str] = (), *, delay_s: float = 0.0, streams: bool = False
    ) -> None:
        self._replies = deque(replies)
        self._delay = delay_s
        self._streams = streams
        self.asked: list[ModelRequest] = []
        self.given_up = 0

    async def answer(self, request: ModelRequest, say: Callable[[str], None]) -> ModelReply:
        self.asked.append(request)
        try:
            await asyncio.sleep(self._delay)
            reply = self._replies.popleft() if self._replies else "the script is over"
            if isinstance(reply, str):
                raise ModelError(reply)
            if not self._streams:
                return reply
            for sentence in sentences(reply.text):
                say(sentence)
                await asyncio.sleep(self._delay)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return ModelReply("", reply.exit, reply.remarks, reply.used)

    async def close(self) -> None:
        """There is nothing to give back."""
