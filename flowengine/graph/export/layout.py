"""Layered layout: boxes and arrows in, places and curves out. Units are SVG's pixels; y grows downward.

The method is Sugiyama's: rows, order within rows, places. Each arrow's label takes a place of its own between two
rows, so labels never lie on each other or on a box. Nothing here knows about flows.

We looked for a library first. Of the alive ones, graphlay and fast-sugiyama are compiled (Rust) and leave labels to
the caller, graph-layout needs numpy; the pure ones (grandalf, pyelk, orthogonal) come under licences we cannot take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from flowengine.graph.export.order import ordered
from flowengine.graph.export.place import placed, straightened
from flowengine.graph.export.ranks import backward, ranks

NODE_GAP = 36.0
LANE_GAP = 18.0
ROW_GAP = 28.0
PORT_GAP = 22.0
LOOP = 26.0
SIDEWAYS = 24.0
GAP_STEP = 3.0
WIDEST_GAP = 76.0
TALL = 140.0
"""A box higher than this is a frame with boxes in it, and others beside it stand at its top."""
STRAIGHT = 8.0
"""How much more an arrow's inner stretches resist bending than its ends."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node's size; `right` is room kept free beside it, for an arrow to itself."""

    width: float
    height: float
    right: float = 0.0


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow from one box to another, with the size of its label (0, 0: none)."""

    source: str
    target: str
    label_width: float = 0.0
    label_height: float = 0.0


