"""A load's figures: what each number of calls came to, whether it held, and where the knee is."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
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
    own_cpu: float
    own_lateness: Spread
    problems: dict[str, int] = field(default_factory=dict)

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
        return not self.misses and self.overload is None


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
    python: str = field(default_factory=platform.python_version)
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    machine: str = field(default_factory=platform.machine)

    @property
    def memory_a_call(self) -> float | None:
        """Bytes that a further call takes: from one call to the most."""
        last = self.levels[-1]
        if last.memory is None or self.idle_memory is None or last.calls < 2:
            return None
        return (last.memory - self.idle_memory) / (last.calls - 1)

    @property
    def knee(self) -> int | None:
        """The most calls that held, where more did not; 0 when none held, None when the knee was not reached."""
        held = 0
        for level in self.levels:
            if level.overload is not None:
                return None
            if level.misses:
                return held
            held = level.calls
        return None


def level_of(stretch: Stretch) -> Level:
    """The figures of what was measured."""
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
        own_cpu=stretch.own_cpu_s / seconds,
        own_lateness=Spread.of(stretch.own_lateness),
        problems=dict(tally.problems.most_common()),
    )


def _used(before: Usage | None, after: Usage | None, of: Callable[[Usage], float]) -> float | None:
    return None if before is None or after is None else of(after) - of(before)


def as_json(report: LoadReport) -> dict[str, object]:
    """The report as plain values, with what follows from its figures."""
    return {
        "flow": report.flow,
        "server": report.server,
        "speech": report.speech,
        "personas": list(report.personas),
        "pinned": report.pinned,
        "python": report.python,
        "cores": report.cores,
        "machine": report.machine,
        "knee": report.knee,
        "memory_a_call_bytes": report.memory_a_call,
        "levels": [_level_json(level) for level in report.levels],
    }


def _level_json(level: Level) -> dict[str, object]:
    return {
        "calls": level.calls,
        "seconds": level.seconds,
        "holds": level.holds,
        "misses": level.misses,
        "overload": level.overload,
        "frames": level.frames,
        "messages": level.messages,
        "talked_share": round(level.talked_share, 3),
        "lateness_ms": _spread_json(level.lateness),
        "reply_ms": _spread_json(level.replies),
        "clear_ms": _spread_json(level.clears),
        "headroom_ms": _spread_json(level.headroom),
        "underruns": level.underruns,
        "marks": level.marks,
        "lost_marks": level.lost_marks,
        "unanswered": level.unanswered,
        "calls_begun": level.begun,
        "calls_ended": level.ended,
        "cpu_us_a_frame": _rounded(level.cpu_a_frame_s, 1e6),
        "loop_us_a_frame": _rounded(level.loop_a_frame_s, 1e6),
        "cpu_percent_of_a_core": _rounded(level.cpu, 100),
        "cpu_percent_a_call": _rounded(level.cpu_a_call, 100, 4),
        "memory_bytes": level.memory,
        "callers_lateness_ms": _spread_json(level.own_lateness),
        "callers_cpu_percent": _rounded(level.own_cpu, 100),
        "problems": level.problems,
    }


def _spread_json(spread: Spread) -> dict[str, object]:
    shares: Sequence[tuple[float, float]] = tuple(spread.at.items())
    return {
        "count": spread.count,
        **{f"p{share * 100:g}": _rounded(seconds, 1000) for share, seconds in shares},
        "max": _rounded(spread.most, 1000),
    }


def _rounded(value: float | None, times: float, digits: int = 2) -> float | None:
    return None if value is None else round(value * times, digits)
