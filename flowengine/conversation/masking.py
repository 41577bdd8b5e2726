"""Long numbers in what was said are masked before any of it leaves for a model: cards, accounts, telephones, codes.

A number counts by its digits, written or spoken ("four two double four"), whatever stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flowengine.conversation.hiding import HIDDEN
from flowengine.words.number_words import DIGITS

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

_SAID = {**{word: str(value) for value, word in enumerate(DIGITS)}, "oh": "0", "o": "0", "nought": "0"}

_TOKEN = re.compile(r"\d+|[^\W\d_]+", re.UNICODE)
_BETWEEN = re.compile(r"[\s\-–.,/]*")


_DAY = re.compile(r"20\d\d-(0[1-9]|1[0-2])-([0-2]\d|3[01])(\s\d{1,2})?|[0-3]?\d/[01]?\d/20\d\d(\s\d{1,2})?")
"""A day is no number that somebody could be called at, though it has eight digits."""


def masked(text: str) -> str:
    """The text with `•••` in place of every number of six digits or more."""
    return _without(text, _long_numbers(text))


def invented_masked(text: str, heard: str) -> str:
    """A model's text with `•••` for every long number whose digits are not in those `heard`; days stay.

    A model is told no long number, so one that nobody said is made up.
    """
    made_up = [
        (start, end)
        for start, end in _long_numbers(text)
        if not _DAY.fullmatch(text, start, end) and not _was_heard(digits_of(text[start:end]), heard)
    ]
    return _without(text, made_up)


def digits_of(text: str) -> str:
    """The digits in it, written or said one by one, without what stands between: "oh seven, 70" is 0770."""
    found = (each.group() for each in _TOKEN.finditer(text))
    return "".join(word if word.isdigit() else _SAID.get(word.casefold(), "") for word in found)


def _was_heard(digits: str, heard: str) -> bool:
    """Also where it was said without its country: +44 7700 as 07700."""
    return digits != "" and (digits in heard or (digits.startswith("44") and f"0{digits[2:]}" in heard))


def _without(text: str, runs: Sequence[tuple[int, int]]) -> str:
    for start, end in reversed(runs):
        text = text[:start] + HIDDEN + text[end:]
    return text


def _long_numbers(text: str) -> list[tuple[int, int]]:
    """Where they begin and end."""
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
    return [(start, end) for start, end, digits in runs if digits >= SHORTEST]
