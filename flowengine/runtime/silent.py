"""A synthesiser for machines without a voice: quiet for as long as the words would take to say."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE

WORDS_A_SECOND = 4.0


class SilentSynthesiser:
    """Reads along in silence; the page shows the words."""

    name = "none (text only)"
    version = "1"

    async def speak(self, text: str, *, voice: str | None = None) -> AsyncGenerator[bytes, None]:
        yield SILENCE * int(len(text.split()) / WORDS_A_SECOND * BYTES_A_SECOND)

    async def close(self) -> None:
        """Nothing is held."""
