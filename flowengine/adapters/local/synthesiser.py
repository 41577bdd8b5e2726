"""The embedded voice, as a call hears it; the work is done in the speech process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable

from flowengine.adapters.local.packages import SPEAKING, require, version_of
from flowengine.adapters.local.wire import Kind, Message
from flowengine.adapters.local.worker import WorkerShare
from flowengine.errors import SynthesiserError

log = logging.getLogger(__name__)

MOST_WAITING = 2000
"""Sentences that wait or are being spoken: two a call of the most that a server may be set to take. Whoever waits is
told that the voice is at work; a caller who is answered late is better off than one who is cut off."""
SIGN_OF_LIFE_S = 2.0
LONGEST_TEXT = 5000
WAY = 2
"""Of the way from words to telephone audio in `voice` and `telephone`: another makes all clips anew."""


class LocalSynthesiser:
    """hibari's bundled voice. Raises MissingExtra when it is not installed."""

    name = "hibari, embedded"

    def __init__(self) -> None:
        require(*SPEAKING, purpose="the embedded voice")
        self.version = f"{version_of('hibari-tts')}, {WAY}"
        self._share = WorkerShare("speaking", SynthesiserError)
        self._waiting = self._pieces = 0
        self._told_of_voices = False

    async def warm_up(self, progress: Callable[[str], None]) -> None:
        """Load the voice. Raises SynthesiserError or MissingExtra."""
        await self._share.ready(progress)

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        if voice is not None and not self._told_of_voices:
            self._told_of_voices = True
            log.info("the embedded engine has one voice; the one asked for was not used")
        if len(text) > LONGEST_TEXT:
            raise SynthesiserError(
                f"a sentence of {len(text)} characters; the longest that is spoken has {LONGEST_TEXT}"
            )
        if self._waiting >= MOST_WAITING:
            raise SynthesiserError("too many sentences wait for the voice")
        self._waiting += 1
        try:
            worker = await self._share.ready(None)
            answers: asyncio.Queue[Message | None] = asyncio.Queue()
            number = worker.register(answers.put_nowait)
            worker.send(Message(Kind.SPEAK, number, body=text.encode()))
            ended, pieces = False, self._pieces
            try:
                while not ended:
                    try:
                        async with asyncio.timeout(SIGN_OF_LIFE_S):
                            answer = await answers.get()
                    except TimeoutError:
                        if self._pieces != pieces:
                            pieces = self._pieces
                            yield b""
                        continue
                    self._pieces += 1
                    if answer is None:
                        raise SynthesiserError("the speech process died")
                    ended = answer.kind is Kind.CLIP_END
                    if answer.kind is Kind.CLIP:
                        yield answer.body
                    elif answer.body:
                        raise SynthesiserError(f"the voice failed: {answer.text}")
            finally:
                worker.release(number)
                if not ended:
                    worker.send(Message(Kind.CANCEL, number))
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        await self._share.give_back()
