"""A flow as Graphviz DOT, for those who have that tool; we draw the SVG ourselves."""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.export.sketch import Sketch, sketch
from flowengine.graph.model import Flow

FILLS = {"success": "#dff3e4", "retry": "#fdf0d5", "suppress": "#fbe3e4", None: "#eceae5"}


def to_dot(flow: Flow) -> str:
    """The flow as DOT text, ending in a newline."""
    return "\n".join(_lines(sketch(flow))) + "\n"


def _lines(drawing: Sketch) -> Iterator[str]:
    yield f"digraph {_quoted(drawing.name)} {{"
    yield f'  graph [label={_quoted(drawing.title)}, labelloc=t, rankdir=TB, fontname="Helvetica"]'
    yield '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="Helvetica", fontsize=12]'
    yield '  edge [fontname="Helvetica", fontsize=10, color="#7b7466", fontcolor="#4a463d"]'
    for card in drawing.cards:
        label = "\n".join([card.name, *(f"#{tag}" for tag in card.tags)])
        extra = ', fillcolor="#eef1f6"' if card.library is not None else ", penwidth=2.5" if card.is_start else ""
        yield f"  {_quoted(card.key)} [label={_quoted(label)}{extra}]"
    for pill in drawing.pills:
        fill = _quoted(FILLS[pill.disposition])
        yield f'  {_quoted(pill.key)} [label={_quoted(pill.outcome)}, shape=ellipse, style="filled", fillcolor={fill}]'
    for arrow in drawing.arrows:
        label = f" [label={_quoted(chr(10).join(arrow.labels))}]" if arrow.labels else ""
        yield f"  {_quoted(arrow.source)} -> {_quoted(arrow.target)}{label}"
    if drawing.rows:
        rows = "\n".join(["In every state:", *(row.text for row in drawing.rows)])
        yield f'  "panel" [label={_quoted(rows)}, shape=note, style="filled", fillcolor="#fbfaf7"]'
    yield "}"


def _quoted(text: str) -> str:
    """A DOT string: only the quote and the backslash are special; a line break is written \\n."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
