"""The embedded engine of meanings, as a call asks it; the work is done in the speech process."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from flowengine.adapters.local.packages import require_meaning
from flowengine.adapters.local.wire import Kind, Message
from flowengine.adapters.local.word_pieces import shortened
from flowengine.adapters.local.worker import WorkerShare
from flowengine.conversation.meaning import Likeness
from flowengine.errors import MeaningError

MOST_WAITING = 64
"""Utterances that wait for an answer; beyond that the machine does not keep up, and callers had better be asked."""
LIKEN_TIMEOUT_S = 1.0
LEARN_TIMEOUT_S = 300.0
"""Several large flows, one behind the other, on a slow machine that does other things as well."""

_lessons = itertools.count(1)


class LocalMeaning:
    """MiniLM-L6 in int8. Raises MissingExtra when it is not installed."""

    name = "MiniLM-L6, embedded"

    def __init__(self) -> None:
        require_meaning()
        self._share = WorkerShare("meaning", MeaningError)
        self._waiting = 0
        self._closed = False

    async def warm_up(self, progress: Callable[[str], None]) -> None:
        """Load the model. Raises MeaningError or MissingExtra."""
        await self._share.ready(progress)

    async def learn(self, examples: Mapping[str, tuple[str, ...]]) -> LocalLesson:
        lesson = LocalLesson(self, examples)
        await lesson.learn()
        return lesson

    async def ask(self, kind: Kind, lesson: int, body: bytes) -> Message:
        """One order and its answer. Raises MeaningError, also when the process dies before it has answered."""
        if self._closed:
            raise MeaningError("the engine of meanings is closed")
        if self._waiting >= MOST_WAITING:
            raise MeaningError("too many utterances wait for the engine of meanings")
        self._waiting += 1
        try:
            worker = await self._share.ready(None)
            answers: asyncio.Queue[Message | None] = asyncio.Queue()
            number = worker.register(answers.put_nowait)
            try:
                worker.send(Message(kind, number, lesson, body))
                answer = await answers.get()
            finally:
                worker.release(number)
        finally:
            self._waiting -= 1
        if answer is None:
            raise MeaningError("the speech process died")
        if answer.kind is Kind.FAILED:
            raise MeaningError(f"the engine of meanings failed: {answer.text}")
        return answer

    async def close(self) -> None:
        self._closed = True
        await self._share.give_back()


class LocalLesson:
    """A flow's examples. It outlives the process: one that does not know it is taught again, mostly from the cache."""

    def __init__(self, engine: LocalMeaning, examples: Mapping[str, tuple[str, ...]]) -> None:
        self._engine = engine
        self._intents = frozenset(examples)
        self._body = json.dumps({intent: list(map(shortened, texts)) for intent, texts in examples.items()}).encode()
        self._number = next(_lessons)

    async def learn(self) -> None:
        """Teach it to the process. Raises MeaningError."""
        async with _within(LEARN_TIMEOUT_S):
            await self._engine.ask(Kind.LEARN, self._number, self._body)

    async def liken(self, text: str, intents: Collection[str]) -> tuple[Likeness, ...]:
        """Empty for a text that holds no word. Raises MeaningError."""
        known = [intent for intent in intents if intent in self._intents]
        if not known or not text.strip():
            return ()
        body = json.dumps([shortened(text), known]).encode()
        async with _within(LIKEN_TIMEOUT_S):
            answer = await self._engine.ask(Kind.LIKEN, self._number, body)
            if answer.kind is Kind.NOT_LEARNT:
                await self.learn()
                answer = await self._engine.ask(Kind.LIKEN, self._number, body)
        if answer.kind is not Kind.LIKENED:
            raise MeaningError("the speech process has forgotten these examples twice: more flows than it holds")
        return tuple(Likeness(*each) for each in json.loads(answer.body))


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise MeaningError(f"the engine of meanings did not answer within {seconds:g} s") from None
