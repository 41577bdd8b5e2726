"""A language model that says, and fills in, what it was told to, for tests and demonstrations."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from flowengine.conversation.modelling import sentences
from flowengine.errors import ModelError
from flowengine.runtime.forms import filled
from flowengine.runtime.ports import FormRequest, FormValue, ModelReply, ModelRequest


class ScriptedModel:
    """Gives its replies in turn, and its forms in turn; a text in place of one is an error with that text.

    A form names its fields with what the model writes there, right or wrong. What it was asked is kept, turns in
    `asked`, forms in `asked_forms`. `delay_s` passes before every answer. With `streams`, the sentences of a reply come
    one by one, `delay_s` apart. After the last answer, and without any, it fails as a service that is away does.
    """

    name = "scripted"

    def __init__(
        self,
        replies: Iterable[ModelReply | str] = (),
        *,
        forms: Iterable[Mapping[str, object] | str] = (),
        delay_s: float = 0.0,
        streams: bool = False,
    ) -> None:
        self._replies = deque(replies)
        self._forms = deque(forms)
        self._delay = delay_s
        self._streams = streams
        self.asked: list[ModelRequest] = []
        self.asked_forms: list[FormRequest] = []
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

    async def fill(self, request: FormRequest) -> Mapping[str, FormValue]:
        self.asked_forms.append(request)
        try:
            await asyncio.sleep(self._delay)
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        form = self._forms.popleft() if self._forms else "the script is over"
        if isinstance(form, str):
            raise ModelError(form)
        return filled(request, form)

    async def close(self) -> None:
        """There is nothing to give back."""
