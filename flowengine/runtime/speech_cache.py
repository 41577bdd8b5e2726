"""A synthesiser that remembers a flow's fixed lines: spoken from memory, at once and always the same.

Sentences with something filled in (a name, a date read back) are personal data and are never kept.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable

from flowengine.runtime.ports import Synthesiser

DEFAULT_BYTES = 32 * 1024 * 1024
"""About an hour of speech."""


class CachedSynthesiser:
    """Least recently used clips leave first. A clip is kept only when its synthesis ended well."""

    def __init__(self, synthesiser: Synthesiser, limit_bytes: int = DEFAULT_BYTES) -> None:
        self._synthesiser = synthesiser
        self._limit = limit_bytes
        self._clips: OrderedDict[tuple[str | None, str], bytes] = OrderedDict()
        self._size = 0
        self._fixed: set[str] = set()
        self._making: dict[tuple[str | None, str], asyncio.Event] = {}
        self.name = synthesiser.name

    def remember(self, texts: Iterable[str]) -> None:
        """From now on keep the clips of these sentences."""
        self._fixed.update(texts)

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncIterator[bytes]:
        key = (voice, text)
        # Many calls that begin together ask for the same greeting: one of them makes the clip, the others wait for it.
        while (making := self._making.get(key)) is not None:
            await making.wait()
        clip = self._clips.get(key)
        if clip is not None:
            self._clips.move_to_end(key)
            yield clip
            return
        if text not in self._fixed:
            async for chunk in self._synthesiser.speak(text, voice=voice):
                yield chunk
            return
        self._making[key] = asyncio.Event()
        parts: list[bytes] = []
        try:
            async for chunk in self._synthesiser.speak(text, voice=voice):
                parts.append(chunk)
                yield chunk
            self._keep(key, b"".join(parts))
        finally:
            self._making.pop(key).set()

    async def close(self) -> None:
        await self._synthesiser.close()

    def _keep(self, key: tuple[str | None, str], clip: bytes) -> None:
        if not clip or len(clip) > self._limit // 4:
            return
        self._clips[key] = clip
        self._size += len(clip)
        while self._size > self._limit:
            _, oldest = self._clips.popitem(last=False)
            self._size -= len(oldest)
