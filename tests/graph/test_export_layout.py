"""The layered layout: what holds for any graph it is given."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from random import Random

import pytest

from flowengine.graph.export.layout import Box, Layout, Link, Route, lay_out
from flowengine.graph.export.order import ordered
from flowengine.graph.export.place import placed
from flowengine.graph.export.ranks import backward, ranks


def graph(seed: int, size: int = 30) -> tuple[dict[str, Box], list[Link]]:
    choose = Random(seed)
    names = [f"n{number}" for number in range(size)]
    boxes = {name: Box(choose.uniform(60, 220), choose.uniform(28, 110)) for name in names}
    links = [
        Link(name, choose.choice(names[max(0, number - 4) : number + 9]), choose.uniform(0, 120), 14.0)
        for number, name in enumerate(names)
        for _ in range(choose.randint(1, 3))
    ]
    return boxes, links


def rectangles(boxes: dict[str, Box], layout: Layout) -> list[tuple[float, float, float, float]]:
    return [(x, y, x + boxes[key].width, y + boxes[key].height) for key, (x, y) in layout.boxes.items()]


@pytest.mark.parametrize("seed", range(6))
def test_no_two_boxes_touch(seed: int) -> None:
    boxes, links = graph(seed)
    found = rectangles(boxes, lay_out(boxes, links, "n0"))
    for index, (left, top, right, bottom) in enumerate(found):
        for other_left, other_top, other_right, other_bottom in found[index + 1 :]:
            assert right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top


@pytest.mark.parametrize("seed", range(6))
def test_no_label_lies_on_a_box_or_on_another_label(seed: int) -> None:
    boxes, links = graph(seed)
    layout = lay_out(boxes, links, "n0")
    labels = [
        (x - link.label_width / 2, y - 7, x + link.label_width / 2, y + 7)
        for link, route in zip(links, layout.routes, strict=True)
        if link.source != link.target
        for x, y in [route.label]
    ]
    found = rectangles(boxes, layout)
    for index, (left, top, right, bottom) in enumerate(labels):
        for other_left, other_top, other_right, other_bottom in found + labels[index + 1 :]:
            assert right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top


@pytest.mark.parametrize("seed", range(6))
def test_an_arrow_runs_down_unless_it_is_marked_as_turned(seed: int) -> None:
    boxes, links = graph(seed)
    layout = lay_out(boxes, links, "n0")
    for link, route in zip(links, layout.routes, strict=True):
        if link.source != link.target:
            heights = [y for _, y in route.points]
            assert heights == sorted(heights, reverse=route.turned)


def test_an_arrow_begins_and_ends_at_the_edges_of_its_boxes() -> None:
    boxes, links = graph(3)
    layout = lay_out(boxes, links, "n0")
    for link, route in zip(links, layout.routes, strict=True):
        for key, (x, y) in ((link.source, route.points[0]), (link.target, route.points[-1])):
            left, top = layout.boxes[key]
            assert left <= x <= left + boxes[key].width
            assert top <= y <= top + boxes[key].height


@pytest.mark.parametrize("seed", range(6))
def test_no_arrow_runs_through_a_box(seed: int) -> None:
    boxes, links = graph(seed)
    layout = lay_out(boxes, links, "n0")
    for link, route in zip(links, layout.routes, strict=True):
        if link.source == link.target:
            continue
        for x, y in drawn(route):
            for key, (left, top) in layout.boxes.items():
                inside = left < x < left + boxes[key].width and top < y < top + boxes[key].height - 1e-6
                assert not inside, f"{link.source} → {link.target} runs through {key}"


def drawn(route: Route) -> Iterator[tuple[float, float]]:
    """Points along the curve of an arrow: vertical at each point of its route, as the drawing makes it."""
    for (x, y), (to_x, to_y) in pairwise(route.points):
        for step in range(1, 10):
            t = step / 10
            share = 3 * t * t - 2 * t * t * t
            height = 1.5 * t * (1 - t) ** 2 + 1.5 * t * t * (1 - t) + t * t * t
            yield x + (to_x - x) * share, y + (to_y - y) * height


@pytest.mark.parametrize("seed", range(6))
def test_a_tall_frame_hangs_from_its_row_and_nothing_runs_through_it(seed: int) -> None:
    boxes, links = graph(seed)
    boxes["n5"] = Box(400.0, 600.0)
    layout = lay_out(boxes, links, "n0")
    left, top = layout.boxes["n5"]
    points = [
        point
        for link, route in zip(links, layout.routes, strict=True)
        if link.source != link.target
        for point in drawn(route)
    ]
    assert not [(x, y) for x, y in points if left < x < left + 400 and top < y < top + 600 - 1e-6]


def test_all_of_it_lies_within_the_size_given() -> None:
    boxes, links = graph(5)
    layout = lay_out(boxes, links, "n0")
    found = rectangles(boxes, layout)
    assert min(left for left, *_ in found) >= 0
    assert max(right for _, _, right, _ in found) <= layout.width
    assert max(bottom for *_, bottom in found) <= layout.height


def test_a_lone_box_is_a_layout() -> None:
    layout = lay_out({"only": Box(100, 40)}, [], "only")
    assert layout.boxes == {"only": (0.0, 0.0)}
    assert (layout.width, layout.height) == (100.0, 40.0)


def test_the_move_back_is_the_one_that_is_turned() -> None:
    arrows = [("a", "b"), ("b", "c"), ("c", "a"), ("b", "b")]
    assert backward(["a", "b", "c"], arrows) == {2}


def test_a_node_nobody_leads_to_sinks_to_what_it_leads_to() -> None:
    arrows = [("a", "b"), ("b", "c"), ("c", "d"), ("side", "d")]
    assert ranks(["a", "b", "c", "d", "side"], arrows, "a")["side"] == 2


def test_crossed_links_are_uncrossed() -> None:
    assert ordered([[0, 1], [2, 3]], [(0, 3), (1, 2)]) in ([[0, 1], [3, 2]], [[1, 0], [2, 3]])


def test_nodes_stand_over_one_another_where_there_is_room() -> None:
    x = placed([[0], [1], [2]], [(0, 1), (1, 2)], {}, lambda left, right: 10.0)
    assert x[0] == pytest.approx(x[1]) == pytest.approx(x[2])


def test_neighbours_keep_their_gap_when_both_want_the_same_place() -> None:
    x = placed([[0], [1, 2]], [(0, 1), (0, 2)], {}, lambda left, right: 50.0)
    assert x[2] - x[1] == pytest.approx(50.0)
    assert (x[1] + x[2]) / 2 == pytest.approx(x[0])
