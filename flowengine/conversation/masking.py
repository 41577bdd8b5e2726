"""Long numbers in what was said are masked before any of it leaves for a model: cards, accounts, telephones, codes.

A number counts by its digits, written or spoken ("four two double four"), whatever stands between them.
"""

from __future__ import annotations

import re

from flowengine.conversation.hiding import HIDDEN

SHORTEST = 6
"""A date, an amount or a house number has fewer digits; a sort code has six, a card's code with its date seven."""

_ONE = """zero oh o nought one two three four five six seven eight nine
twenty thirty forty fifty sixty seventy eighty ninety"""
_TWO = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_SPOKEN = {
    **dict.fromkeys(_ONE.split(), 1),
    **dict.fromkeys(_TWO.split(), 2),
    "double": 1,
    "triple": 2,
    "treble": 2,
}
"""How many digits a word stands for; "double" and "triple" are what the next digit is more."""

_TOKEN = re.compile(r"\d+|[^\W\d_]+", re.UNICODE)
_BETWEEN = re.compile(r"[\s\-–.,/]*")


def masked(text: str) -> str:
    """The text with `•••` in place of every number of six digits or more."""
    runs: list[tuple[int, int, int]] = []
    for found in _TOKEN.finditer(text):
        word = found.group()
        digits = len(word) if word.isdigit() else _SPOKEN.get(word.casefold(), 0)
        if not digits:
            continue
        if runs and _BETWEEN.fullmatch(text, runs[-1][1], found.start()):
            start, _, before = runs.pop()
            runs.append((start, found.end(), before + digits))
        else:
            runs.append((found.start(), found.end(), digits))
    for start, end, digits in reversed(runs):
        if digits >= SHORTEST:
            text = text[:start] + HIDDEN + text[end:]
    return text
