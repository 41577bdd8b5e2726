"""A sentence that is being spoken for one call, and the other calls that want the same words at the same moment.

They wait for it rather than have it made again: a hundred calls that begin together ask for one synthesis. The audio
lives as long as somebody waits for it, and no longer. Who gets it has asked for these very words in this voice, so
nothing of one caller's reaches another.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from flowengine.errors import SynthesiserError


class Making:
    """One synthesis. `audio`: all of it, once it is whole; None until then, and when whoever made it has left."""

    def __init__(self) -> None:
        self.audio: bytes | None = None
        self._failure: str | None = None
        self.is_over = False
        self._news: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def sign(self) -> None:
        """Something has come of it, if only the news that it waits for its turn."""
        news, self._news = self._news, asyncio.get_running_loop().create_future()
        news.set_result(None)

    def end(self, audio: bytes | None) -> None:
        """It is whole, or (None) given up: somebody else may make it."""
        self.audio, self.is_over = audio, True
        self.sign()

    def fail(self, reason: str) -> None:
        """The engine failed at it: for all who wait, who would only fail one after the other."""
        self._failure, self.is_over = reason, True
        self.sign()

    async def followed(self) -> AsyncGenerator[bytes, None]:
        """An empty chunk at each sign of life, until it is over. Raises SynthesiserError when it failed."""
        while not self.is_over:
            await asyncio.shield(self._news)
            if not self.is_over:
                yield b""
        if self._failure is not None:
            raise SynthesiserError(self._failure)
