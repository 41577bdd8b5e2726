"""A load's figures: what each number of calls came to, whether it held, and where the knee is."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field

from flowengine.testing.load.process import Usage
from flowengine.testing.load.run import Stretch
from flowengine.testing.load.tally import Spread

LATE_S = 0.02
"""A frame may be late by so much, at the 99th of 100."""
OWN_LATE_S = 0.01
OWN_CPU = 0.85
FULL_CORE = 0.95
"""Of one core, which is what a Python process has."""
LEAST_NOISE = 1 << 20
"""Bytes; see `memory_noise`."""
CLEAR_OF_NOISE = 3
"""What grew by so many times the noise has grown."""


@dataclass(frozen=True, slots=True)
class Level:
    """What so many calls at once came to. Times in seconds, memory in bytes, processor time as a share of one core.

    `lateness`, `replies`, `clears` and `headroom` are described with `Tally`. `problems` say what went wrong, and how
    often. What is of the server's process is None where that could not be read.
    """

    calls: int
    seconds: float
    frames: int
    messages: int
    talked_share: float
    """Of the time, in which the agent was heard."""
    lateness: Spread
    headroom: Spread
    replies: Spread
    clears: Spread
    underruns: int
    marks: int
    lost_marks: int
    unanswered: int
    begun: int
    ended: int
    cpu: float | None
    cpu_a_frame_s: float | None
    loop_a_frame_s: float | None
    """Of the event loop's thread alone."""
    memory: int | None
    memory_before: int | None
    """When it began to be measured: what lies between is no matter of the number of calls."""
    own_cpu: float
    own_lateness: Spread
    problems: dict[str, int] = field(default_factory=dict)
    cut_of: float | None = None
    """It was cut short, and should have been measured for so long."""

    @property
    def cpu_a_call(self) -> float | None:
        return None if self.cpu is None else self.cpu / self.calls

    @property
    def misses(self) -> list[str]:
        """What did not hold, in words; empty when all did."""
        found = []
        if self.lateness.p99 is not None and self.lateness.p99 > LATE_S:
            found.append(f"the 99th of 100 frames is {self.lateness.p99 * 1000:.1f} ms late")
        if not self.messages:
            found.append("the agent was never heard")
        for count, what in (
            (self.underruns, "under-run"),
            (self.lost_marks, "lost mark"),
            (self.unanswered, "unanswered line"),
            (sum(self.problems.values()), "problem"),
        ):
            if count:
                found.append(f"{count} {what}{'s' if count > 1 else ''}")
        if self.cpu is not None and self.cpu > FULL_CORE:
            found.append(f"the server takes {self.cpu:.0%} of a core")
        return found

    @property
    def overload(self) -> str | None:
        """Why the callers were too slow, so that this level says nothing of the server; None: they kept up."""
        late = self.own_lateness.p99 or 0.0
        if late > OWN_LATE_S:
            return f"the callers themselves were late: {late * 1000:.0f} ms at the 99th of 100"
        if self.own_cpu > OWN_CPU:
            return f"the callers took {self.own_cpu:.0%} of a core"
        return None

    @property
    def holds(self) -> bool:
        """For as long as it was measured."""
        return not self.misses and self.overload is None


@dataclass(frozen=True, slots=True)
class Ended:
    """Why a run ended before its time: what happened at so many `calls`, in words; `left` were not measured at all.

    `gave_way`: the server's doing, so that so many calls do not hold; otherwise somebody has stopped the run.
    """

    calls: int
    why: str
    gave_way: bool
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """A whole run. `server` and `speech` as they were named; `pinned`: server and callers had cores of their own."""

    flow: str
    server: str
    speech: str
    personas: tuple[str, ...]
    pinned: bool
    levels: tuple[Level, ...]
    idle_memory: int | None = None
    """Bytes in memory with one call."""
    ended: Ended | None = None
    python: str = field(default_factory=platform.python_version)
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    machine: str = field(default_factory=platform.machine)

    @property
    def memory_grown(self) -> int | None:
        """Bytes between one call and the most, that more than one call took."""
        last = self.levels[-1]
        if last.memory is None or self.idle_memory is None or last.calls < 2:
            return None
        return last.memory - self.idle_memory

    @property
    def memory_noise(self) -> int:
        """Bytes by which the memory of this server may move although the number of calls stays."""
        moved = (
            abs(level.memory - level.memory_before)
            for level in self.levels
            if level.memory is not None and level.memory_before is not None
        )
        return max(LEAST_NOISE, *moved, 0)

    @property
    def memory_a_call(self) -> float | None:
        """Bytes that a further call takes: from one call to the most. None where that is within the noise, too."""
        grown = self.memory_grown
        if grown is None or grown < CLEAR_OF_NOISE * self.memory_noise:
            return None
        return grown / (self.levels[-1].calls - 1)

    @property
    def failing(self) -> int | None:
        """The fewest calls that did not hold; None where none is known to have given way."""
        first = next((level for level in self.levels if not level.holds), None)
        if first is not None:
            return None if first.overload is not None else first.calls
        return self.ended.calls if self.ended is not None and self.ended.gave_way else None

    @property
    def held(self) -> int:
        """The most calls that held, and all below them too; 0 when none did. What was cut short has not held yet."""
        held = 0
        for level in self.levels:
            if not level.holds or level.cut_of is not None:
                break
            held = level.calls
        return held

    @property
    def knee(self) -> int | None:
        """The most calls that held, where more did not; 0 when none held, None when the knee was not reached."""
        return None if self.failing is None else self.held


def level_of(stretch: Stretch, *, cut_of: float | None = None) -> Level:
    """The figures of what was measured; `cut_of`: it should have taken so many seconds."""
    tally, seconds = stretch.tally, stretch.seconds
    used = _used(stretch.before, stretch.after, lambda process: process.cpu_s)
    loop = _used(stretch.before, stretch.after, lambda process: process.first_thread_s)
    return Level(
        calls=stretch.calls,
        seconds=round(seconds, 2),
        frames=tally.frames,
        messages=tally.messages,
        talked_share=tally.audio_bytes / 8000 / (seconds * stretch.calls),
        lateness=Spread.of(tally.lateness),
        headroom=Spread.of(tally.headroom),
        replies=Spread.of(tally.replies),
        clears=Spread.of(tally.clears),
        underruns=tally.underruns,
        marks=tally.marks,
        lost_marks=tally.lost_marks,
        unanswered=tally.unanswered,
        begun=tally.begun,
        ended=tally.ended,
        cpu=None if used is None else used / seconds,
        cpu_a_frame_s=None if used is None or not tally.frames else used / tally.frames,
        loop_a_frame_s=None if loop is None or not tally.frames else loop / tally.frames,
        memory=None if stretch.after is None else stretch.after.memory,
        memory_before=None if stretch.before is None else stretch.before.memory,
        own_cpu=stretch.own_cpu_s / seconds,
        own_lateness=Spread.of(stretch.own_lateness),
        problems=dict(tally.problems.most_common()),
        cut_of=None if cut_of is None else round(cut_of, 2),
    )


def _used(before: Usage | None, after: Usage | None, of: Callable[[Usage], float]) -> float | None:
    return None if before is None or after is None else of(after) - of(before)
