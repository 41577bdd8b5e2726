"""Text and numbers as SVG takes them."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text(value: str) -> str:
    """Character data; what XML cannot hold is dropped."""
    return escape(_NOT_XML.sub("", value))


def attribute(value: str) -> str:
    """A quoted attribute value."""
    return quoteattr(_NOT_XML.sub("", value))


def number(value: float) -> str:
    """A length with one decimal at most: `12`, `12.5`."""
    return f"{round(value, 1) + 0.0:g}" if abs(value) < 1e5 else f"{value:.0f}"
