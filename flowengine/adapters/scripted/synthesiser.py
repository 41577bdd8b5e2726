"""A synthesiser without a model: tones, 40 ms a byte of text, that the scripted recogniser understands again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection

from flowengine.adapters.scripted.code import encode
from flowengine.errors import SynthesiserError

CHUNK_BYTES = 800


class ScriptedSynthesiser:
    """Keeps what it was asked to say in `said`, and what was given up before its end in `cancelled`.

    `delay_s` passes before every chunk. A text in `fails` brings one chunk and then an error.
    """

    name = "scripted"
    version = "1"

    def __init__(self, *, delay_s: float = 0.0, fails: Collection[str] = ()) -> None:
        self._delay = delay_s
        self._fails = fails
        self.said: list[str] = []
        self.cancelled: list[str] = []

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        self.said.append(text)
        audio = encode(text) if text.strip() else b""
        try:
            for start in range(0, len(audio), CHUNK_BYTES):
                await asyncio.sleep(self._delay)
                yield audio[start : start + CHUNK_BYTES]
                if text in self._fails:
                    raise SynthesiserError("the scripted synthesiser was told to fail")
        except (GeneratorExit, asyncio.CancelledError):
            self.cancelled.append(text)
            raise

    async def close(self) -> None:
        """Nothing is held."""