@dataclass(frozen=True, slots=True)
class Route:
    """How an arrow runs: points to pass in a smooth line, vertical at each; where its label's centre is."""

    points: tuple[tuple[float, float], ...]
    label: tuple[float, float]
    turned: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Left upper corners of boxes, a route for each link, and the whole size."""

    boxes: Mapping[str, tuple[float, float]]
    routes: tuple[Route, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Grid:
    """Boxes and the way points of arrows as numbered nodes in rows."""

    keys: list[str]
    rows: list[list[int]] = field(default_factory=list)
    left: dict[int, float] = field(default_factory=dict)
    right: dict[int, float] = field(default_factory=dict)
    height: dict[int, float] = field(default_factory=dict)
    row_top: dict[int, float] = field(default_factory=dict)
    row_height: dict[int, float] = field(default_factory=dict)
    links: list[tuple[int, int]] = field(default_factory=list)
    weight: dict[tuple[int, int], float] = field(default_factory=dict)
    chains: list[list[int]] = field(default_factory=list)

    def is_lane(self, node: int) -> bool:
        return node >= len(self.keys)

    def gap(self, one: int, other: int) -> float:
        space = LANE_GAP if self.is_lane(one) or self.is_lane(other) else NODE_GAP
        return self.right[one] + self.left[other] + space


def lay_out(boxes: Mapping[str, Box], links: Sequence[Link], start: str) -> Layout:
    """Places for boxes and links; `start` stands at the top. Links from a box to itself get a route beside it."""
    keys = list(boxes)
    ends = [(link.source, link.target) for link in links]
    turned = backward(keys, ends)
    forward = [(target, source) if index in turned else (source, target) for index, (source, target) in enumerate(ends)]
    grid = _grid(boxes, links, forward, turned, ranks(keys, forward, start))
    grid.rows = ordered(grid.rows, grid.links)
    x = placed(grid.rows, grid.links, grid.weight, grid.gap)
    runs = _runs(grid)
    for _ in range(3):
        straightened(grid.rows, runs, x, grid.gap)
    y = _heights(grid, x)
    leftmost = min(x[node] - grid.left[node] for node in x)
    x = {node: at - leftmost for node, at in x.items()}
    corners = {key: (x[node] - boxes[key].width / 2, y[node] - boxes[key].height / 2) for node, key in enumerate(keys)}
    return Layout(
        boxes=corners,
        routes=tuple(_routes(boxes, links, grid, turned, corners, x, y)),
        width=max(x[node] + grid.right[node] for node in x),
        height=max(y[node] + grid.height[node] / 2 for node in y),
    )


def _grid(
    boxes: Mapping[str, Box],
    links: Sequence[Link],
    forward: Sequence[tuple[str, str]],
    turned: frozenset[int],
    rank: Mapping[str, int],
) -> _Grid:
    """Boxes on even rows; every arrow passes each row between its ends, its label on the odd row next its source."""
    grid = _Grid(list(boxes))
    number = {key: node for node, key in enumerate(grid.keys)}
    grid.rows = [[] for _ in range(2 * max(rank.values()) + 1)]
    for key, box in boxes.items():
        node = number[key]
        grid.left[node], grid.right[node] = box.width / 2, box.width / 2 + box.right
        grid.height[node] = box.height
        grid.rows[2 * rank[key]].append(node)
    lane = len(grid.keys)
    for index, (link, (above, below)) in enumerate(zip(links, forward, strict=True)):
        chain = [number[above]]
        if above != below:
            top, bottom = 2 * rank[above] + 1, 2 * rank[below] - 1
            labelled = bottom if index in turned else top
            for row in range(top, bottom + 1):
                wide, high = (link.label_width, link.label_height) if row == labelled else (0.0, 0.0)
                grid.left[lane] = grid.right[lane] = wide / 2
                grid.height[lane] = high
                grid.rows[row].append(lane)
                chain.append(lane)
                lane += 1
        chain.append(number[below])
        grid.chains.append(chain)
        for one, other in pairwise(chain):
            if one != other:
                grid.links.append((one, other))
                inner = grid.is_lane(one) and grid.is_lane(other)
                grid.weight[one, other] = STRAIGHT if inner else 2.0 if len(chain) == 3 else 1.0
    return grid


def _runs(grid: _Grid) -> list[tuple[list[int], int | None]]:
    """What should stand on one vertical: the way points of an arrow, and its end where nothing else touches it.

    Beside each, the box above such an end if this arrow is the only one that leaves it: then all hang under it.
    """
    leaving: dict[int, int] = {}
    touching: dict[int, int] = {}
    for one, other in grid.links:
        leaving[one] = leaving.get(one, 0) + 1
        touching[one] = touching.get(one, 0) + 1
        touching[other] = touching.get(other, 0) + 1
    runs: list[tuple[list[int], int | None]] = []
    for first, *between, last in grid.chains:
        if not between:
            continue
        if touching[last] == 1:
            runs.append(([*between, last], first if leaving[first] == 1 else None))
        else:
            runs.append((between, None))
    return runs


def _heights(grid: _Grid, x: Mapping[int, float]) -> dict[int, float]:
    """The y of each node's centre. Boxes of a row stand on one middle line, tall ones hang from the row's top.

    The room between two rows grows with the arrows that run sideways in it, so that each can be followed.
    """
    sideways: dict[int, int] = {}
    row_of = {node: index for index, row in enumerate(grid.rows) for node in row}
    for one, other in grid.links:
        if abs(x[one] - x[other]) > SIDEWAYS:
            sideways[row_of[one]] = sideways.get(row_of[one], 0) + 1
    y: dict[int, float] = {}
    top = 0.0
    for index, row in enumerate(grid.rows):
        height = max((grid.height[node] for node in row), default=0.0)
        line = max((grid.height[node] for node in row if grid.height[node] <= TALL), default=0.0) / 2
        for node in row:
            y[node] = top + (height / 2 if grid.is_lane(node) else max(line, grid.height[node] / 2))
            grid.row_top[node], grid.row_height[node] = top, height
        top += height + ROW_GAP + min(WIDEST_GAP - ROW_GAP, GAP_STEP * sideways.get(index, 0))
    return y


def _routes(
    boxes: Mapping[str, Box],
    links: Sequence[Link],
    grid: _Grid,
    turned: frozenset[int],
    corners: Mapping[str, tuple[float, float]],
    x: Mapping[int, float],
    y: Mapping[int, float],
) -> Iterator[Route]:
    ports = _ports(boxes, grid, x)
    for index, (link, chain) in enumerate(zip(links, grid.chains, strict=True)):
        if link.source == link.target:
            yield _loop(boxes[link.source], corners[link.source], link)
            continue
        above, below, lanes = chain[0], chain[-1], chain[1:-1]
        upper, lower = grid.keys[above], grid.keys[below]
        # All that runs sideways does so between rows, where no box stands.
        points = [(ports[index, above], corners[upper][1] + boxes[upper].height)]
        row_bottom = grid.row_top[above] + grid.row_height[above]
        points += [(ports[index, above], row_bottom)] if row_bottom > points[0][1] + 0.5 else []
        for lane in lanes:
            half = grid.row_height[lane] / 2
            points += [(x[lane], y[lane] - half), (x[lane], y[lane] + half)]
        row_top, box_top = grid.row_top[below], corners[lower][1]
        points += [(ports[index, below], row_top)] if row_top < box_top - 0.5 else []
        points.append((ports[index, below], box_top))
        labelled = lanes[-1] if index in turned else lanes[0]
        ordered_points = tuple(reversed(points)) if index in turned else tuple(points)
        yield Route(ordered_points, (x[labelled], y[labelled]), index in turned)


def _ports(boxes: Mapping[str, Box], grid: _Grid, x: Mapping[int, float]) -> dict[tuple[int, int], float]:
    """Where each arrow touches a box: spread along its edge in the order of where the arrow comes from."""
    touching: dict[tuple[int, bool], list[tuple[float, int]]] = {}
    for index, chain in enumerate(grid.chains):
        if len(chain) > 2:
            touching.setdefault((chain[0], True), []).append((x[chain[1]], index))
            touching.setdefault((chain[-1], False), []).append((x[chain[-2]], index))
    ports: dict[tuple[int, int], float] = {}
    for (node, _), arrows in touching.items():
        room = boxes[grid.keys[node]].width - 24
        step = min(PORT_GAP, room / max(len(arrows) - 1, 1))
        first = x[node] - step * (len(arrows) - 1) / 2
        for place, (_, index) in enumerate(sorted(arrows)):
            ports[index, node] = first + step * place
    return ports


def loop_room(label_width: float) -> float:
    """How much room an arrow from a box to itself needs on the box's right."""
    return LOOP + 8 + label_width


def _loop(box: Box, corner: tuple[float, float], link: Link) -> Route:
    right, middle = corner[0] + box.width, corner[1] + box.height / 2
    reach = right + LOOP
    points = ((right, middle - 10), (reach, middle - 10), (reach, middle + 10), (right, middle + 10))
    return Route(points, (reach + 4 + link.label_width / 2, middle), turned=False)
