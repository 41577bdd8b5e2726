"""A language model that says what it was told to, for tests and demonstrations."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

from flowengine.errors import ModelError
from flowengine.runtime.ports import ModelReply, ModelRequest


class ScriptedModel:
    """Gives its replies in turn; a text as a reply is an error with that text. Keeps what it was asked in `asked`.

    `delay_s` passes before every reply. After the last reply, and without any, it fails as a service that is away does.
    """

    name = "scripted"

    def __init__(self, replies: Iterable[ModelReply | str] = (), *, delay_s: float = 0.0) -> None:
        self._replies = deque(replies)
        self._delay = delay_s
        self.asked: list[ModelRequest] = []

    async def answer(self, request: ModelRequest) -> ModelReply:
        self.asked.append(request)
        await asyncio.sleep(self._delay)
        reply = self._replies.popleft() if self._replies else "the script is over"
        if isinstance(reply, str):
            raise ModelError(reply)
        return reply
