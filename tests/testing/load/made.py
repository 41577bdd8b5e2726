"""Levels and reports with figures that a test chooses."""

from __future__ import annotations

import dataclasses
from typing import Any

from flowengine.testing.load.report import Level, LoadReport
from flowengine.testing.load.tally import Spread

STEADY = Spread.of([0.001] * 100)


def level(calls: int, **figures: Any) -> Level:
    """One that holds, but for the figures given."""
    good = Level(
        calls=calls,
        seconds=60.0,
        frames=3000 * calls,
        messages=400 * calls,
        talked_share=0.8,
        lateness=STEADY,
        headroom=Spread.of([0.5] * 100),
        replies=Spread.of([0.402] * 20),
        clears=Spread.of([]),
        underruns=0,
        marks=40 * calls,
        lost_marks=0,
        unanswered=0,
        begun=0,
        ended=0,
        cpu=0.003 * calls,
        cpu_a_frame_s=60e-6,
        loop_a_frame_s=50e-6,
        memory=(100 << 20) + (calls * 100 << 10),
        memory_before=(100 << 20) + (calls * 100 << 10),
        own_cpu=0.1,
        own_lateness=STEADY,
    )
    return dataclasses.replace(good, **figures)


def report(*levels: Level, **more: Any) -> LoadReport:
    """A run with these levels."""
    plain: dict[str, Any] = {
        "flow": "load_talk",
        "server": "a server of our own",
        "speech": "scripted speech",
        "personas": ("agreeable",),
        "pinned": True,
        "idle_memory": (100 << 20) + (100 << 10),
    }
    return LoadReport(levels=levels, **(plain | more))
