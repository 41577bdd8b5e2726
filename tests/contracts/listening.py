"""What the contract tests do with engines: have something said, let it be heard, measure it."""

from __future__ import annotations

import asyncio
import re

from flowengine.runtime.audio import SILENCE, frames, level_dbfs, mulaw_to_pcm16
from flowengine.runtime.ports import FinalTranscript, RecogniserEvent, RecogniserStream, Synthesiser

QUIET_MS = 1600
FASTER = 5
"""Audio is pushed at five times its pace; what waits for an engine is bounded, so it can't all come at once."""


def quiet(milliseconds: int) -> bytes:
    return SILENCE * (8 * milliseconds)


async def spoken(synthesiser: Synthesiser, text: str) -> bytes:
    return b"".join([chunk async for chunk in synthesiser.speak(text)])


async def played(stream: RecogniserStream, mulaw: bytes, size: int = 160) -> None:
    """Push this as a caller's line would, a little faster."""
    for frame in frames(mulaw, size):
        stream.push(frame)
        await asyncio.sleep(size / 8000 / FASTER)


async def reported(stream: RecogniserStream, finals: int) -> list[RecogniserEvent]:
    """The stream's events up to so many finals."""
    events: list[RecogniserEvent] = []
    async for event in stream.events():
        events.append(event)
        finals -= isinstance(event, FinalTranscript)
        if finals <= 0:
            break
    return events


def words(text: str) -> str:
    """Without case and punctuation."""
    return " ".join(re.findall(r"[a-z']+", text.lower()))


def longest_gap_ms(mulaw: bytes, below_dbfs: float = -55.0) -> int:
    """The longest silence inside."""
    longest = gap = 0
    for frame in frames(mulaw):
        gap = gap + 20 if level_dbfs(frame) < below_dbfs else 0
        longest = max(longest, gap)
    return longest


def largest_step(mulaw: bytes) -> int:
    """The largest jump from one sample to the next at the two edges: what is heard as a click."""
    pcm = memoryview(mulaw_to_pcm16(mulaw)).cast("h")
    return max(abs(pcm[0]), abs(pcm[-1]))
