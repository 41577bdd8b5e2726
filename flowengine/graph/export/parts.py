"""The parts of the drawing as SVG: cards, pills, arrows, and the panel of what every state handles."""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.export.layout import Route
from flowengine.graph.export.sketch import Arrow, Card, Row, Sketch
from flowengine.graph.export.text import cut, width, wrapped
from flowengine.graph.export.xml import attribute, number, text
from flowengine.graph.model import Disposition

ROOM = 212.0
"""Pixels a card gives its text."""
SIDE = 14.0
PILL_HEIGHT = 28.0
LABEL_LINE = 14.0
ROW_LINE = 26.0

GLYPHS = {
    "repeats": "M9.2 5.2A4.2 4.2 0 1 1 7.6 1.8M9.4 .6v2.6H6.8",
    "answers": "M4 1 1.2 3.8 4 6.6M1.4 3.8H7a2.6 2.6 0 0 1 0 5.2H4.6",
    "listens": "M1 4v2M3.4 2.4v5.2M5.8 .8v8.4M8.2 3v4",
    "collects": "M1 1.4h8M1 5h8M1 8.6h5",
    "guard": "M5 .6 9 2v3c0 2.3-1.6 3.8-4 4.600C2.6 8.8 1 7.3 1 5V2z",
    "success": "M1 5.4 3.8 8.2 9 2",
    "retry": "M9.2 5.200A4.2 4.2 0 1 1 7.6 1.800M9.4 .6v2.600H6.8",
    "suppress": "M8 2A4.2 4.2 0 1 1 2 8 4.2 4.2 0 0 1 8 2L2 8",
    "plain": "M2 5h6",
}


def card_size(card: Card) -> tuple[float, float]:
    """Width and height of a card."""
    lines = [width(line, 12) for line in _says(card)] + [width(fact, 11) + 16 for _, fact in _facts(card)]
    widest = max(_title_width(card), *lines, 0.0)
    height = 35 + 16 * len(_says(card)) + 17 * len(_facts(card)) + (5 if _says(card) or _facts(card) else 3)
    return max(136.0, round(widest) + 2 * SIDE), float(height)


def card_svg(card: Card, x: float, y: float) -> str:
    """One state."""
    wide, high = card_size(card)
    return "\n".join(
        (
            f'<g class="{_classes(card)}" id={attribute(card.key)} data-state={attribute(card.name)} tabindex="0" '
            f'role="img" transform="translate({number(x)} {number(y)})"><title>{text(_described(card))}</title>',
            f'<rect class="box" width="{number(wide)}" height="{number(high)}" rx="11"/>',
            f'<text class="name" x="{number(SIDE)}" y="24">{text(cut(card.name, 14, ROOM))}</text>',
            *_badges(card, wide),
            *_body(card),
            "</g>",
        )
    )


def pill_width(outcome: str) -> float:
    """Width of an ending."""
    return round(width(outcome, 12)) + 42.0


def pill_svg(outcome: str, disposition: Disposition | None, x: float, y: float, *, source: str | None = None) -> str:
    """An ending, coloured and marked by what it means to the dialler; `source`: the state it ends."""
    meaning = {"success": "success", "retry": "to be tried again", "suppress": "never to be called again"}
    told = f"The call ends: {outcome}" + (f" ({meaning[disposition]})" if disposition is not None else "")
    whence = f" data-source={attribute(source)}" if source is not None else ""
    return (
        f'<g class="pill {disposition or "plain"}" data-outcome={attribute(outcome)}'
        f' data-disposition="{disposition or ""}"{whence} transform="translate({number(x)} {number(y)})">'
        f"<title>{text(told)}</title>"
        f'<rect width="{number(pill_width(outcome))}" height="{number(PILL_HEIGHT)}" rx="{number(PILL_HEIGHT / 2)}"/>'
        f'<path class="glyph" transform="translate(13 9)" d="{GLYPHS[disposition or "plain"]}"/>'
        f'<text x="29" y="18.5">{text(outcome)}</text></g>'
    )


