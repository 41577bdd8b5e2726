"""From one number of calls to the next: each is measured, until all are, one gives way, or somebody stops it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from flowengine.testing.load.process import usage
from flowengine.testing.load.report import Ended, Level, level_of
from flowengine.testing.load.run import SETTLES_S, LoadFailed, LoadRun, Stretch

TELLS_S = 5.0
"""What was measured for less says nothing, and is left out where it was cut short."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The numbers of calls, each larger than the one before; how long each is measured; new calls a second."""

    levels: tuple[int, ...]
    seconds: float
    a_second: float
    stops_at_knee: bool


class Climb:
    """What came of the steps so far stands in `levels`; `ended` says why it was not all of them."""

    def __init__(self, steps: Steps, progress: Callable[[str], None]) -> None:
        self._steps = steps
        self._progress = progress
        self._at = steps.levels[0]
        self._is_up = False
        self.levels: list[Level] = []
        self.idle_memory: int | None = None
        self.ended: Ended | None = None

    async def up(self, run: LoadRun) -> None:
        """Measure step after step. Raises LoadFailed when not even the first came about.

        May be cancelled at any time: what has been measured until then is kept.
        """
        steps = self._steps
        self._progress("the first call")
        await run.raise_to(1)
        await run.calm()
        idle = None if run.pid is None else usage(run.pid)
        self.idle_memory = None if idle is None else idle.memory
        for self._at in steps.levels:
            self._progress(f"{self._at} calls: ringing, {steps.a_second:g} a second")
            try:
                await run.raise_to(self._at, a_second=steps.a_second)
            except LoadFailed as error:
                if not self.levels:
                    raise
                self.ended = Ended(self._at, str(error), gave_way=True, left=self._beyond())
                return
            level = await self._measured(run)
            self.levels.append(level)
            if steps.stops_at_knee and not level.holds:
                break
        self._is_up = True

    def stopped(self, why: str) -> None:
        """Somebody has stopped it, for this reason; without effect on what has come to its end."""
        if not self._is_up and self.ended is None:
            measured = {level.calls for level in self.levels}
            left = tuple(calls for calls in self._steps.levels if calls not in measured)
            self.ended = Ended(self._at, why, gave_way=False, left=left)

    async def _measured(self, run: LoadRun) -> Level:
        """Twice, when the first time says nothing, or says that a search is over: others may have had the machine."""
        steps, calls = self._steps, self._at
        self._progress(f"{calls} calls: measuring for {steps.seconds:g} s")
        level = await self._once(run, SETTLES_S)
        if level.overload is None and (level.holds or not steps.stops_at_knee):
            return level
        self._progress(f"{calls} calls: once more, since {level.overload or level.misses[0]}")
        try:
            return await self._once(run, 0.0)
        except asyncio.CancelledError:
            if calls not in {each.calls for each in self.levels}:
                self.levels.append(level)
            raise

    async def _once(self, run: LoadRun, settles_s: float) -> Level:
        seconds = self._steps.seconds

        def keep(stretch: Stretch) -> None:
            if stretch.seconds >= min(TELLS_S, seconds):
                self.levels.append(level_of(stretch, cut_of=seconds))

        return level_of(await run.measure(seconds, settles_s=settles_s, cut=keep))

    def _beyond(self) -> tuple[int, ...]:
        """The steps that are not measured any more; beyond a knee that was looked for nobody wants them."""
        if self._steps.stops_at_knee:
            return ()
        return tuple(calls for calls in self._steps.levels if calls > self._at)
