"""A flow as a Mermaid flowchart, for READMEs and wikis. A flowchart, since state diagrams cannot quote every label."""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.graph.export.sketch import Sketch, sketch
from flowengine.graph.model import Flow

CLASSES = {
    "start": "stroke-width:3px",
    "library": "fill:#eef1f6,stroke:#8b95a7,color:#2b3340",
    "success": "fill:#dff3e4,stroke:#2f8f55,color:#14532d",
    "retry": "fill:#fdf0d5,stroke:#b7791f,color:#6b4406",
    "suppress": "fill:#fbe3e4,stroke:#c0393f,color:#7a1d22",
    "ending": "fill:#eceae5,stroke:#8a8578,color:#3b382f",
    "panel": "fill:#fbfaf7,stroke:#cfcabd,color:#3b382f,stroke-dasharray:4 3",
}


def to_mermaid(flow: Flow) -> str:
    """The flow as Mermaid text, ending in a newline."""
    return "\n".join(_lines(sketch(flow))) + "\n"


def _lines(drawing: Sketch) -> Iterator[str]:
    ids = {node.key: f"s{number}" for number, node in enumerate(drawing.cards)}
    ids |= {pill.key: f"o{number}" for number, pill in enumerate(drawing.pills)}
    yield "---"
    yield f"title: {_yaml(drawing.title)}"
    yield "---"
    yield "flowchart TD"
    for card in drawing.cards:
        words = [card.name, *(f"#35;{tag}" for tag in card.tags)]
        kind = ":::library" if card.library is not None else ":::start" if card.is_start else ""
        yield f'  {ids[card.key]}["{_quoted(words[0])}{"".join(f" · {word}" for word in words[1:])}"]{kind}'
    for pill in drawing.pills:
        yield f'  {ids[pill.key]}(["{_quoted(pill.outcome)}"]):::{pill.disposition or "ending"}'
    for arrow in drawing.arrows:
        label = f'|"{"<br/>".join(_quoted(word) for word in arrow.labels)}"|' if arrow.labels else ""
        yield f"  {ids[arrow.source]} -->{label} {ids[arrow.target]}"
    if drawing.rows:
        rows = "<br/>".join(_quoted(row.text) for row in drawing.rows)
        yield f'  panel["In every state:<br/>{rows}"]:::panel'
    for name, style in CLASSES.items():
        yield f"  classDef {name} {style}"


def _quoted(text: str) -> str:
    """Text for a quoted label: Mermaid takes entities between # and ;, so # itself goes first."""
    escaped = text.replace("#", "#35;").replace("&", "#amp;").replace('"', "#quot;")
    return escaped.replace("<", "#lt;").replace(">", "#gt;").replace("`", "#96;").replace("\n", " ")


def _yaml(text: str) -> str:
    """A double-quoted scalar of the front matter."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'
