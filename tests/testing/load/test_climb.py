"""From one number of calls to the next, with a run that answers as it is told: what is kept whenever it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from flowengine.testing.load import climb as climb_module
from flowengine.testing.load.climb import Climb, Steps
from flowengine.testing.load.run import LoadFailed, LoadRun, Stretch
from flowengine.testing.load.tally import Tally


class Run(LoadRun):
    """A run without calls. `underruns`: at each measurement, in turn; `most`: more do not come about."""

    def __init__(self, *underruns: int, most: int = 1000, hangs_at: int | None = None) -> None:
        self.pid = None
        self.measured: list[int] = []
        self.hangs = asyncio.Event()
        self._underruns = list(underruns)
        self._most = most
        self._hangs_at = hangs_at
        self._calls = 0

    async def raise_to(self, calls: int, *, a_second: float = 10.0, up_within_s: float = 30.0) -> None:
        if calls > self._most:
            raise LoadFailed(f"{self._most} of {calls} calls came about")
        self._calls = calls

    async def measure(
        self, seconds: float, *, settles_s: float = 3.0, cut: Callable[[Stretch], None] = lambda stretch: None
    ) -> Stretch:
        self.measured.append(self._calls)
        tally = Tally(messages=1, underruns=self._underruns.pop(0) if self._underruns else 0)
        if self._calls == self._hangs_at:
            self.hangs.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cut(Stretch(self._calls, seconds / 2, tally, None, None, 0.0, []))
                raise
        return Stretch(self._calls, seconds, tally, None, None, 0.0, [])


def climbed(run: Run, *levels: int, knee: bool = False, seconds: float = 60.0) -> Climb:
    """What came of it, to its end or to where the run hangs and is cancelled."""

    async def main() -> Climb:
        climb = Climb(Steps(levels, seconds, 10.0, knee), lambda text: None)
        climbing, hanging = asyncio.create_task(climb.up(run)), asyncio.create_task(run.hangs.wait())
        await asyncio.wait({climbing, hanging}, return_when=asyncio.FIRST_COMPLETED)
        hanging.cancel()
        if not climbing.done():
            climbing.cancel()
            await asyncio.wait({climbing})
            climb.stopped("stopped by Ctrl-C")
        return climb

    return asyncio.run(main())


def test_all_steps_are_measured_and_nothing_is_cut_short() -> None:
    climb = climbed(Run(0, 3), 25, 50)
    assert [(level.calls, level.holds) for level in climb.levels] == [(25, True), (50, False)]
    assert climb.ended is None


def test_what_is_stopped_keeps_what_was_measured_and_half_of_a_step() -> None:
    climb = climbed(Run(hangs_at=50), 25, 50, 75, 100)
    assert [(level.calls, level.seconds, level.cut_of) for level in climb.levels] == [(25, 60, None), (50, 30, 60)]
    assert climb.ended is not None
    assert (climb.ended.why, climb.ended.left) == ("stopped by Ctrl-C", (75, 100))


def test_seconds_that_tell_nothing_are_left_out() -> None:
    climb = climbed(Run(hangs_at=50), 25, 50, seconds=climb_module.TELLS_S * 1.5)
    assert [level.calls for level in climb.levels] == [25]
    assert climb.ended is not None
    assert climb.ended.left == (50,)


def test_calls_that_do_not_come_about_keep_what_was_measured() -> None:
    climb = climbed(Run(most=60), 25, 50, 75, 100)
    assert [level.calls for level in climb.levels] == [25, 50]
    assert climb.ended is not None
    assert (climb.ended.calls, climb.ended.gave_way, climb.ended.left) == (75, True, (100,))


def test_a_search_goes_on_until_a_step_fails_twice() -> None:
    run = Run(0, 1, 0, 1, 1)
    climb = climbed(run, 10, 25, 50, 75, knee=True)
    assert run.measured == [10, 25, 25, 50, 50]
    assert [(level.calls, level.holds) for level in climb.levels] == [(10, True), (25, True), (50, False)]
    assert climb.ended is None


def test_a_search_that_is_stopped_in_the_second_look_has_the_first() -> None:
    class Second(Run):
        async def measure(
            self, seconds: float, *, settles_s: float = 3.0, cut: Callable[[Stretch], None] = lambda stretch: None
        ) -> Stretch:
            if self.measured:
                self.hangs.set()
                await asyncio.Event().wait()
            return await super().measure(seconds, settles_s=settles_s, cut=cut)

    run = Second(1)
    climb = climbed(run, 10, 25, knee=True)
    assert [(level.calls, level.misses) for level in climb.levels] == [(10, ["1 under-run"])]
