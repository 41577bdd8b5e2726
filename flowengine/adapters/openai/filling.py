"""Has a form filled in: by JSON schema where the service knows that, more plainly where it does not.

Services differ in what they know beside the messages; what one does not know it answers with HTTP 400. Each is then
asked in the next plainer manner, and the one that was answered is remembered: later forms begin with it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from typing import Literal

from flowengine.adapters.openai.budget import tokens_in
from flowengine.adapters.openai.failing import Failed
from flowengine.adapters.openai.form import FormReading, form_messages, form_tokens, schema
from flowengine.adapters.openai.options import Endpoint
from flowengine.adapters.openai.services import Question, Services, characters_in
from flowengine.runtime.ports import FormRequest, FormValue

log = logging.getLogger(__name__)

MARGIN_S = 0.1
"""A little less than whoever asks waits: so that it is here that the failure is counted."""
NOT_OURS = frozenset({"model", "messages", "reasoning_effort", "max_tokens", "max_completion_tokens"})
"""What a turn is asked with too: where a service does not understand that, no plainer manner helps."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a service is asked: what it is told of the answer's shape, and whether it is told to be sober."""

    shape: Literal["schema", "object", "text"] = "schema"
    is_tempered: bool = True

    def plainer(self, about: str) -> Manner | None:
        """What to try when this was not understood; `about`: the field of the request that the service has named."""
        if about in NOT_OURS:
            return None
        if about == "temperature" and self.is_tempered:
            return replace(self, is_tempered=False)
        if self.shape == "schema":
            return replace(self, shape="object")
        if self.shape == "object":
            return replace(self, shape="text")
        # What is left is what a turn of the conversation is asked with too.
        return replace(self, is_tempered=False) if self.is_tempered else None

    def extra(self, request: FormRequest) -> dict[str, object]:
        """What the request holds beside the messages."""
        extra: dict[str, object] = {"temperature": 0} if self.is_tempered else {}
        if self.shape == "schema":
            form = {"name": "form", "strict": True, "schema": schema(request)}
            extra["response_format"] = {"type": "json_schema", "json_schema": form}
        elif self.shape == "object":
            extra["response_format"] = {"type": "json_object"}
        return extra


class Filling:
    """Of one model. Its breakers are its own: a service that is too slow for forms may be well for turns."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.breakers = services.breakers()
        self._manners: dict[Endpoint, Manner] = {}

    async def fill(self, request: FormRequest) -> dict[str, FormValue]:
        """Raises ModelError."""
        question = Question(
            request.call_id,
            characters_in(form_messages(request)),
            max(self._tokens(endpoint, request) for endpoint in self._services.options.endpoints),
            within_s=request.within_s - MARGIN_S,
            first_s=min(self._services.options.patience_s, request.within_s / 2),
            once=lambda endpoint, patience: self._fill(endpoint, request, patience),
        )
        return await self._services.ask(question, self.breakers)

    async def _fill(self, endpoint: Endpoint, request: FormRequest, patience: float) -> dict[str, FormValue]:
        """One try, in as many manners as it takes. Raises Failed, ModelError."""
        manner = self._manners.get(endpoint, Manner())
        try:
            async with asyncio.timeout(patience):
                while True:
                    try:
                        values = await self._ask(endpoint, request, manner)
                    except Failed as failure:
                        plainer = manner.plainer(failure.about) if failure.is_misunderstood else None
                        if plainer is None:
                            raise
                        manner = plainer
                    else:
                        self._manners[endpoint] = manner
                        return values
        except TimeoutError:
            raise Failed(f"no form within {patience:.1f} s") from None

    async def _ask(self, endpoint: Endpoint, request: FormRequest, manner: Manner) -> dict[str, FormValue]:
        asked, longest = form_messages(request), self._tokens(endpoint, request)
        reading = FormReading(request, longest)
        nothing_done = False
        try:
            await self._services.read(endpoint, asked, longest, manner.extra(request), reading)
        except Failed:
            nothing_done = not reading.started
            raise
        finally:
            prompt, answer = reading.tokens or (tokens_in(characters_in(asked)), tokens_in(reading.characters))
            if not nothing_done:
                self._services.budget.add(request.call_id, endpoint, prompt, answer)
        if reading.is_broken_off:
            raise Failed("the answer broke off", again=True)
        values = reading.end()
        log.info("form filled", extra={"call_id": request.call_id, "model": endpoint.model, "tokens": prompt + answer})
        return values

    def _tokens(self, endpoint: Endpoint, request: FormRequest) -> int:
        """The longest answer; a model that reasons has what a turn has besides, to think with."""
        return form_tokens(request) + (self._services.options.answer_tokens if endpoint.reasons else 0)
