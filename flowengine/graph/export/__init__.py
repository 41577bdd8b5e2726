"""A flow as a drawing: Mermaid and DOT for other tools, SVG by our own layered layout. Pure text out."""

from flowengine.graph.export.dot import to_dot
from flowengine.graph.export.mermaid import to_mermaid
from flowengine.graph.export.sketch import drawn
from flowengine.graph.export.svg import to_svg
from flowengine.graph.export.view import View, around

__all__ = ["View", "around", "drawn", "to_dot", "to_mermaid", "to_svg"]
