"""What a load comes to, in words, for every way in which it can end."""

from __future__ import annotations

from typing import Any

import pytest

from flowengine.testing.load.report import Ended, Level
from flowengine.testing.load.report_text import table
from flowengine.testing.load.verdict import cut_short, knee, memory, verdict
from flowengine.testing.paint import Painter
from tests.testing.load.made import level, report

LATE = {"own_cpu": 0.9}
STOPPED = Ended(100, "stopped by Ctrl-C", gave_way=False, left=(100, 150))


@pytest.mark.parametrize(
    ("levels", "ended", "said", "tone", "where"),
    [
        ([level(25), level(50)], None, "50 calls hold", "good", "not found: 50 calls hold, and more were not tried"),
        ([level(1)], None, "1 call holds", "good", "not found: 1 call holds, and more were not tried"),
        (
            [level(25), level(50, underruns=1)],
            None,
            "25 calls hold, 50 do not",
            "open",
            "between 25 and 50 calls: with 50, 1 under-run",
        ),
        (
            [level(10, underruns=1, lost_marks=2)],
            None,
            "10 calls do not hold",
            "bad",
            "not found: 10 calls do not hold, and fewer were not tried: 1 under-run, 2 lost marks",
        ),
        (
            [level(1, underruns=1)],
            None,
            "1 call does not hold",
            "bad",
            "not found: 1 call does not hold: 1 under-run",
        ),
        (
            [level(10), level(25, underruns=1), level(50)],
            None,
            "10 calls hold, 25 do not",
            "open",
            "between 10 and 25 calls: with 25, 1 under-run; but 50 calls hold, so measure again, "
            "for longer or on a quieter machine",
        ),
        (
            [level(25), level(50, **LATE)],
            None,
            "25 calls hold, more cannot be told",
            "open",
            "not found: 25 calls hold; with 50 the callers themselves could not keep up",
        ),
        (
            [level(25, **LATE)],
            None,
            "Cannot be told: the callers could not keep up",
            "open",
            "not found: with 25 the callers themselves could not keep up",
        ),
        (
            [level(5, **LATE), level(10, underruns=1), level(20)],
            None,
            "5 calls cannot be told, 10 calls do not hold",
            "open",
            "not found: with 5 the callers themselves could not keep up; with 10, 1 under-run",
        ),
        (
            [level(2), level(5, **LATE), level(10)],
            None,
            "2 calls hold, 5 cannot be told, 10 calls held",
            "open",
            "not found: 2 calls hold; with 5 the callers themselves could not keep up; with 10, all held",
        ),
        (
            [level(25), level(50)],
            STOPPED,
            "50 calls hold",
            "open",
            "not found: 50 calls hold; stopped by Ctrl-C before more were measured",
        ),
        (
            [level(50, seconds=12.0, cut_of=60.0)],
            Ended(50, "stopped by SIGTERM", gave_way=False, left=()),
            "50 calls held for 12 of 60 s",
            "open",
            "not found: stopped by SIGTERM",
        ),
        (
            [level(25), level(50)],
            Ended(75, "60 of 75 calls came about: all lines are busy", gave_way=True, left=()),
            "50 calls hold, 75 do not",
            "open",
            "between 50 and 75 calls: with 75, 60 of 75 calls came about: all lines are busy",
        ),
    ],
)
def test_each_way_to_end_has_its_words(
    levels: list[Level], ended: Ended | None, said: str, tone: str, where: str
) -> None:
    found = report(*levels, ended=ended)
    assert (verdict(found).said, verdict(found).tone) == (said, tone)
    assert knee(found) == where
    assert said in table(found, Painter(False))


@pytest.mark.parametrize(
    ("levels", "ended", "said"),
    [
        ([level(25)], None, None),
        ([level(50)], STOPPED, "100 and 150 calls not measured: stopped by Ctrl-C"),
        (
            [level(50), level(75, seconds=12.0, cut_of=60.0)],
            Ended(75, "stopped by Ctrl-C", gave_way=False, left=(100,)),
            "75 calls measured for 12 of 60 s, 100 calls not measured: stopped by Ctrl-C",
        ),
        (
            [level(50)],
            Ended(75, "60 of 75 calls came about", gave_way=True, left=(100, 150, 200, 300)),
            "100 to 300 calls not measured: 60 of 75 calls came about",
        ),
        ([level(50)], Ended(75, "60 of 75 calls came about", gave_way=True, left=()), None),
    ],
)
def test_what_is_missing_is_said(levels: list[Level], ended: Ended | None, said: str | None) -> None:
    assert cut_short(report(*levels, ended=ended)) == said


def test_what_was_cut_short_has_not_held_but_may_have_failed() -> None:
    cut = {"seconds": 12.0, "cut_of": 60.0}
    ended = Ended(50, "stopped by Ctrl-C", gave_way=False, left=())
    assert report(level(25), level(50, **cut), ended=ended).knee is None
    assert report(level(25), level(50, underruns=1, **cut), ended=ended).knee == 25
    assert "cut short" in table(report(level(25), level(50, **cut), ended=ended), Painter(False))


@pytest.mark.parametrize(
    ("kib_a_call", "calls", "moves_kib", "said"),
    [
        (100, 200, 0, "100 KiB, from 1 call to 200"),
        (100, 10, 0, "too few calls to tell: +0.9 MiB from 1 call to 10, where 3.0 MiB could be chance"),
        (-100, 10, 0, "too few calls to tell: -0.9 MiB from 1 call to 10, where 3.0 MiB could be chance"),
        (100, 100, 4096, "too few calls to tell: +9.7 MiB from 1 call to 100, where 12.0 MiB could be chance"),
    ],
)
def test_memory_that_could_be_chance_is_not_divided(kib_a_call: int, calls: int, moves_kib: int, said: str) -> None:
    idle = 100 << 20
    grown = idle + (calls - 1) * kib_a_call * 1024
    figures: dict[str, Any] = {"memory": grown, "memory_before": grown - moves_kib * 1024}
    found = report(level(calls, **figures), idle_memory=idle)
    assert memory(found) == said
    assert (found.memory_a_call is None) == said.startswith("too few")
