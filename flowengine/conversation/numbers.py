"""Numbers as spoken: "two and a half", "three point five", "minus four", "one two three four"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flowengine.words.number_words import LARGEST, SMALL, read_number

MULTIPLES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
FRACTIONS: tuple[tuple[list[str], float], ...] = (
    (["and", "a", "half"], 0.5),
    (["and", "a", "quarter"], 0.25),
    (["and", "three", "quarters"], 0.75),
)
REPEATS = {"double": 2, "triple": 3, "treble": 3}
NOUGHTS = frozenset({"nought", "naught", "nil", "oh"})


def read_amount(said: Sequence[str]) -> tuple[float | int | None, int] | None:
    """Any number: "two and a half", "three point five", "1,200", "minus four", "a couple", "one two three four"."""
    if not said:
        return None
    if said[0] == "minus":
        rest = read_amount(said[1:])
        return (-rest[0], rest[1] + 1) if rest is not None and rest[0] is not None else None
    row = _row(said)
    if row is not None:
        return row
    found = quantity(said)
    if found is None:
        return None
    value, used = found
    if said[used : used + 1] == ["%"] or said[used : used + 1] == ["percent"]:
        return value, used + 1
    if said[used : used + 2] == ["per", "cent"]:
        return value, used + 2
    if used < len(said) and (said[used] in SMALL or said[used].isdigit()) and said[used] != said[0]:
        # "Fifteen twenty", "one two": two numbers or one, and nobody knows which.
        return None, used + 1
    return value, used


def quantity(said: Sequence[str]) -> tuple[float | int, int] | None:
    """How many of something: a number with its fraction and its scale, "two and a half million"."""
    found = _plain_amount(said) if said else None
    if found is None:
        return None
    value, used = _with_fraction(said, *found)
    while used < len(said) and said[used] in MULTIPLES and abs(value) < LARGEST:
        value, used = _whole(float(value * MULTIPLES[said[used]])), used + 1
    return value, used


def _plain_amount(said: Sequence[str]) -> tuple[float | int, int] | None:
    if said[:2] in (["a", "couple"], ["a", "pair"]):
        return 2, 2 + (said[2:3] == ["of"])
    if said[:1] == ["couple"]:
        return 2, 1 + (said[1:2] == ["of"])
    if said and re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+", said[0]):
        return _whole(float(said[0].replace(",", ""))), 1
    if said[:2] == ["a", "half"] or (said[:1] == ["half"] and said[1:3] != ["a", "dozen"]):
        used = 2 if said[0] == "a" else 1
        return 0.5, used + (said[used : used + 1] == ["a"] and said[used + 1 : used + 2] != ["dozen"])
    if said[:1] == ["point"] or (said[0] in NOUGHTS and said[1:2] == ["point"]):
        return 0, 0 if said[0] == "point" else 1
    number = read_number(said)
    if number is not None and said[number[1] : number[1] + 1] == ["dozen"]:
        return number[0] * 12, number[1] + 1
    return number


def _with_fraction(said: Sequence[str], value: float | int, used: int) -> tuple[float | int, int]:
    if said[used : used + 1] == ["point"]:
        digits = ""
        while (index := used + 1 + len(digits)) < len(said) and (digit := _digit(said[index])) is not None:
            digits += digit
        if digits:
            return float(f"{value}.{digits}"), used + 1 + len(digits)
        if said[used + 1 : used + 2] and said[used + 1].isdigit():
            return float(f"{value}.{said[used + 1]}"), used + 2
    for words, fraction in FRACTIONS:
        if said[used : used + len(words)] == words:
            return value + fraction, used + len(words)
    return value, used


def _row(said: Sequence[str]) -> tuple[float | int | None, int] | None:
    """A number said digit by digit, as meters and references are read: "one two three four", "double four one"."""
    digits: list[str] = []
    index = 0
    while index < len(said):
        if said[index] in REPEATS and index + 1 < len(said) and (digit := _digit(said[index + 1])) is not None:
            digits += [digit] * REPEATS[said[index]]
            index += 2
        elif (digit := _digit(said[index])) is not None or (digit := "0" if said[index] in ("oh", "o") else None):
            digits.append(digit)
            index += 1
        else:
            break
    if len(digits) < 3 and not (digits and said[0] in REPEATS):
        return None
    if index < len(said) and (said[index] in SMALL or said[index].isdigit() or said[index] in MULTIPLES):
        return None, index + 1
    return int("".join(digits)), index


def _digit(word: str) -> str | None:
    if len(word) == 1 and word.isdigit():
        return word
    value = SMALL.get(word, 10)
    return str(value) if value < 10 else "0" if word in NOUGHTS - {"oh"} else None


def _whole(value: float) -> float | int:
    return int(value) if value.is_integer() else value
