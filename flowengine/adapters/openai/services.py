"""The services that a model is asked of: their connections, and what becomes of a question when one of them fails.

Asked are the first model, again where that can help, then the fallback, each as long as its breaker and the call's
budget allow. What is asked and how the answer is read is the business of whoever asks.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import httpx2
import openai

from flowengine.adapters.openai.budget import Budget
from flowengine.adapters.openai.failing import Failed, refused
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.adapters.openai.reading import Call, Piece
from flowengine.errors import UNREADABLE_JSON, ModelError, unforeseen
from flowengine.runtime.breaker import Breaker

if TYPE_CHECKING:
    from openai import AsyncStream
    from openai.types.chat import ChatCompletionChunk

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Breakers = Mapping[Endpoint, Breaker]
Message = Mapping[str, str]

CONNECT_S = 2.0
KEPT_OPEN_S = 120.0
LONGEST_S = 20.0
"""An answer that takes longer is none: six sentences take as long to say."""
LEAST_S = 0.5
RETRY_AFTER_S = 0.2
TRIES = 2
STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Question(Generic[Answer]):
    """`once`: one try of one service, within so many seconds; raises Failed when the service fails, ModelError when
    what it says is of no use. `characters` and `answer_tokens`: of the prompt and of the longest answer.

    `within_s`: for how long whoever asks waits; `first_s`: how much of it the first of two models has. `is_begun`:
    whether something of an answer has been given away, so that none may be begun anew.
    """

    call_id: str
    characters: int
    answer_tokens: int
    within_s: float
    first_s: float
    once: Callable[[Endpoint, float], Awaitable[Answer]]
    is_begun: Callable[[], bool] = lambda: False


class Reader(Protocol):
    """Takes in one answer, piece by piece."""

    @property
    def enough(self) -> bool:
        """Nothing more need be read."""

    def take(self, piece: Piece) -> None:
        """Raises ModelError for what is of no use."""


class Services:
    """Those of one model and its fallback. Close them when done; they belong to one event loop."""

    def __init__(self, options: ModelOptions, clock: Callable[[], float] = time.monotonic) -> None:
        self.options = options
        self.budget = Budget(options)
        self.clock = clock
        self._clients = {each: _client(each) for each in options.endpoints}

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()

    def breakers(self) -> Breakers:
        """A set of its own for each kind of question: who is too slow for one may be well for another."""
        return {each: Breaker(self.clock) for each in self.options.endpoints}

    async def ask(self, question: Question[Answer], breakers: Breakers) -> Answer:
        """The first sound answer. Raises ModelError with every reason why there is none."""
        began = self.clock()
        reasons: list[str] = []
        last = self.options.endpoints[-1]
        for endpoint in self.options.endpoints:
            breaker = breakers[endpoint]
            try:
                self.budget.check(question.call_id, endpoint, question.characters, question.answer_tokens)
            except ModelError as error:
                reasons.append(f"{endpoint.model}: {error}")
                continue
            for number in range(1, TRIES + 1):
                if not breaker.allows():
                    reasons.append(f"{endpoint.model}: it rests after its failures")
                    break
                left = question.within_s - (self.clock() - began)
                patience = left if endpoint is last else min(question.first_s, left)
                try:
                    answer = await question.once(endpoint, max(patience, LEAST_S))
                except Failed as failure:
                    breaker.failed(failure.rest_s)
                    reasons.append(f"{endpoint.model}: {failure}")
                    log.warning("model failed", extra={"call_id": question.call_id, "model": endpoint.model})
                    if question.is_begun():
                        raise ModelError(reasons[-1]) from failure
                    if not failure.again or number == TRIES:
                        break
                    await asyncio.sleep((failure.rest_s or 0.0) + RETRY_AFTER_S)
                except ModelError as error:
                    # Its words are of no use; the service itself is well.
                    breaker.succeeded()
                    reasons.append(f"{endpoint.model}: {error}")
                    if question.is_begun():
                        raise ModelError(reasons[-1]) from error
                    break
                else:
                    breaker.succeeded()
                    return answer
        raise ModelError("; ".join(reasons))

    async def read(
        self,
        endpoint: Endpoint,
        asked: Sequence[Message],
        answer_tokens: int,
        extra: Mapping[str, object],
        reader: Reader,
    ) -> None:
        """Send one request and read its stream to the end, or to where it is enough. Raises Failed."""
        # Models of OpenAI's that reason take the limit under the new name alone; other services often know the old one.
        limit = "max_completion_tokens" if endpoint.is_openai else "max_tokens"
        more: dict[str, Any] = {limit: answer_tokens, **extra}
        if endpoint.effort is not None:
            more["reasoning_effort"] = endpoint.effort
        try:
            stream: AsyncStream[ChatCompletionChunk] = await self._clients[endpoint].chat.completions.create(  # type: ignore[call-overload]  # messages and tools are plain dictionaries
                model=endpoint.model,
                messages=asked,
                stream=True,
                stream_options={"include_usage": True},
                **more,
            )
            try:
                kind = stream.response.headers.get("content-type", "")
                if not kind.startswith(STREAM):
                    raise Failed("the service's answer is no stream of events")
                async for chunk in stream:
                    reader.take(_piece(chunk))
                    if reader.enough:
                        break
            finally:
                # The service stops writing, and charging, when the connection goes.
                await stream.close()
        except openai.APITimeoutError:
            raise Failed(f"no connection within {CONNECT_S:g} s", again=True) from None
        except openai.APIConnectionError:
            raise Failed("the connection could not be made, or broke", again=True) from None
        except openai.APIStatusError as error:
            raise refused(error) from None
        except openai.OpenAIError as error:
            raise Failed(unforeseen(error)) from None
        except (*UNREADABLE_JSON, TypeError, AttributeError):
            # Half a JSON object, or one of another shape.
            raise Failed("the service's answer cannot be read") from None


def characters_in(asked: Sequence[Message]) -> int:
    """Of a prompt."""
    return sum(len(each["content"]) for each in asked)


def _client(endpoint: Endpoint) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        # The package insists on a key; services on one's own machine often have none.
        api_key=endpoint.key or "none",
        base_url=endpoint.url,
        max_retries=0,
        timeout=openai.Timeout(LONGEST_S, connect=CONNECT_S),
        http_client=openai.DefaultAsyncHttpxClient(
            # What was said on the telephone goes to the address that was named, and to no other.
            follow_redirects=False,
            # Turns are further apart than the usual five seconds: a new connection for each would cost its handshakes.
            limits=httpx2.Limits(max_connections=1000, max_keepalive_connections=100, keepalive_expiry=KEPT_OPEN_S),
        ),
    )


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
