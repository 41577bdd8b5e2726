"""Clips of the published flows, made in the background: at the start, when a flow was edited, and again after a while
as long as a voice fails at them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from flowengine.errors import SynthesiserError
from flowengine.runtime.last_words import LAST_WORDS
from flowengine.runtime.rendering import Rendered, render
from flowengine.service.calls import Engines
from flowengine.service.dialling.backing_off import Pauses
from flowengine.service.library import FlowLibrary

log = logging.getLogger(__name__)

AGAIN = Pauses(30.0, 900.0)
"""Until a voice that failed is asked again: three sentences of a dead one cost nothing, and one that is back has its
clips before it fails the next time."""


class Rendering:
    """What the callers of this process will hear alike, made while they are not waiting for it."""

    def __init__(self, library: FlowLibrary, engines: Engines, is_busy: Callable[[], bool]) -> None:
        self._library = library
        self._synthesiser = engines.synthesiser
        self._spare = engines.spare.second if engines.spare is not None else None
        self._is_busy = is_busy
        self._changed = asyncio.Event()

    def flows_changed(self) -> None:
        """Look again at what the flows say. Their lines are kept from now on, by whoever makes them first."""
        for shelf in self._library.shelves():
            self._synthesiser.remember(shelf.lines)
            if self._spare is not None:
                self._spare.remember(line for line in shelf.lines if line.text in LAST_WORDS)
        self._changed.set()

    async def run(self, ready: asyncio.Event, progress: Callable[[str], None]) -> None:
        """Once the voice is `ready`, until cancelled."""
        await ready.wait()
        failures = 0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(AGAIN.after(failures) if failures else None):
                    await self._changed.wait()
            is_news = self._changed.is_set()
            self._changed.clear()
            rendered = await self._render()
            if rendered is None:
                failures += 1
                if is_news:
                    progress("the fixed lines could not be rendered: they are made when they are first said")
                continue
            failures = 0
            log.info("clips ready", extra={"made": rendered.made, "kept": rendered.kept, "failed": rendered.failed})
            if rendered.made or rendered.failed:
                amount = f"{rendered.made} made, {rendered.kept} kept, {rendered.seconds:.0f} s"
                failed = f"; {rendered.failed} could not be spoken" if rendered.failed else ""
                progress(f"fixed lines ready: {amount}{failed}")

    async def _render(self) -> Rendered | None:
        """What came of the first voice's; None when that, or the backup, has failed. Neither waits for the other."""
        lines = tuple(dict.fromkeys(line for shelf in self._library.shelves() for line in shelf.lines))
        rendered, is_whole = Rendered(), True
        try:
            rendered = await render(self._synthesiser, lines, is_busy=self._is_busy)
        except SynthesiserError as error:
            is_whole = _failed(error)
        try:
            if self._spare is not None:
                await render(self._spare, self._spare.fixed, is_busy=self._is_busy)
        except SynthesiserError as error:
            is_whole = _failed(error)
        return rendered if is_whole else None


def _failed(error: SynthesiserError) -> bool:
    log.error("clips could not be made", extra={"error": type(error).__name__})
    return False
