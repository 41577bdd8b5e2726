"""Clips of all that a flow always says alike, made before anybody calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flowengine.conversation.house_lines import house_lines
from flowengine.errors import SynthesiserError
from flowengine.graph.model import Flow
from flowengine.graph.walk import fixed_lines
from flowengine.runtime.audio import BYTES_A_SECOND
from flowengine.runtime.clips import Line
from flowengine.runtime.last_words import LAST_WORDS
from flowengine.runtime.speaker import is_speakable
from flowengine.runtime.speech_cache import CachedSynthesiser

MOST_FAILURES = 3
"""In a row: then it is the engine, and not the words."""
SHARE_OF_A_BUSY_ENGINE = 0.2

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Rendered:
    """What came of some lines: clips `made` and `kept` (there already), lines that `failed`; `audio_bytes` of all."""

    lines: int = 0
    made: int = 0
    kept: int = 0
    failed: int = 0
    audio_bytes: int = 0

    @property
    def seconds(self) -> float:
        """How long all of it plays."""
        return self.audio_bytes / BYTES_A_SECOND

    def with_(self, other: Rendered) -> Rendered:
        """Both together."""
        return Rendered(
            self.lines + other.lines,
            self.made + other.made,
            self.kept + other.kept,
            self.failed + other.failed,
            self.audio_bytes + other.audio_bytes,
        )


def lines_of(flow: Flow, voice: str | None = None) -> tuple[Line, ...]:
    """What this flow, and the engine on its behalf, always says alike; with `voice` in place of the flow's own.

    The last words first: they are few, and nothing else can be said once the voice has failed. Then the flow's own,
    since those are said in every call.
    """
    own = set(filter(is_speakable, fixed_lines(flow))) - LAST_WORDS
    others = house_lines(flow) - own - LAST_WORDS
    in_order = (*sorted(LAST_WORDS), *sorted(own), *sorted(others))
    return tuple(Line(text, voice or flow.voice, flow.language) for text in in_order)


async def render(
    cache: CachedSynthesiser,
    lines: Sequence[Line],
    *,
    again: bool = False,
    progress: Progress = lambda done, whole: None,
    is_busy: Callable[[], bool] = lambda: False,
) -> Rendered:
    """Have the clips of these lines, in memory and in the folder. `again`: made anew, whatever is there.

    `is_busy`: callers are on the line; what makes clips then leaves most of the engine to them. Stops after three lines
    in a row that cannot be spoken: raises the engine's SynthesiserError.
    """
    rendered, failures, loop = Rendered(len(lines)), 0, asyncio.get_running_loop()
    for done, line in enumerate(lines, 1):
        began = loop.time()
        try:
            source, audio = await cache.fetch(line, again=again)
        except SynthesiserError:
            rendered.failed, failures = rendered.failed + 1, failures + 1
            if failures >= MOST_FAILURES:
                raise
            continue
        failures = 0
        rendered.audio_bytes += len(audio)
        if source == "made":
            rendered.made += 1
            if is_busy():
                await asyncio.sleep((loop.time() - began) * (1 / SHARE_OF_A_BUSY_ENGINE - 1))
        else:
            rendered.kept += 1
        progress(done, len(lines))
    return rendered
