"""Line plots as SVG: an axis that begins at nothing, round ticks, each line named at its end. Its colours: the page."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 420, 270
LEFT, RIGHT, TOP, BOTTOM = 58, 88, 22, 46
END, FLOOR = WIDTH - RIGHT, HEIGHT - BOTTOM
LABEL_GAP = 15
LETTER = 7.5
"""Of a tick's name, about so wide."""
TICKS = 5

Shown = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its name: a value at each place of the axis, None where nothing was measured. `tone`: which colour."""

    name: str
    values: Sequence[float | None]
    tone: int = 0


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot: `places` are where the values lie between 0 and 1, with their names; `limit` is what was promised.

    `border`: up to this place all held. `counts`: the values are whole numbers.
    """

    title: str
    note: str
    places: Sequence[tuple[float, str]]
    lines: Sequence[Line]
    shown: Shown
    axis: str
    limit: float | None = None
    border: float | None = None
    counts: bool = False

    @property
    def is_empty(self) -> bool:
        return all(value is None for line in self.lines for value in line.values)


def svg(plot: Plot) -> str:
    """The drawing, with a sentence for those who cannot see it."""
    frame = _Frame.of(plot)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(_told(plot))}" class="plot">']
    parts += _axes(plot, frame)
    ends: list[tuple[float, Line]] = []
    for line in plot.lines:
        points = [
            _Point(frame.x(place), frame.y(value), f"{line.name}, {name}: {plot.shown(value)}")
            for (place, name), value in zip(plot.places, line.values, strict=True)
            if value is not None
        ]
        if points:
            parts += _drawn(line, points)
            ends.append((points[-1].y, line))
    parts += _limits(plot, frame)
    parts += [_text("name", END + 10, height + 4, line.name, tone=line.tone) for height, line in _apart(ends)]
    return "".join(parts) + "</svg>"


@dataclass(frozen=True, slots=True)
class _Point:
    """A point of a line in the drawing, and what it stands for."""

    x: float
    y: float
    told: str


@dataclass(frozen=True, slots=True)
class _Frame:
    """From values to places in the drawing; `limit` where it lies within."""

    ticks: Sequence[float]
    limit: float | None

    @classmethod
    def of(cls, plot: Plot) -> _Frame:
        most = max((value for line in plot.lines for value in line.values if value is not None), default=0.0)
        # A limit far above all values would press them flat: it is told of at the upper edge.
        limit = plot.limit if plot.limit is not None and plot.limit <= 4 * most else None
        return cls(_ticks(max(most, limit or 0.0), least=1.0 if plot.counts else 0.0), limit)

    def x(self, place: float) -> float:
        return LEFT + place * (END - LEFT)

    def y(self, value: float) -> float:
        return FLOOR - value / self.ticks[-1] * (FLOOR - TOP)


def _axes(plot: Plot, frame: _Frame) -> Iterator[str]:
    for tick in frame.ticks:
        yield _across("grid" if tick else "floor", frame.y(tick))
        yield _text("tick", LEFT - 9, frame.y(tick) + 4, plot.shown(tick), anchor="end")
    for x, name in _legible([(frame.x(place), name) for place, name in plot.places]):
        yield f'<line class="floor" x1="{x:.1f}" x2="{x:.1f}" y1="{FLOOR}" y2="{FLOOR + 5}"/>'
        yield _text("tick", x, FLOOR + 20, name, anchor="middle")
    yield _text("axis", (LEFT + END) / 2, HEIGHT - 6, plot.axis, anchor="middle")


def _limits(plot: Plot, frame: _Frame) -> Iterator[str]:
    if plot.border is not None:
        x = frame.x(plot.border)
        yield f'<line class="border" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{FLOOR}"/>'
        is_left = plot.border > 0.5
        yield _text("border", x - 5 if is_left else x + 5, TOP + 3, "holds", anchor="end" if is_left else "start")
    if frame.limit is not None:
        yield _across("limit", frame.y(frame.limit))
        yield _text("limit", LEFT + 6, frame.y(frame.limit) - 6, f"limit {plot.shown(frame.limit)}")
    elif plot.limit is not None:
        yield _text("limit", LEFT + 6, TOP - 9, f"↑ limit {plot.shown(plot.limit)}")


def _legible(names: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Those that do not run into one another; the last is always there."""
    kept: list[tuple[float, str]] = []
    free_to = math.inf
    for x, name in sorted(names, reverse=True):
        half = len(name) * LETTER / 2
        if x + half <= free_to:
            kept.append((x, name))
            free_to = x - half - LETTER
    return kept


def _drawn(line: Line, points: Sequence[_Point]) -> Iterator[str]:
    path = " ".join(f"{'L' if number else 'M'}{point.x:.1f} {point.y:.1f}" for number, point in enumerate(points))
    yield f'<path class="line tone{line.tone}" d="{path}"/>'
    for point in points:
        yield (
            f'<circle class="dot tone{line.tone}" cx="{point.x:.1f}" cy="{point.y:.1f}" r="4">'
            f"<title>{escape(point.told)}</title></circle>"
        )


def _across(kind: str, height: float) -> str:
    return f'<line class="{kind}" x1="{LEFT}" x2="{END}" y1="{height:.1f}" y2="{height:.1f}"/>'


def _text(kind: str, x: float, y: float, text: str, *, anchor: str = "start", tone: int | None = None) -> str:
    colour = "" if tone is None else f" tone{tone}"
    return f'<text class="{kind}{colour}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def spaced(values: Sequence[float]) -> list[tuple[float, str]]:
    """Places in proportion, beginning at nothing."""
    most = max(values)
    return [(value / most, f"{value:g}") for value in values]


def evenly(names: Sequence[str]) -> list[tuple[float, str]]:
    """Places one after the other."""
    return [(number / max(1, len(names) - 1), name) for number, name in enumerate(names)]


def _ticks(most: float, *, least: float = 0.0) -> list[float]:
    """From nothing to a round number that nothing is above, no less than `least` apart."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / (TICKS - 1)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = max(least, next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= rough))
    return [number * step for number in range(math.ceil(most / step - 1e-9) + 1)]


def _apart(ends: Sequence[tuple[float, Line]]) -> list[tuple[float, Line]]:
    """The names at the lines' ends, moved down so far that none covers another."""
    placed: list[tuple[float, Line]] = []
    for height, line in sorted(ends, key=lambda end: end[0]):
        above = placed[-1][0] + LABEL_GAP if placed else -math.inf
        placed.append((max(height, above), line))
    over = placed[-1][0] - FLOOR if placed else 0.0
    return [(height - max(0.0, over), line) for height, line in placed]


def _told(plot: Plot) -> str:
    told = [
        f"{line.name}: "
        + ", ".join(
            f"{plot.shown(value)} at {name}"
            for (_, name), value in zip(plot.places, line.values, strict=True)
            if value is not None
        )
        for line in plot.lines
    ]
    return f"{plot.title}. " + "; ".join(told)