def label_size(arrow: Arrow) -> tuple[float, float]:
    """Width and height of an arrow's label."""
    if not arrow.labels:
        return 0.0, 0.0
    return max(width(cut(line, 11, ROOM), 11) for line in arrow.labels), LABEL_LINE * len(arrow.labels)


def arrow_svg(arrow: Arrow, route: Route, ends: str) -> str:
    """One arrow with its head and label. `ends`: its data attributes."""
    own = arrow.source == arrow.target
    x, y = route.points[-1]
    head = "l8.5 -4.5v9z" if own else "l-4.5 8.5h9z" if route.turned else "l-4.5 -8.5h9z"
    label_x, label_y = route.label
    first = label_y - LABEL_LINE * len(arrow.labels) / 2 + 10.5
    labels = "".join(
        f'<text class="label" x="{number(label_x)}" y="{number(first + LABEL_LINE * index)}">'
        f"{text(cut(line, 11, ROOM))}</text>"
        for index, line in enumerate(arrow.labels)
    )
    by = attribute("|".join(arrow.labels))
    return (
        f'<g class="edge{" back" if route.turned else ""}" {ends} data-by={by}>'
        f'<path class="line" d="{_loop(route) if own else _curve(route)}"/>'
        f'<path class="head" d="M{number(x)} {number(y)}{head}"/>{labels}</g>'
    )


def panel_size(drawing: Sketch, subtitle: str) -> tuple[float, float]:
    """Width and height of the title and of the panel below it."""
    rows = drawing.rows
    widest = max(
        240.0,
        width(drawing.title, 20),
        width(subtitle, 12),
        *(width(cut(row.label, 12, 190), 12) + _led_width(row) + 62 for row in rows),
    )
    libraries = len({row.library for row in rows if row.library is not None})
    return round(widest), 66 + (46 + ROW_LINE * len(rows) + 26 * libraries if rows else 0)


def panel_svg(drawing: Sketch, subtitle: str, x: float, y: float, wide: float) -> str:
    """The title, and below it what is handled in every state."""
    parts = [
        f'<g class="panel" transform="translate({number(x)} {number(y)})">',
        f'<text class="title" y="20">{text(drawing.title)}</text>',
        f'<text class="says" y="42">{text(subtitle)}</text>',
    ]
    if drawing.rows:
        high = panel_size(drawing, subtitle)[1] - 66
        parts.append(f'<rect class="frame" y="66" width="{number(wide)}" height="{number(high)}" rx="11"/>')
        parts.append('<text class="heading" x="16" y="92">In every state</text>')
        parts += _rows(drawing, wide)
    return "\n".join([*parts, "</g>"])


def _rows(drawing: Sketch, wide: float) -> Iterator[str]:
    y = 104.0
    library = None
    for row in drawing.rows:
        if row.library is not None and row.library != library:
            yield f'<path class="rule" d="M16 {number(y + 3)}H{number(wide - 16)}"/>'
            yield f'<text class="fact" x="16" y="{number(y + 19)}">from {text(row.library)}</text>'
            y += 26
        library = row.library
        yield _row(row, y, wide)
        y += ROW_LINE


def _row(row: Row, y: float, wide: float) -> str:
    target = f" data-target={attribute(row.state)}" if row.state is not None else ""
    kind = "handler library" if row.library is not None else "handler"
    led_x = wide - 16 - _led_width(row)
    if row.outcome is not None:
        led = pill_svg(row.outcome, row.disposition, 0, 0)
        led = f'<g transform="translate({number(led_x)} {number(y)}) scale(.82)">{led}</g>'
    else:
        led = (
            f'<text class="soft" x="{number(wide - 16)}" y="{number(y + 16)}" text-anchor="end">{text(row.does)}</text>'
        )
    return (
        f'<g class="{kind}" data-by={attribute(row.label)}{target}><title>{text(row.text)}</title>'
        f'<text x="16" y="{number(y + 16)}">{text(cut(row.label, 12, 190))}</text>{led}</g>'
    )


