"""What an engine of meanings has learnt of the flows that run here: learnt beside the calls, and anew when one changes.

A call takes the lesson of its flow when it begins. While a flow is still being learnt its calls do without, as they do
without the engine: by phrases and patterns alone.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flowengine.conversation.teaching import examples
from flowengine.errors import MeaningError, MissingExtra
from flowengine.graph.model import Flow
from flowengine.runtime.ports import Lesson, Meaning

log = logging.getLogger(__name__)

TRIES = 3
PAUSE_S = 5.0
"""Between two tries: a process that died is there again by then."""


@dataclass(frozen=True, slots=True)
class _Learnt:
    flow: Flow
    examples: Mapping[str, tuple[str, ...]]
    lesson: Lesson


class Lessons:
    """Lessons by flow. Without an engine there are none, and nothing is an error."""

    def __init__(self, meaning: Meaning | None, progress: Callable[[str], None] = lambda text: None) -> None:
        self._meaning = meaning
        self._progress = progress
        self._learnt: dict[str, _Learnt] = {}
        self._wanted: tuple[Flow, ...] = ()
        self._changed = asyncio.Event()

    def lesson_for(self, flow: Flow) -> Lesson | None:
        """What was learnt of this very flow; None until it is."""
        learnt = self._learnt.get(flow.name)
        return learnt.lesson if learnt is not None and learnt.flow is flow else None

    def want(self, flows: Iterable[Flow]) -> None:
        """These are the flows that run from now on. Never waits."""
        self._wanted = tuple(flows)
        self._changed.set()

    async def keep_learning(self, *, after: asyncio.Task[None] | None = None) -> None:
        """Learn what is wanted, whenever that changes, until cancelled. `after`: what has the machine first."""
        if self._meaning is None:
            return
        if after is not None:
            await asyncio.wait([after])
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._learn_all(self._meaning, self._wanted)

    async def _learn_all(self, meaning: Meaning, flows: tuple[Flow, ...]) -> None:
        """Stops where other flows are wanted meanwhile: whoever called begins again with those."""
        names = {flow.name for flow in flows}
        self._learnt = {name: learnt for name, learnt in self._learnt.items() if name in names}
        began, new = time.monotonic(), 0
        for flow in flows:
            if self._changed.is_set():
                return
            try:
                new += await self._learn(meaning, flow)
            except (MeaningError, MissingExtra) as error:
                log.error("a flow could not be learnt", extra={"flow": flow.name, "error": str(error)})
                self._progress(f"callers of {flow.name!r} are understood by phrases alone: {error}")
        if new:
            took = time.monotonic() - began
            self._progress(f"what callers mean is learnt: {new} flows after {took:.1f} s")
            log.info("flows learnt", extra={"flows": new, "seconds": round(took, 1)})

    async def _learn(self, meaning: Meaning, flow: Flow) -> bool:
        """Whether there was anything new to learn. Raises MeaningError, MissingExtra."""
        before = self._learnt.get(flow.name)
        if before is not None and before.flow is flow:
            return False
        taught = await asyncio.to_thread(examples, flow.intents)
        if before is not None and before.examples == taught:
            # An edit that left the intents alone: what was learnt holds.
            self._learnt[flow.name] = _Learnt(flow, taught, before.lesson)
            return False
        self._learnt[flow.name] = _Learnt(flow, taught, await _learnt(meaning, taught))
        return True


async def _learnt(meaning: Meaning, taught: Mapping[str, tuple[str, ...]]) -> Lesson:
    for _ in range(TRIES - 1):
        try:
            return await meaning.learn(taught)
        except MeaningError:
            await asyncio.sleep(PAUSE_S)
    return await meaning.learn(taught)
