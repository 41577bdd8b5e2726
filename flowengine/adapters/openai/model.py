"""The model port: asks the first model, again where that can help, then the fallback; speaks what comes as it comes.

Once a sentence has been given to the caller nothing is begun anew: a second answer would contradict the first. Reasons
name models and numbers; neither what was asked nor what was answered stands in them, nor does a service's own text.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx2
import openai

from flowengine.adapters.openai.breaker import Breaker
from flowengine.adapters.openai.budget import Budget, tokens_in
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.adapters.openai.prompt import messages, tool_names, tools
from flowengine.adapters.openai.reading import Call, Piece, Reading
from flowengine.conversation.modelling import MODEL_STALL_S, MODEL_TIMEOUT_S
from flowengine.errors import ModelError
from flowengine.runtime.ports import ModelReply, ModelRequest

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

log = logging.getLogger(__name__)

CONNECT_S = 2.0
KEPT_OPEN_S = 120.0
FIRST_S = MODEL_TIMEOUT_S - 0.1
"""A little less than the call waits: so that it is here that the failure is counted."""
LEAST_S = 0.5
STALL_S = MODEL_STALL_S - 0.1
TURN_S = 20.0
"""A turn that takes longer is none: six sentences take as long to say."""
RETRY_AFTER_S = 0.2
LONGEST_RETRY_AFTER_S = 1.0
"""What a caller may be kept waiting for a second try; a service that asks for longer is left alone for so long."""
TRIES = 2
STREAM = "text/event-stream"


class _Failed(ModelError):
    """One try failed. `again`: another may help; `rest_s`: for how long the service wants to be left alone."""

    def __init__(self, message: str, *, again: bool = False, rest_s: float | None = None) -> None:
        super().__init__(message)
        self.again = again
        self.rest_s = rest_s


class OpenAiModel:
    """A language model for all calls of a process. Close it when done; it belongs to one event loop."""

    def __init__(self, options: ModelOptions, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.options = options
        self.name = options.first.model
        self.budget = Budget(options)
        self._clock = clock
        self._clients = {each: _client(each) for each in options.endpoints}
        self._breakers = {each: Breaker(clock) for each in options.endpoints}

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()

    async def answer(self, request: ModelRequest, say: Callable[[str], None]) -> ModelReply:
        began, first_at = self._clock(), 0.0

        def tell(sentence: str) -> None:
            nonlocal first_at
            first_at = first_at or self._clock()
            say(sentence)

        reasons: list[str] = []
        last = self.options.endpoints[-1]
        for endpoint in self.options.endpoints:
            breaker = self._breakers[endpoint]
            try:
                self._check_budget(endpoint, request)
            except ModelError as error:
                reasons.append(f"{endpoint.model}: {error}")
                continue
            for number in range(1, TRIES + 1):
                if not breaker.allows():
                    reasons.append(f"{endpoint.model}: it rests after its failures")
                    break
                waited = self._clock() - began
                patience = FIRST_S - waited if endpoint is last else min(self.options.patience_s, FIRST_S - waited)
                try:
                    reply, used = await self._ask(endpoint, request, max(patience, LEAST_S), tell)
                except _Failed as failure:
                    breaker.failed(failure.rest_s)
                    reasons.append(f"{endpoint.model}: {failure}")
                    log.warning("model failed", extra={"call_id": request.call_id, "model": endpoint.model})
                    if first_at:
                        raise ModelError(reasons[-1]) from failure
                    if not failure.again or number == TRIES:
                        break
                    await asyncio.sleep((failure.rest_s or 0.0) + RETRY_AFTER_S)
                except ModelError as error:
                    # Its words are of no use; the service itself is well.
                    breaker.succeeded()
                    reasons.append(f"{endpoint.model}: {error}")
                    if first_at:
                        raise ModelError(reasons[-1]) from error
                    break
                else:
                    breaker.succeeded()
                    spoke = f", first sentence after {(first_at - began) * 1000:.0f} ms" if first_at else ""
                    return ModelReply(reply.text, reply.exit, reply.remarks, f"model {endpoint.model}: {used}{spoke}")
        raise ModelError("; ".join(reasons))

    def _check_budget(self, endpoint: Endpoint, request: ModelRequest) -> None:
        """Raises ModelError when the call may not have another turn of this model."""
        self.budget.check(request.call_id, endpoint, _characters(messages(request)))

    async def _ask(
        self, endpoint: Endpoint, request: ModelRequest, patience: float, say: Callable[[str], None]
    ) -> tuple[ModelReply, str]:
        """One try. Raises _Failed when the service fails, ModelError when what it says is of no use."""
        asked = messages(request)
        characters = _characters(asked)
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + TURN_S
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
                    await self._read(endpoint, asked, tools(request), reading)
                except _Failed:
                    nothing_done = not reading.started
                    raise
                finally:
                    prompt, answer = reading.tokens or (tokens_in(characters), tokens_in(reading.characters))
                    cost = 0.0 if nothing_done else self.budget.add(request.call_id, endpoint, prompt, answer)
                if reading.is_broken_off:
                    raise _Failed("the answer broke off", again=True)
                reply = reading.end()
        except TimeoutError:
            raise _Failed(f"no sentence within {patience:.1f} s") from None
        return reply, f"{prompt} + {answer} tokens" + (f" for {cost:.4f}" if cost else "")

    async def _read(
        self, endpoint: Endpoint, asked: list[dict[str, str]], offered: list[dict[str, object]], reading: Reading
    ) -> None:
        """Send the request and read its stream to the end, or to where it is enough. Raises _Failed."""
        # Models of OpenAI's that reason take the limit under the new name alone; other services often know the old one.
        limit = "max_completion_tokens" if endpoint.is_openai else "max_tokens"
        extra: dict[str, Any] = {limit: self.options.answer_tokens}
        if offered:
            extra |= {"tools": offered, "tool_choice": "auto"}
        try:
            stream: AsyncStream[ChatCompletionChunk] = await self._clients[endpoint].chat.completions.create(  # type: ignore[call-overload]  # messages and tools are plain dictionaries
                model=endpoint.model,
                messages=asked,
                stream=True,
                stream_options={"include_usage": True},
                **extra,
            )
            try:
                kind = stream.response.headers.get("content-type", "")
                if not kind.startswith(STREAM):
                    raise _Failed("the service's answer is no stream of events")
                async for chunk in stream:
                    reading.take(_piece(chunk))
                    if reading.enough:
                        break
            finally:
                # The service stops writing, and charging, when the connection goes.
                await stream.close()
        except openai.APITimeoutError:
            raise _Failed(f"no connection within {CONNECT_S:g} s", again=True) from None
        except openai.APIConnectionError:
            raise _Failed("the connection could not be made, or broke", again=True) from None
        except openai.APIStatusError as error:
            raise _refused(error) from None
        except openai.OpenAIError as error:
            raise _Failed(f"{type(error).__name__} was raised") from None
        except (ValueError, TypeError, AttributeError):
            # Half a JSON object, or one of another shape.
            raise _Failed("the service's answer cannot be read") from None


def _characters(asked: list[dict[str, str]]) -> int:
    return sum(len(each["content"]) for each in asked)


def _client(endpoint: Endpoint) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        # The package insists on a key; services on one's own machine often have none.
        api_key=endpoint.key or "none",
        base_url=endpoint.url,
        max_retries=0,
        timeout=openai.Timeout(TURN_S, connect=CONNECT_S),
        http_client=openai.DefaultAsyncHttpxClient(
            # What was said on the telephone goes to the address that was named, and to no other.
            follow_redirects=False,
            # Turns are further apart than the usual five seconds: a new connection for each would cost its handshakes.
            limits=httpx2.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=KEPT_OPEN_S),
        ),
    )


def _refused(error: openai.APIStatusError) -> _Failed:
    status = error.status_code
    rest_s: float | None = None
    if status == 429:
        try:
            rest_s = max(0.0, float(error.response.headers.get("retry-after", "")))
        except ValueError:
            rest_s = None
    again = status >= 500 or (status == 429 and (rest_s is None or rest_s <= LONGEST_RETRY_AFTER_S))
    return _Failed(f"the service answered HTTP {status}", again=again, rest_s=rest_s)


def _piece(chunk: ChatCompletionChunk) -> Piece:
    """What one message of the stream adds. Raises AttributeError or TypeError when it is none."""
    usage = chunk.usage
    tokens = (int(usage.prompt_tokens), int(usage.completion_tokens)) if usage is not None else None
    if not chunk.choices:
        return Piece(tokens=tokens)
    choice = chunk.choices[0]
    delta = choice.delta
    calls = tuple(
        Call(int(each.index), each.function.name or "", each.function.arguments or "")
        for each in delta.tool_calls or ()
        if each.function is not None
    )
    return Piece(_text(delta.content), bool(delta.refusal), calls, choice.finish_reason, tokens)


def _text(content: object) -> str:
    if content is None:
        return ""
    if not isinstance(content, str):
        raise TypeError("content is text")
    return content
