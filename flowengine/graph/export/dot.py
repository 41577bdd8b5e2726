"""A flow as Graphviz DOT, for those who have that tool; we draw the SVG ourselves."""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.export.groups import Group, groups, promise_lines
from flowengine.graph.export.sketch import Card, Pill, Sketch, sketch
from flowengine.graph.export.text import cut
from flowengine.graph.export.view import WHOLE, View
from flowengine.graph.model import Flow

FILLS = {"success": "#dff3e4", "retry": "#fdf0d5", "suppress": "#fbe3e4", None: "#eceae5"}
NOTE = 'shape=note, style="filled", fillcolor="#fbfaf7"'
BROKEN = 'color="#c8323a", penwidth=2.5'
ROOM = 320.0


def to_dot(flow: Flow, view: View = WHOLE) -> str:
    """The flow, or the part of it that a view chooses, as DOT text, ending in a newline."""
    return "\n".join(_lines(sketch(flow, view))) + "\n"


def _lines(drawing: Sketch) -> Iterator[str]:
    yield f"digraph {_quoted(drawing.name)} {{"
    yield f'  graph [label={_quoted(drawing.title)}, labelloc=t, rankdir=TB, fontname="Helvetica"]'
    yield '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="Helvetica", fontsize=12]'
    yield '  edge [fontname="Helvetica", fontsize=10, color="#7b7466", fontcolor="#4a463d"]'
    yield from _group(groups(drawing), "  ")
    for arrow in drawing.arrows:
        label = [f"label={_quoted(chr(10).join(arrow.labels))}"] if arrow.labels else []
        extra = ", ".join([*label, *([BROKEN] if arrow.is_broken else [])])
        yield f"  {_quoted(arrow.source)} -> {_quoted(arrow.target)}{f' [{extra}]' if extra else ''}"
    if drawing.rows:
        rows = "\n".join(["In every state:", *(row.told for row in drawing.rows)])
        yield f'  "panel" [label={_quoted(rows)}, {NOTE}]'
    if drawing.promises:
        yield f'  "policies" [label={_quoted(chr(10).join(["Policies:", *promise_lines(drawing)]))}, {NOTE}]'
    yield "}"


def _group(group: Group, indent: str) -> Iterator[str]:
    for node in group.nodes:
        yield f"{indent}{_quoted(node.key)} [{_card(node) if isinstance(node, Card) else _pill(node)}]"
    for inner in group.groups:
        yield f"{indent}subgraph {_quoted(f'cluster_{inner.key}')} {{"
        yield f'{indent}  label={_quoted(inner.title)}; style="rounded,dashed"; color="#8b95a7"; fontname="Helvetica"'
        yield from _group(inner, indent + "  ")
        yield f"{indent}}}"


def _card(card: Card) -> str:
    """Tags are words on the card and, for a style sheet of one's own, classes."""
    lines = [card.title, *(f"#{tag}" for tag in card.tags), *(cut(remark.text, 11, ROOM) for remark in card.remarks)]
    parts = [f"label={_quoted(chr(10).join(lines))}"]
    if card.tags:
        parts.append(f"class={_quoted(' '.join(card.tags))}")
    if card.library is not None:
        parts.append('fillcolor="#eef1f6"')
    if card.is_broken:
        parts.append(BROKEN)
    elif card.is_start:
        parts.append("penwidth=2.5")
    return ", ".join(parts)


def _pill(pill: Pill) -> str:
    label = _quoted("\n".join([pill.outcome, *pill.kept]))
    fill = "#ffffff" if pill.returns else FILLS[pill.disposition]
    return ", ".join(
        [f'label={label}, shape=ellipse, style="filled", fillcolor="{fill}"', *([BROKEN] if pill.is_broken else [])]
    )


def _quoted(text: str) -> str:
    """A DOT string: only the quote and the backslash are special; a line break is written \\n."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
