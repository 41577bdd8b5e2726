"""A flow as a Mermaid flowchart, for READMEs and wikis. A flowchart, since state diagrams cannot quote every label."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowengine.graph.export.groups import Group, groups, promise_lines
from flowengine.graph.export.sketch import Card, Pill, Sketch, sketch
from flowengine.graph.export.text import cut
from flowengine.graph.export.view import WHOLE, View
from flowengine.graph.model import Flow

CLASSES = {
    "start": "stroke-width:3px",
    "library": "fill:#eef1f6,stroke:#8b95a7,color:#2b3340",
    "success": "fill:#dff3e4,stroke:#2f8f55,color:#14532d",
    "retry": "fill:#fdf0d5,stroke:#b7791f,color:#6b4406",
    "suppress": "fill:#fbe3e4,stroke:#c0393f,color:#7a1d22",
    "ending": "fill:#eceae5,stroke:#8a8578,color:#3b382f",
    "returns": "fill:#ffffff,stroke:#8b95a7,color:#2b3340",
    "panel": "fill:#fbfaf7,stroke:#cfcabd,color:#3b382f,stroke-dasharray:4 3",
    "broken": "stroke:#c8323a,stroke-width:3px",
}
TAGS = ("#0f6b5c", "#5a3d93", "#1d528f", "#7a5312", "#8d2a55", "#456012")
BROKEN = "stroke:#c8323a,stroke-width:3px,color:#c8323a"
ROOM = 320.0
_NOT_ID = re.compile(r"\W")


def to_mermaid(flow: Flow, view: View = WHOLE) -> str:
    """The flow, or the part of it that a view chooses, as Mermaid text, ending in a newline."""
    return "\n".join(_lines(sketch(flow, view))) + "\n"


def _lines(drawing: Sketch) -> Iterator[str]:
    ids = {card.key: f"s{number}" for number, card in enumerate(drawing.cards)}
    ids |= {pill.key: f"o{number}" for number, pill in enumerate(drawing.pills)}
    yield "---"
    yield f"title: {_yaml(drawing.title)}"
    yield "---"
    yield "flowchart TD"
    yield from _group(groups(drawing), ids, "  ")
    for arrow in drawing.arrows:
        label = f'|"{"<br/>".join(_quoted(word) for word in arrow.labels)}"|' if arrow.labels else ""
        yield f"  {ids[arrow.source]} -->{label} {ids[arrow.target]}"
    if drawing.rows:
        rows = "<br/>".join(_quoted(row.told) for row in drawing.rows)
        yield f'  panel["In every state:<br/>{rows}"]:::panel'
    if drawing.promises:
        rules = "<br/>".join(_quoted(line) for line in promise_lines(drawing))
        yield f'  policies["Policies:<br/>{rules}"]:::panel'
    for name, style in CLASSES.items():
        yield f"  classDef {name} {style}"
    for number, tag in enumerate(drawing.tags):
        named = f"tag_{_NOT_ID.sub('_', tag)}"
        yield f"  classDef {named} stroke:{TAGS[number % len(TAGS)]},stroke-width:2px"
        yield f"  class {','.join(ids[card.key] for card in drawing.cards if tag in card.tags)} {named}"
    places = [ids[card.key] for card in drawing.cards if card.is_broken]
    places += [ids[pill.key] for pill in drawing.pills if pill.is_broken]
    if places:
        yield f"  class {','.join(places)} broken"
    broken = [str(number) for number, arrow in enumerate(drawing.arrows) if arrow.is_broken]
    if broken:
        yield f"  linkStyle {','.join(broken)} {BROKEN}"


def _group(group: Group, ids: dict[str, str], indent: str) -> Iterator[str]:
    for node in group.nodes:
        yield indent + (_card(node, ids[node.key]) if isinstance(node, Card) else _pill(node, ids[node.key]))
    for inner in group.groups:
        yield f'{indent}subgraph {inner.key}["{_quoted(inner.title)}"]'
        yield from _group(inner, ids, indent + "  ")
        yield f"{indent}end"


def _card(card: Card, name: str) -> str:
    title = " · ".join([_quoted(card.title), *(f"#35;{_quoted(tag)}" for tag in card.tags)])
    words = "<br/>".join([title, *(_quoted(cut(remark.text, 11, ROOM)) for remark in card.remarks)])
    kind = ":::library" if card.library is not None else ":::start" if card.is_start else ""
    return f'{name}["{words}"]{kind}'


def _pill(pill: Pill, name: str) -> str:
    kind = "returns" if pill.returns else pill.disposition or "ending"
    words = "<br/>".join(_quoted(word) for word in (pill.outcome, *pill.kept))
    return f'{name}(["{words}"]):::{kind}'


def _quoted(text: str) -> str:
    """Text for a quoted label: Mermaid takes entities between # and ;, so # itself goes first."""
    escaped = text.replace("#", "#35;").replace("&", "#amp;").replace('"', "#quot;")
    return escaped.replace("<", "#lt;").replace(">", "#gt;").replace("`", "#96;").replace("\n", " ")


def _yaml(text: str) -> str:
    """A double-quoted scalar of the front matter."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
