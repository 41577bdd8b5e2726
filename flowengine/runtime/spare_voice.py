"""Two voices as one: the second speaks where the first fails or is silent.

A sentence is asked of the first, once more of it, then of the second. A voice that fails again and again is left alone
for a while, so that only a few callers ever wait for its failures. What is spoken from a clip needs neither.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from flowengine.errors import SpeechError, SynthesiserError
from flowengine.runtime.breaker import Breaker
from flowengine.runtime.speech_cache import CachedSynthesiser

log = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""How long a voice has for the first audio of a sentence, when there is another to ask."""
TRIES = 2


class SpareVoice:
    """The first voice, and the `second` that stands in for it. Closing closes both."""

    def __init__(self, first: CachedSynthesiser, second: CachedSynthesiser) -> None:
        self._first = first
        self.second = second
        self._breaker = Breaker(lambda: asyncio.get_running_loop().time())
        self.name = first.name
        self.version = first.version

    @property
    def breakers(self) -> dict[str, Breaker]:
        return {"first": self._breaker}

    def at_hand(self, text: str, *, voice: str | None = None) -> bytes | None:
        """The whole audio of a fixed line that is in memory, in either voice. Never waits."""
        return self._first.at_hand(text, voice=voice) or self.second.at_hand(text, voice=voice)

    async def prepare(self, text: str, *, voice: str | None = None, begun: Callable[[], None] = lambda: None) -> bytes:
        """In the first voice alone: what it cannot make is spoken by the second when it is needed."""
        return await self._first.prepare(text, voice=voice, begun=begun)

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        if (clip := self._first.at_hand(text, voice=voice)) is not None:
            yield clip
            return
        for _ in range(TRIES):
            if not self._breaker.allows():
                break
            try:
                # Once audio has come, the sentence cannot go over to another: whoever listens begins it again.
                async with aclosing(self._begun(text, voice)) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except _Silent as silent:
                log.warning("the voice failed", extra={"reason": type(silent.__cause__).__name__})
                continue
            return
        async with aclosing(self.second.speak(text, voice=voice)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def close(self) -> None:
        await self._first.close()
        await self.second.close()

    async def _begun(self, text: str, voice: str | None) -> AsyncGenerator[bytes, None]:
        """The first voice. Raises _Silent when it gives no audio in time, SynthesiserError when it fails later."""
        async with aclosing(self._first.speak(text, voice=voice)) as chunks:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    while not (chunk := await anext(chunks, None)):
                        # A sign of life is no audio: the other voice has nobody waiting.
                        if chunk is None:
                            raise SynthesiserError("the engine gave no audio")
            except (SpeechError, TimeoutError) as error:
                self._breaker.failed()
                raise _Silent from error
            yield chunk
            try:
                async for chunk in chunks:
                    yield chunk
            except SpeechError:
                self._breaker.failed()
                raise
            self._breaker.succeeded()


class _Silent(Exception):
    """Nothing of the sentence has been heard."""
