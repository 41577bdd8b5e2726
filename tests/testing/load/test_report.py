"""What a load's figures come to: held or not, overloaded or not, the knee; as a table, as JSON, as a page."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from array import array

import pytest

from flowengine.testing.load.process import Usage
from flowengine.testing.load.report import level_of
from flowengine.testing.load.report_html import page
from flowengine.testing.load.report_json import as_json
from flowengine.testing.load.report_text import table
from flowengine.testing.load.run import Stretch
from flowengine.testing.load.tally import Spread, Tally
from flowengine.testing.paint import Painter
from tests.testing.load.made import level, report

PLAIN = Painter(False)


def test_figures_are_those_of_the_stretch() -> None:
    tally = Tally(frames=6000, messages=100, audio_bytes=80_000, lateness=array("d", [0.001, 0.003]))
    stretch = Stretch(2, 10.0, tally, Usage(1.0, 1.0, 50), Usage(1.3, 1.2, 60), 0.5, [0.0001])
    found = level_of(stretch)
    assert found.cpu_a_frame_s == pytest.approx(0.3 / 6000)
    assert found.cpu == pytest.approx(0.03)
    assert found.cpu_a_call == pytest.approx(0.015)
    assert found.memory == 60
    assert found.talked_share == pytest.approx(0.5)
    assert found.own_cpu == pytest.approx(0.05)
    assert (found.lateness.count, found.lateness.most) == (2, 0.003)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"lateness": Spread.of([0.021] * 100)}, "the 99th of 100 frames is 21.0 ms late"),
        ({"underruns": 1}, "1 under-run"),
        ({"lost_marks": 2}, "2 lost marks"),
        ({"unanswered": 3}, "3 unanswered lines"),
        ({"problems": {"refused": 4}}, "4 problems"),
        ({"messages": 0}, "the agent was never heard"),
        ({"cpu": 0.99}, "the server takes 99% of a core"),
    ],
)
def test_what_does_not_hold_is_said(figures: dict[str, object], said: str) -> None:
    found = level(100, **figures)
    assert said in found.misses
    assert not found.holds
    assert f"100 calls: {said}" in table(report(found), PLAIN)


@pytest.mark.parametrize("figures", [{"own_lateness": Spread.of([0.011] * 100)}, {"own_cpu": 0.9}])
def test_callers_who_are_late_are_no_verdict_on_the_server(figures: dict[str, object]) -> None:
    found = report(level(50), level(100, underruns=5, **figures))
    assert found.levels[1].overload is not None
    assert not found.levels[1].holds
    assert found.knee is None
    assert "callers late" in table(found, PLAIN)
    assert "50 calls hold, more cannot be told" in page(found)


def test_the_knee_is_the_last_that_held() -> None:
    found = report(level(25), level(50), level(100, underruns=1), level(200))
    assert found.knee == 50
    assert report(level(25), level(50)).knee is None
    assert report(level(25, underruns=1)).knee == 0


def test_memory_a_call_is_what_a_further_call_takes() -> None:
    assert report(level(25), level(200)).memory_a_call == pytest.approx(100 << 10)
    assert report(level(25), idle_memory=None).memory_a_call is None


def test_without_the_process_its_figures_are_left_open() -> None:
    found = report(level(25, cpu=None, cpu_a_frame_s=None, memory=None), idle_memory=None)
    text = table(found, PLAIN)
    assert re.search(r"CPU a frame +–", text)
    assert "CPU a frame" in page(found)
    assert found.levels[0].holds


def test_json_says_what_the_table_says() -> None:
    found = json.loads(json.dumps(as_json(report(level(25), level(50, underruns=2)))))
    assert found["knee"] == 25
    assert [each["holds"] for each in found["levels"]] == [True, False]
    assert found["levels"][1]["misses"] == ["2 under-runs"]
    assert found["levels"][0]["lateness_ms"]["p99"] == 1.0
    assert found["levels"][0]["cpu_us_a_frame"] == 60.0


def test_the_page_is_whole_by_itself() -> None:
    text = page(report(level(25), level(50, problems={"<script>alert(1)</script>": 1})))
    assert "http" not in text
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "prefers-color-scheme: dark" in text


def test_the_page_draws_each_level() -> None:
    text = page(report(level(25), level(50), level(100)))
    drawings = [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", text)]
    assert len(drawings) == 9
    for drawing in drawings:
        heights = [float(dot.get("cy", "nan")) for dot in drawing.iter("circle")]
        assert heights
        assert all(0 < height < 270 for height in heights)
    # One level alone has nothing to be drawn against.
    assert len(re.findall("<svg", page(report(level(25))))) == 3


def test_limits_are_drawn_or_told_of_at_the_upper_edge() -> None:
    late = Spread.of([0.012] * 100)
    near, far = page(report(level(25, lateness=late), level(50, lateness=late))), page(report(level(25), level(50)))
    assert ">limit 20 ms<" in near
    assert ">↑ limit 20 ms<" not in near
    assert ">↑ limit 20 ms<" in far


def test_the_knee_is_drawn_into_what_stands_against_the_number_of_calls() -> None:
    assert page(report(level(25), level(50), level(100, underruns=1))).count('class="border"') == 2 * 6
    assert 'class="border"' not in page(report(level(25), level(50)))


def test_whole_numbers_have_whole_ticks_and_names_do_not_run_into_one_another() -> None:
    text = page(report(level(10), level(12), level(1000, underruns=2)))
    wrong = next(found for found in re.findall(r"<svg.*?</svg>", text) if "What went wrong" in found)
    ticks = [found.text for found in ET.fromstring(wrong) if found.get("class") == "tick"]
    assert ticks == ["0", "1", "2", "1000", "12"]
