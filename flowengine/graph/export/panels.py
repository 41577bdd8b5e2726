"""The column beside the drawing: its title, what is handled everywhere, the policies with their verdicts, a legend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from flowengine.graph.export.parts import BOLD, chip_svg, chip_width, glyph_svg, pill_svg, pill_width, tag_class
from flowengine.graph.export.promises import Promise
from flowengine.graph.export.sketch import Pill, Row, Sketch
from flowengine.graph.export.text import cut, width, wrapped
from flowengine.graph.export.xml import attribute, number, text

LEAST, MOST = 260.0, 380.0
"""Pixels a panel is wide."""
TITLE_HEIGHT = 66.0
GAP = 20.0
SIDE = 16.0
LINE = 26.0
RULE_LINE = 20.0
PATH_LINE = 15.0
VERDICTS = {"proved": "proved", "broken": "broken", "unproved": "too many paths to be proved"}


@dataclass(frozen=True, slots=True)
class _Item:
    """A piece of a panel, drawn from y 0, and the height it takes."""

    height: float
    svg: str


def subtitle(drawing: Sketch) -> str:
    """The line below the title; a part says how much of the flow it is."""
    many = f"{drawing.states} {'state' if drawing.states == 1 else 'states'}"
    shown = f"{len(drawing.cards)} of {many}" if drawing.is_part else many
    return f"{drawing.direction} · {shown} · version {drawing.version}"


def column_width(drawing: Sketch) -> float:
    """Width of the column."""
    widest = max(
        LEAST,
        width(drawing.title, 20) * BOLD,
        width(subtitle(drawing), 12),
        *(width(cut(row.label, 12, 190), 12) + _led_width(row) + 62 for row in drawing.rows),
        *(width(promise.text, 12) + 2 * SIDE + 18 for promise in drawing.promises),
    )
    return round(min(widest, max(MOST, width(drawing.title, 20) * BOLD)))


def column(drawing: Sketch, wide: float) -> tuple[float, str]:
    """Height and SVG of the column, from 0, 0."""
    parts = [
        f'<text class="title" y="20">{text(drawing.title)}</text>',
        f'<text class="says" y="42">{text(subtitle(drawing))}</text>',
    ]
    y = TITLE_HEIGHT
    for heading, items in _panels(drawing, wide):
        high = 40 + sum(item.height for item in items) + 8
        parts.append(f'<g class="panel" transform="translate(0 {number(y)})">')
        parts.append(f'<rect class="frame" width="{number(wide)}" height="{number(high)}" rx="11"/>')
        parts.append(f'<text class="heading" x="{number(SIDE)}" y="26">{text(heading)}</text>')
        inner = 40.0
        for item in items:
            parts.append(f'<g transform="translate(0 {number(inner)})">{item.svg}</g>')
            inner += item.height
        parts.append("</g>")
        y += high + GAP
    return y - GAP if y > TITLE_HEIGHT else y, "\n".join(parts)


def _panels(drawing: Sketch, wide: float) -> Iterator[tuple[str, list[_Item]]]:
    rows = [row for row in drawing.rows if not row.scope]
    if rows:
        yield "In every state", list(_rows(rows, wide))
    for scope, inner in groupby((row for row in drawing.rows if row.scope), key=lambda row: row.scope):
        yield f"While {scope.rpartition('/')[2]} runs", [_row(row, wide) for row in inner]
    if drawing.promises:
        yield "Policies", list(_promises(drawing.promises, wide))
    legend = list(_legend(drawing))
    if legend:
        yield "Legend", legend


def _rows(rows: list[Row], wide: float) -> Iterator[_Item]:
    for library, those in groupby(rows, key=lambda row: row.library):
        if library is not None:
            yield _Item(26, _ruled(f"from {library}", wide))
        for row in those:
            yield _row(row, wide)


def _ruled(words: str, wide: float) -> str:
    return (
        f'<path class="rule" d="M16 3H{number(wide - SIDE)}"/>'
        f'<text class="fact" x="{number(SIDE)}" y="19">{text(words)}</text>'
    )


def _row(row: Row, wide: float) -> _Item:
    target = f" data-target={attribute(row.state)}" if row.state is not None else ""
    kind = "handler library" if row.library is not None else "handler"
    if row.outcome is not None:
        pill = pill_svg(Pill("", row.outcome, row.disposition), 0, 0)
        led = f'<g transform="translate({number(wide - SIDE - _led_width(row))} 0) scale(.82)">{pill}</g>'
    else:
        led = f'<text class="soft" x="{number(wide - SIDE)}" y="16" text-anchor="end">{text(row.does)}</text>'
    return _Item(
        LINE,
        f'<g class="{kind}" data-by={attribute(row.label)}{target}><title>{text(row.text)}</title>'
        f'<text x="{number(SIDE)}" y="16">{text(cut(row.label, 12, 190))}</text>{led}</g>',
    )


def _led_width(row: Row) -> float:
    if row.outcome is not None:
        return pill_width(row.outcome) * 0.82
    return width(row.does, 12)


def _promises(promises: tuple[Promise, ...], wide: float) -> Iterator[_Item]:
    first = True
    for (policy, library), those in groupby(promises, key=lambda promise: (promise.policy, promise.library)):
        whence = f"{policy}, from {library}" if library is not None else policy
        yield (
            _Item(26, _ruled(whence, wide))
            if not first
            else _Item(20, f'<text class="fact" x="{number(SIDE)}" y="10">{text(whence)}</text>')
        )
        first = False
        for promise in those:
            yield _promise(promise, wide)


def _promise(promise: Promise, wide: float) -> _Item:
    """A rule, and the shortest path that breaks it."""
    room = wide - 2 * SIDE - 18
    told = f"{promise.text}: {VERDICTS[promise.kind]}"
    lines = list(wrapped(promise.text, 12, room, 2))
    parts = [f'<g class="promise {promise.kind}"><title>{text(told)}</title>', glyph_svg(promise.kind, SIDE, 3)]
    y = 12.0
    for line in lines:
        parts.append(f'<text x="{number(SIDE + 18)}" y="{number(y)}">{text(line)}</text>')
        y += PATH_LINE
    for line in wrapped(promise.path, 11, room, 5) if promise.path else ():
        parts.append(f'<text class="path" x="{number(SIDE + 18)}" y="{number(y)}">{text(line)}</text>')
        y += PATH_LINE
    return _Item(y - 12 + (RULE_LINE - PATH_LINE), "".join([*parts, "</g>"]))


def _legend(drawing: Sketch) -> Iterator[_Item]:
    for tag in drawing.tags:
        many = sum(tag in card.tags for card in drawing.cards)
        chip = chip_svg(tag, tag_class(tag, drawing.tags), SIDE, 0)
        yield _explained(chip, chip_width(tag), f"tag of {many} {'state' if many == 1 else 'states'}")
    for library in drawing.libraries:
        chip = chip_svg(library, "tag from", SIDE, 0)
        yield _explained(chip, chip_width(library), "state of a library")
    if any(promise.kind == "broken" for promise in drawing.promises):
        line = f'<g class="edge broken"><path class="line" d="M{number(SIDE)} 8.5h34"/></g>'
        yield _explained(line, 34, "path that breaks a policy")
    if any(remark.kind == "kept" for card in drawing.cards for remark in card.remarks):
        yield _explained(f'<g class="promise">{glyph_svg("kept", SIDE, 4)}</g>', 10, "kept by a policy")


def _explained(sample: str, wide: float, words: str) -> _Item:
    return _Item(24, f'{sample}<text class="fact" x="{number(SIDE + wide + 10)}" y="12">{text(words)}</text>')
