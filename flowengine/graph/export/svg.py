"""A flow as one self-contained SVG: no script, no outer file, light and dark by the reader's own setting.

Each state is `<g class="state" id="state-NAME" data-state="NAME">`, each arrow carries `data-source` and `data-target`
(or `data-outcome`), each row of the panel `data-by`, so that a page can light up where a call is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowengine.graph.export.layout import Box, Layout, Link, lay_out, loop_room
from flowengine.graph.export.parts import (
    PILL_HEIGHT,
    arrow_svg,
    card_size,
    card_svg,
    label_size,
    panel_size,
    panel_svg,
    pill_svg,
    pill_width,
)
from flowengine.graph.export.sketch import Arrow, Card, Pill, Sketch, sketch
from flowengine.graph.export.style import STYLE
from flowengine.graph.export.xml import attribute, number, text
from flowengine.graph.model import Flow

MARGIN = 28.0
ENTRY = 34.0
COLUMN_GAP = 48.0
PART_GAP = 36.0
HEADING = 18.0


def to_svg(flow: Flow) -> str:
    """The flow as an SVG document, ending in a newline."""
    drawing = sketch(flow)
    start = f"state-{flow.start}"
    groups = _components(drawing)
    groups.sort(key=lambda group: start not in {card.key for card in group.cards})
    layouts = [_laid_out(group, start) for group in groups]
    subtitle = f"{flow.direction} · {_count(len(flow.states), 'state')} · version {flow.version}"
    panel_width, panel_height = panel_size(drawing, subtitle)
    main = layouts[0]
    beside = MARGIN + main.width + COLUMN_GAP
    body = max(MARGIN + ENTRY + main.height, MARGIN + panel_height)
    column = (beside, MARGIN + panel_height + COLUMN_GAP, max(panel_width, 260.0))
    places = _packed(layouts[1:], column, body, beside + panel_width)
    parts: list[str] = [*_entry(drawing, main, start), *_drawn(groups[0], main, MARGIN, MARGIN + ENTRY)]
    parts.append(panel_svg(drawing, subtitle, beside, MARGIN, panel_width))
    if places:
        (x, y), apart = places[0], any(card.is_reached for group in groups[1:] for card in group.cards)
        words = "Reached from every state" if apart else "Reached by nothing"
        parts.append(f'<text class="heading" x="{number(x)}" y="{number(y - 16)}">{words}</text>')
    for group, layout, (x, y) in zip(groups[1:], layouts[1:], places, strict=True):
        parts += _drawn(group, layout, x, y)
    rights = [x + layout.width for layout, (x, _) in zip(layouts[1:], places, strict=True)]
    bottoms = [y + layout.height for layout, (_, y) in zip(layouts[1:], places, strict=True)]
    width, height = max([beside + panel_width, *rights]), max([body, *bottoms])
    return "\n".join(_document(drawing, width + MARGIN, height + MARGIN, parts)) + "\n"


def _packed(
    layouts: Sequence[Layout], column: tuple[float, float, float], body: float, right: float
) -> list[tuple[float, float]]:
    """Places for the parts that no arrow joins to the start: below the panel while there is room beside the main
    part, which ends at `body`; then on shelves below all, as wide as `right`."""
    x, y, room = column
    y += HEADING
    places: list[tuple[float, float]] = []
    rest = list(layouts)
    while rest and rest[0].width <= room and y + rest[0].height <= body:
        places.append((x, y))
        y += rest.pop(0).height + PART_GAP
    x, y, tallest = MARGIN, body + COLUMN_GAP + (0 if places else HEADING), 0.0
    for layout in rest:
        if x > MARGIN and x + layout.width > right:
            x, y, tallest = MARGIN, y + tallest + PART_GAP, 0.0
        places.append((x, y))
        x, tallest = x + layout.width + PART_GAP, max(tallest, layout.height)
    return places


def _document(drawing: Sketch, width: float, height: float, parts: Sequence[str]) -> Iterator[str]:
    size = f'width="{number(width)}" height="{number(height)}" viewBox="0 0 {number(width)} {number(height)}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" {size} role="group" aria-labelledby="flow-title">'
    yield f'<title id="flow-title">{text(drawing.title)}: the states of the call and the moves between them</title>'
    yield f"<style>{STYLE}</style>"
    yield '<rect class="paper" width="100%" height="100%"/>'
    yield from parts
    yield "</svg>"


def _count(number_of: int, noun: str) -> str:
    return f"{number_of} {noun}" if number_of == 1 else f"{number_of} {noun}s"


def _components(drawing: Sketch) -> list[Sketch]:
    """The parts of the drawing that no arrow joins, each as a sketch of its own."""
    group_of = {key: key for key in _nodes(drawing)}

    def root(key: str) -> str:
        while group_of[key] != key:
            key = group_of[key]
        return key

    for arrow in drawing.arrows:
        group_of[root(arrow.target)] = root(arrow.source)
    roots = dict.fromkeys(root(card.key) for card in drawing.cards)
    return [
        Sketch(
            title=drawing.title,
            name=drawing.name,
            cards=tuple(card for card in drawing.cards if root(card.key) == one),
            pills=tuple(pill for pill in drawing.pills if root(pill.key) == one),
            arrows=tuple(arrow for arrow in drawing.arrows if root(arrow.source) == one),
            rows=(),
        )
        for one in roots
    ]


def _nodes(drawing: Sketch) -> dict[str, Card | Pill]:
    return {card.key: card for card in drawing.cards} | {pill.key: pill for pill in drawing.pills}


def _laid_out(group: Sketch, start: str) -> Layout:
    loops = {arrow.source: label_size(arrow)[0] for arrow in group.arrows if arrow.source == arrow.target}
    boxes: dict[str, Box] = {}
    for card in group.cards:
        width, height = card_size(card)
        boxes[card.key] = Box(width, height, loop_room(loops[card.key]) if card.key in loops else 0.0)
    for pill in group.pills:
        boxes[pill.key] = Box(pill_width(pill.outcome), PILL_HEIGHT)
    links = [Link(arrow.source, arrow.target, *label_size(arrow)) for arrow in group.arrows]
    return lay_out(boxes, links, start)


def _drawn(group: Sketch, layout: Layout, left: float, top: float) -> Iterator[str]:
    """Arrows first, so that boxes lie over their ends."""
    yield f'<g transform="translate({number(left)} {number(top)})">'
    nodes = _nodes(group)
    for arrow, route in zip(group.arrows, layout.routes, strict=True):
        yield arrow_svg(arrow, route, _ends(arrow, nodes))
    for card in group.cards:
        yield card_svg(card, *layout.boxes[card.key])
    for pill in group.pills:
        yield pill_svg(pill.outcome, pill.disposition, *layout.boxes[pill.key], source=pill.source)
    yield "</g>"


def _ends(arrow: Arrow, nodes: dict[str, Card | Pill]) -> str:
    source, target = nodes[arrow.source], nodes[arrow.target]
    from_state = source.name if isinstance(source, Card) else source.source
    match target:
        case Card(name=name):
            return f"data-source={attribute(from_state)} data-target={attribute(name)}"
        case Pill(outcome=outcome):
            return f"data-source={attribute(from_state)} data-outcome={attribute(outcome)}"


def _entry(drawing: Sketch, layout: Layout, start: str) -> Iterator[str]:
    """The dot from which the call comes in."""
    card = next(card for card in drawing.cards if card.key == start)
    x, y = layout.boxes[start]
    middle, top = MARGIN + x + card_size(card)[0] / 2, MARGIN + ENTRY + y
    yield f'<circle class="dot" cx="{number(middle)}" cy="{number(top - 28)}" r="6"/>'
    yield f'<path class="line" d="M{number(middle)} {number(top - 22)}V{number(top - 7)}"/>'
    yield f'<path class="head" d="M{number(middle)} {number(top)}l-4.5 -8.5h9z"/>'
