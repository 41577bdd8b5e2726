"""From the model's first sentence to the caller's ear: what of that is our own time.

Everything is real but the model and the voice: a model server on a socket of this machine, the adapter, the session,
what looks at each sentence, the playback. The moment in which the server writes the word that ends the sentence is
compared with that in which its first audio leaves for the line. The voice gives its audio at once.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import UTC, datetime
from time import monotonic

import openai

from benchmarks.measure import Row
from flowengine.adapters.openai.model import OpenAiModel
from flowengine.adapters.openai.options import Endpoint, ModelOptions
from flowengine.conversation.commands import Command
from flowengine.conversation.conversation import Conversation
from flowengine.conversation.events import Event
from flowengine.graph.compile import compile_text
from flowengine.runtime.colleague_line import NoColleagues
from flowengine.runtime.observed import SessionParts
from flowengine.runtime.ports import GuardAnswer, Told
from flowengine.runtime.session import CallSession
from flowengine.runtime.ticker import Ticker
from flowengine.testing.model.server import Asked, ModelServer
from flowengine.testing.model.turns import Turn

TURNS = 60
TURN = Turn("It covers old boilers. Shall we go ahead?", token_s=0.02)
ENDS_WITH = " Shall"
"""The word by which the first sentence is known to be whole."""
SPOKEN = b"\x55" * 800
LIMIT_S = 0.01
FLOW = """
flow measured "Measured" inbound
  agent "Amy" of "Us"

outcome done

state start
  llm "Answer the caller's worry."
    facts
      "The cover includes old boilers."
    never "discounts"
    convinced "the caller agrees": end done
    limit 99 turns: end done
    fallback "I see.": end done

anywhere
  hangup: end done
"""


def rows() -> Iterator[Row]:
    """All rows."""
    ours = asyncio.run(_calls())
    floor = asyncio.run(_streams())
    yield Row("first audio of a model's sentence", "turn", ours, "the client's stream alone", floor, LIMIT_S)


class _Line(NoColleagues):
    """Takes the audio and has played it at once; `heard_at` is when the first of a turn came."""

    call_id = "measured"

    def __init__(self) -> None:
        self.heard_at: float | None = None
        self.echo: Callable[[str], None] = lambda name: None

    def play(self, mulaw: bytes) -> None:
        self.heard_at = self.heard_at or monotonic()

    def mark(self, name: str) -> None:
        asyncio.get_running_loop().call_later(0.1, self.echo, name)

    def clear(self) -> None:
        """Nothing is buffered."""

    async def hang_up(self) -> None:
        """It is down."""

    async def transfer(self, target: str) -> None:
        raise NotImplementedError

    async def is_up(self) -> bool:
        return True

    async def record(self, start: bool) -> None:
        raise NotImplementedError


class _Voice:
    """A tenth of a second for every sentence, at once."""

    name = "measured"
    version = "1"

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        yield SPOKEN

    async def close(self) -> None:
        """Nothing is held."""


class _Outside:
    """The guard that allows, and the record that keeps nothing."""

    async def decide(self, guard: str) -> GuardAnswer:
        return GuardAnswer(True)

    def write(self, at: float, entry: Event | Command | Told) -> None:
        """Kept nowhere."""

    def suppress(self, reason: str) -> None:
        """Nobody opts out."""


async def _calls() -> float:
    flow = compile_text(FLOW).flow
    assert flow is not None
    with ModelServer(otherwise=lambda _: TURN) as server:
        model = OpenAiModel(ModelOptions(Endpoint("m", server.url), call_tokens=999_999))
        line, ticker, outside = _Line(), Ticker(), _Outside()
        conversation = Conversation(flow, {}, started=datetime(2026, 11, 24, 10, tzinfo=UTC))
        session = CallSession(SessionParts(conversation, line, _Voice(), outside, outside, ticker, model=model))
        line.echo = session.on_mark
        running = asyncio.create_task(session.run())
        took: list[float] = []
        for number in range(TURNS):
            if number:
                line.heard_at = None
                session.on_text(f"what about number {number}")
            await asyncio.sleep(0.5)
            asked = server.asked[-1]
            assert len(server.asked) == number + 1
            assert line.heard_at is not None
            took.append(line.heard_at - _whole_at(asked))
        session.leave("measured")
        await running
        await model.close()
        await ticker.close()
    return statistics.median(took)


async def _streams() -> float:
    """The package's own stream, with nothing behind it."""
    took: list[float] = []
    with ModelServer(otherwise=lambda _: TURN) as server:
        client = openai.AsyncOpenAI(api_key="none", base_url=server.url)
        for _ in range(TURNS):
            stream = await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "hm"}], stream=True
            )
            seen = 0.0
            async for chunk in stream:
                if chunk.choices and chunk.choices[0].delta.content == ENDS_WITH:
                    seen = monotonic()
            took.append(seen - _whole_at(server.asked[-1]))
        await client.close()
    return statistics.median(took)


def _whole_at(asked: Asked) -> float:
    return next(at for at, text in asked.sent if text == ENDS_WITH)