def _led_width(row: Row) -> float:
    if row.outcome is not None:
        return pill_width(row.outcome) * 0.82
    return width(row.does, 12)


def _classes(card: Card) -> str:
    marks = {"start": card.is_start, "library": card.library is not None, "unreached": not card.is_reached}
    return " ".join(["state", *(mark for mark, holds in marks.items() if holds)])


def _described(card: Card) -> str:
    parts = [f"State {card.name}" + (f", from the library {card.library}" if card.library is not None else "")]
    parts += [f"says: {card.says}"] if card.says is not None else []
    parts += [fact for _, fact in _facts(card)]
    parts += ["no path leads here"] if not card.is_reached else []
    return ". ".join(parts)


def _says(card: Card) -> tuple[str, ...]:
    return wrapped(f"“{card.says}”", 12, ROOM, 2) if card.says is not None else ()


def _facts(card: Card) -> list[tuple[str, str]]:
    """Lines below the sentence, each with its glyph: what it waits for, what it answers without leaving."""
    facts: list[tuple[str, str]] = []
    if card.waits is not None:
        facts.append((card.waits.split()[0], cut(card.waits, 11, ROOM - 16)))
    if card.repeats:
        facts.append(("repeats", cut(f"asks again: {', '.join(card.repeats)}", 11, ROOM - 16)))
    if card.answers:
        facts.append(("answers", cut(f"answers: {', '.join(card.answers)}", 11, ROOM - 16)))
    if card.returns:
        facts.append(("answers", "then returns"))
    return facts


def _title_width(card: Card) -> float:
    return width(cut(card.name, 14, ROOM), 14) * 1.05 + sum(width(badge, 10) + 18 for badge, _ in _badge_texts(card))


def _badge_texts(card: Card) -> list[tuple[str, str]]:
    return [(tag, "tag") for tag in card.tags] + ([(card.library, "tag from")] if card.library is not None else [])


def _badges(card: Card, wide: float) -> Iterator[str]:
    right = wide - SIDE + 4
    for words, kind in reversed(_badge_texts(card)):
        room = width(words, 10) + 12
        yield (
            f'<g class="{kind}" transform="translate({number(right - room)} 11)">'
            f'<rect width="{number(room)}" height="17" rx="8.5"/>'
            f'<text x="{number(room / 2)}" y="12" text-anchor="middle">{text(words)}</text></g>'
        )
        right -= room + 6


def _body(card: Card) -> Iterator[str]:
    y = 43.0
    for line in _says(card):
        yield f'<text class="says" x="{number(SIDE)}" y="{number(y)}">{text(line)}</text>'
        y += 16
    y += 2
    for glyph, fact in _facts(card):
        yield f'<path class="glyph" transform="translate({number(SIDE)} {number(y - 9)})" d="{GLYPHS[glyph]}"/>'
        yield f'<text class="fact" x="{number(SIDE + 16)}" y="{number(y)}">{text(fact)}</text>'
        y += 17


def _curve(route: Route) -> str:
    """A smooth line through the route's points, vertical at each."""
    (x, y), *rest = route.points
    path = [f"M{number(x)} {number(y)}"]
    for to_x, to_y in rest:
        if abs(to_x - x) < 0.5 or abs(to_y - y) < 0.5:
            path.append(f"L{number(to_x)} {number(to_y)}")
        else:
            middle = number((y + to_y) / 2)
            path.append(f"C{number(x)} {middle} {number(to_x)} {middle} {number(to_x)} {number(to_y)}")
        x, y = to_x, to_y
    return "".join(path)


def _loop(route: Route) -> str:
    one, two, three, four = (f"{number(x)} {number(y)}" for x, y in route.points)
    return f"M{one}C{two} {three} {four}"
