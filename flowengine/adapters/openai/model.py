"""The model port: speaks what comes as it comes, and fills in forms.

Once a sentence has been given to the caller nothing is begun anew: a second answer would contradict the first. Reasons
name models and numbers; neither what was asked nor what was answered stands in them, nor does a service's own text.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from flowengine.adapters.openai.budget import tokens_in
from flowengine.adapters.openai.failing import Failed
from flowengine.adapters.openai.filling import Filling
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.adapters.openai.prompt import messages, tool_names, tools
from flowengine.adapters.openai.reading import Reading
from flowengine.adapters.openai.services import LONGEST_S, Question, Services, characters_in
from flowengine.conversation.modelling import MODEL_STALL_S, MODEL_TIMEOUT_S
from flowengine.runtime.breaker import Breaker
from flowengine.runtime.ports import FormRequest, FormValue, ModelReply, ModelRequest

FIRST_S = MODEL_TIMEOUT_S - 0.1
"""A little less than the call waits: so that it is here that the failure is counted."""
STALL_S = MODEL_STALL_S - 0.1


class OpenAiModel:
    """A language model for all calls of a process. Close it when done; it belongs to one event loop."""

    def __init__(self, options: ModelOptions, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.options = options
        self.name = options.first.model
        self._services = Services(options, clock)
        self._breakers = self._services.breakers()
        self._filling = Filling(self._services)
        self.budget = self._services.budget

    @property
    def breakers(self) -> dict[str, Breaker]:
        """`turns` and `forms`, and those of the fallback where there is one."""
        sets = {"turns": self._breakers, "forms": self._filling.breakers}
        return {
            use if endpoint is self.options.first else f"{use} fallback": breaker
            for use, breakers in sets.items()
            for endpoint, breaker in breakers.items()
        }

    async def close(self) -> None:
        await self._services.close()

    async def fill(self, request: FormRequest) -> Mapping[str, FormValue]:
        return await self._filling.fill(request)

    async def answer(self, request: ModelRequest, say: Callable[[str], None]) -> ModelReply:
        clock = self._services.clock
        began, first_at = clock(), 0.0

        def tell(sentence: str) -> None:
            nonlocal first_at
            first_at = first_at or clock()
            say(sentence)

        async def once(endpoint: Endpoint, patience: float) -> ModelReply:
            reply, used = await self._ask(endpoint, request, patience, tell)
            spoke = f", first sentence after {(first_at - began) * 1000:.0f} ms" if first_at else ""
            return ModelReply(reply.text, reply.exit, reply.remarks, f"model {endpoint.model}: {used}{spoke}")

        question = Question(
            request.call_id,
            characters_in(messages(request)),
            self.options.answer_tokens,
            within_s=FIRST_S,
            first_s=self.options.patience_s,
            once=once,
            is_begun=lambda: first_at > 0,
        )
        return await self._services.ask(question, self._breakers)

    async def _ask(
        self, endpoint: Endpoint, request: ModelRequest, patience: float, say: Callable[[str], None]
    ) -> tuple[ModelReply, str]:
        """One try. Raises Failed when the service fails, ModelError when what it says is of no use."""
        asked, offered = messages(request), tools(request)
        extra: dict[str, object] = {"tools": offered, "tool_choice": "auto"} if offered else {}
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + LONGEST_S
        try:
            async with asyncio.timeout(patience) as limit:

                def speak(sentence: str) -> None:
                    nonlocal patience
                    patience = STALL_S
                    limit.reschedule(min(ends_at, loop.time() + patience))
                    say(sentence)

                names = dict(zip(tool_names(request), (name for name, _ in request.exits), strict=True))
                reading = Reading(names, request.language, speak)
                nothing_done = False
                try:
                    await self._services.read(endpoint, asked, self.options.answer_tokens, extra, reading)
                except Failed:
                    nothing_done = not reading.started
                    raise
                finally:
                    prompt, answer = reading.tokens or (tokens_in(characters_in(asked)), tokens_in(reading.characters))
                    cost = 0.0 if nothing_done else self.budget.add(request.call_id, endpoint, prompt, answer)
                if reading.is_broken_off:
                    raise Failed("the answer broke off", again=True)
                reply = reading.end()
        except TimeoutError:
            raise Failed(f"no sentence within {patience:.1f} s") from None
        return reply, f"{prompt} + {answer} tokens" + (f" for {cost:.4f}" if cost else "")
