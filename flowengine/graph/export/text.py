"""How wide a text will be, roughly, and where to break it, without a font at hand.

Widths are shares of the font size, taken from DejaVu Sans, the widest of the usual interface fonts, so that a text
never grows out of its box on another machine.
"""

from __future__ import annotations

_NARROW = frozenset("iljI.,:;'|!()[]ftr/ \u2018\u2019\u2026")
_WIDE = frozenset("mwMW@%\u2192\u2014")


def width(text: str, size: float) -> float:
    """Pixels that `text` takes at this font size, rather too many than too few."""
    share = 0.0
    for letter in text:
        if letter in _NARROW:
            share += 0.37
        elif letter in _WIDE or letter > "\u2e80":
            share += 0.95
        else:
            share += 0.70 if letter.isupper() else 0.61
    return share * size


def cut(text: str, size: float, room: float) -> str:
    """`text`, shortened with an ellipsis to fit into `room` pixels."""
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip(" ,.") + "…"


def wrapped(text: str, size: float, room: float, lines: int) -> tuple[str, ...]:
    """`text` broken at spaces into at most so many lines of `room` pixels; what is left over is cut."""
    words = text.split()
    found: list[str] = []
    while words and len(found) < lines - 1:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size) <= room:
            line = f"{line} {words.pop(0)}"
        found.append(cut(line, size, room))
    if words:
        found.append(cut(" ".join(words), size, room))
    return tuple(found)
