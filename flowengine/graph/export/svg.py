"""A flow as one self-contained SVG: no script, no outer file, light and dark by the reader's own setting.

Each state is `<g class="state" id="state-NAME" data-state="NAME">`, each arrow carries `data-source` and `data-target`
(or `data-outcome`), each row of the panel `data-by`, so that a page can light up where a call is. The run of a subflow
is `<g class="scope" data-scope>`, an arrow on a path that breaks a policy has the class `broken`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowengine.graph.export.compose import Frame, Part, compose
from flowengine.graph.export.fold import Folded, fold
from flowengine.graph.export.panels import column, column_width
from flowengine.graph.export.parts import arrow_svg, card_size, card_svg, jump_svg, pill_svg
from flowengine.graph.export.sketch import Arrow, Card, Jump, Node, Pill, Sketch, sketch
from flowengine.graph.export.style import STYLE
from flowengine.graph.export.view import WHOLE, View
from flowengine.graph.export.xml import attribute, number, text
from flowengine.graph.model import Flow

MARGIN = 28.0
ENTRY = 34.0
COLUMN_GAP = 48.0
PART_GAP = 36.0
HEADING = 18.0
LEAST_WIDTH = 1240.0
"""Shelves below a narrow drawing may be so wide."""


def to_svg(flow: Flow, view: View = WHOLE) -> str:
    """The flow, or the part of it that a view chooses, as an SVG document, ending in a newline."""
    folded = fold(sketch(flow, view))
    drawing = folded.drawing
    parts = compose(drawing)
    columns = [_column_of(part, folded) for part in parts]
    if parts and columns.count(None) == len(columns):
        columns[0] = 0
    many = max((column + 1 for column in columns if column is not None), default=0)
    x, body = MARGIN, MARGIN
    placed: list[tuple[Part, float, float]] = []
    for index in range(many):
        those = [part for part, column in zip(parts, columns, strict=True) if column == index]
        y = MARGIN + ENTRY
        for part in those:
            placed.append((part, x, y))
            y += part.layout.height + PART_GAP
        x += max((part.layout.width for part in those), default=0.0) + COLUMN_GAP
        body = max(body, y - PART_GAP)
    panel_width = column_width(drawing)
    panel_height, panels = column(drawing, panel_width)
    body = max(body, MARGIN + panel_height)
    apart = [part for part, column in zip(parts, columns, strict=True) if column is None]
    right = max(x + panel_width, LEAST_WIDTH)
    places = _packed(apart, (x, MARGIN + panel_height + COLUMN_GAP, panel_width), body, right)
    drawn = [f'<g transform="translate({number(x)} {number(MARGIN)})">{panels}</g>']
    if places:
        left, top = places[0]
        at = f'x="{number(left)}" y="{number(top - 16)}"'
        drawn.append(f'<text class="heading" {at}>{_apart(drawing, apart)}</text>')
    placed += [(part, *place) for part, place in zip(apart, places, strict=True)]
    for part, left, top in placed:
        drawn += _entry(drawing, part, left, top)
        drawn += _part(drawing, part, left, top)
    width = max([x + panel_width, *(left + part.layout.width for part, left, _ in placed)])
    height = max([body, *(top + part.layout.height for part, _, top in placed)])
    return "\n".join(_document(drawing, width + MARGIN, height + MARGIN, drawn)) + "\n"


def _column_of(part: Part, folded: Folded) -> int | None:
    """The column that a part stands in; None for what no arrow joins to the start."""
    return min((folded.columns[key] for key in part.nodes if key in folded.columns), default=None)


def _apart(drawing: Sketch, parts: Sequence[Part]) -> str:
    """The heading of what no arrow joins to the start."""
    if drawing.is_part:
        return "Not joined to these"
    cards = [node for part in parts for node in part.nodes.values() if isinstance(node, Card)]
    crowded = {leaving.target for card in drawing.cards for leaving in card.exits}
    if any(card.name in crowded for card in cards):
        return "Reached from many or all states"
    return "Reached from every state" if any(card.is_reached for card in cards) else "Reached by nothing"


def _packed(
    parts: Sequence[Part], column: tuple[float, float, float], body: float, right: float
) -> list[tuple[float, float]]:
    """Places for the parts that no arrow joins to the start: below the panels while there is room beside the main
    part, which ends at `body`; then on shelves below all, as wide as `right`."""
    x, y, room = column
    y += HEADING
    places: list[tuple[float, float]] = []
    rest = [part.layout for part in parts]
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


def _part(drawing: Sketch, part: Part, left: float, top: float) -> Iterator[str]:
    """Arrows first, so that boxes lie over their ends; frames lie below all that is in them."""
    yield f'<g transform="translate({number(left)} {number(top)})">'
    nodes = drawing.nodes
    for arrow, route in zip(part.arrows, part.layout.routes, strict=True):
        yield arrow_svg(arrow, route, _ends(arrow, nodes))
    for key, node in part.nodes.items():
        match node:
            case Card():
                yield card_svg(node, *part.layout.boxes[key], drawing.tags, faded=_is_faded(drawing, node))
            case Pill():
                yield pill_svg(node, *part.layout.boxes[key])
            case Jump():
                yield jump_svg(node, *part.layout.boxes[key])
            case Frame():
                yield from _frame(drawing, node, *part.layout.boxes[key])
    yield "</g>"


def _is_faded(drawing: Sketch, card: Card) -> bool:
    """Where one policy is shown, what it does not speak of stands back."""
    spoken_of = any(remark.kind in {"kept", "gives"} for remark in card.remarks)
    return drawing.policy is not None and not spoken_of and not card.is_broken


def _frame(drawing: Sketch, frame: Frame, x: float, y: float) -> Iterator[str]:
    yield f'<g class="scope" data-scope={attribute(frame.scope)} transform="translate({number(x)} {number(y)})">'
    size = f'width="{number(frame.width)}" height="{number(frame.height)}"'
    yield f'<rect class="ground" {size} rx="16"/>'
    yield f'<text class="heading" x="18" y="25">{text(frame.scope.rpartition("/")[2])}</text>'
    if frame.entry is not None:
        yield from _dot(*frame.entry)
    for part in frame.parts:
        yield from _part(drawing, part, part.x, part.y)
    yield "</g>"


def _ends(arrow: Arrow, nodes: dict[str, Node]) -> str:
    source, target = nodes[arrow.source], nodes[arrow.target]
    from_state = source.name if isinstance(source, Card) else source.source
    match target:
        case Card(name=name) | Jump(target=name):
            return f"data-source={attribute(from_state)} data-target={attribute(name)}"
        case Pill(outcome=outcome, returns=returns):
            kind = "returns" if returns else "outcome"
            return f"data-source={attribute(from_state)} data-{kind}={attribute(outcome)}"


def _entry(drawing: Sketch, part: Part, left: float, top: float) -> Iterator[str]:
    """The dot from which the call comes in."""
    card = next((card for card in drawing.cards if card.is_start and card.key in part.nodes), None)
    if card is not None:
        x, y = part.layout.boxes[card.key]
        yield from _dot(left + x + card_size(card)[0] / 2, top + y)


def _dot(middle: float, top: float) -> Iterator[str]:
    yield f'<circle class="dot" cx="{number(middle)}" cy="{number(top - 28)}" r="6"/>'
    yield f'<path class="line" d="M{number(middle)} {number(top - 22)}V{number(top - 7)}"/>'
    yield f'<path class="head" d="M{number(middle)} {number(top)}l-4.5 -8.5h9z"/>'
