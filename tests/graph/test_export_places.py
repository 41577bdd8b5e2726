"""Whatever flow is drawn: no two cards lie on each other, and every arrow ends at its card."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.graph.compile import analyse, compile_file
from flowengine.graph.export import View, to_svg
from flowengine.graph.libraries import given as given_libraries
from flowengine.language.source import Source
from tests.conversation.random_flows import DEEPER, RULES, Maker
from tests.graph.sample_flows import random_flow

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
FILES = (*sorted((ROOT / "flows").glob("*.flow")), *(ROOT / "tests/cases").glob("*_states.flow"))
NUMBERS = re.compile(r"-?[\d.]+(?:e-?\d+)?")


@dataclass(frozen=True, slots=True)
class Placed:
    """A rectangle of the drawing; `kind` and `name` say whose."""

    kind: str
    name: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Placed) -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not beside and not (self.bottom <= other.top or other.bottom <= self.top)

    def holds(self, x: float, y: float) -> bool:
        return self.left - 0.2 <= x <= self.right + 0.2 and self.top - 0.2 <= y <= self.bottom + 0.2


def rectangles(svg: str) -> tuple[list[Placed], list[tuple[ElementTree.Element, float, float]], tuple[float, float]]:
    """Cards, pills, jumps and panels in the drawing's own pixels; edges, each with the tip of its head; the size."""
    root = ElementTree.fromstring(svg)
    found: list[Placed] = []
    tips: list[tuple[ElementTree.Element, float, float]] = []

    def walk(element: ElementTree.Element, x: float, y: float) -> None:
        moved = [float(part) for part in NUMBERS.findall(element.get("transform", ""))][:2]
        x, y = x + (moved[0] if moved else 0.0), y + (moved[1] if moved else 0.0)
        kind = (element.get("class") or "").split(" ")[0]
        box = element.find(f"{SVG}rect")
        if kind in {"state", "pill", "jump"} and box is not None and "scale" not in (element.get("transform") or ""):
            name = element.get("data-state") or element.get("data-outcome") or element.get("data-returns") or ""
            wide, high = float(box.attrib["width"]), float(box.attrib["height"])
            found.append(Placed(kind, name, x, y, x + wide, y + high))
        head = element.find(f"{SVG}path[@class='head']")
        if kind == "edge" and head is not None:
            at = [float(part) for part in NUMBERS.findall(head.attrib["d"])][:2]
            tips.append((element, x + at[0], y + at[1]))
        for inner in element:
            if (element.get("class") or "") != "panel":
                walk(inner, x, y)

    walk(root, 0.0, 0.0)
    return found, tips, (float(root.attrib["width"]), float(root.attrib["height"]))


def sound(svg: str) -> None:
    """Fails where two things lie on each other or outside the page, or an arrow ends elsewhere than at its target."""
    found, tips, (width, height) = rectangles(svg)
    for index, one in enumerate(found):
        assert one.left >= 0 <= one.top
        assert one.right <= width
        assert one.bottom <= height
        for other in found[index + 1 :]:
            assert not one.overlaps(other), f"{one.name} lies on {other.name}"
    for edge, x, y in tips:
        target = edge.get("data-target") or edge.get("data-outcome") or edge.get("data-returns")
        at = [place for place in found if place.holds(x, y)]
        framed = edge.get("data-by") == "run"
        assert framed or any(place.name == target or place.kind == "jump" for place in at), f"no {target} at {x}, {y}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_flows_and_a_large_one_are_drawn_soundly(path: Path) -> None:
    flow = compile_file(path).flow
    assert flow is not None
    sound(to_svg(flow))
    sound(to_svg(flow, View(libraries=False)))


@pytest.mark.parametrize("states", [1, 12, 60, 120])
def test_flows_of_any_size_are_drawn_soundly(states: int) -> None:
    sound(to_svg(random_flow(states, states)))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(min_value=0, max_value=100_000))
def test_flows_made_by_chance_are_drawn_soundly_kept_or_broken(seed: int) -> None:
    random = Random(seed)
    maker = Maker(random)
    rules = "\n  ".join(random.sample(RULES, 3))
    text = f"{maker.flow()}\npolicy chance\n  {rules}\n"
    libraries = given_libraries({"ask": maker.subflow(), "deeper": DEEPER})
    flow = analyse(Source("chance.flow", text), libraries).draft.flow
    sound(to_svg(flow))
    some = frozenset(random.sample(sorted(flow.states), min(3, len(flow.states))))
    sound(to_svg(flow, View(states=some, policy="chance")))
