"""Rows of digits and telephone numbers: "oh double seven", "plus four four", "triple two"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from flowengine.conversation.numbers import REPEATS
from flowengine.conversation.reading import TURNS, Reader
from flowengine.words.normalise import word_set
from flowengine.words.number_words import DIGITS, SMALL, TENS

ZEROS = {"oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0"}
SINGLE = {word: str(value) for value, word in enumerate(DIGITS)} | ZEROS
MISHEARD = {"to": "2", "too": "2", "for": "4", "won": "1", "ate": "8", "free": "3", "tree": "3", "sex": "6"}
"""What recognisers write for digits; believed only between two digits."""

PASSED_OVER = word_set("and then um er erm uh dash hyphen space that's it's so")


def read_digits(said: Sequence[str]) -> tuple[str, int] | None:
    """The row of digits at the beginning of `said`, and how many tokens it took."""
    row: list[str] = []
    index = used = 0
    while index < len(said):
        group = digit_group(said[index:], inside=bool(row))
        if group is not None:
            row.append(group[0])
            index += group[1]
            used = index
        elif row and said[index] in PASSED_OVER:
            index += 1
        else:
            break
    return ("".join(row), used) if row else None


def row_reader(count: int | None, known: str = "") -> Reader:
    """A reader of rows of so many digits, or of any number of them; a row of another length is none, whole.

    `known` is the row that was read back.
    """
    tail = _TailReader(known)

    def read(said: Sequence[str]) -> tuple[object, int] | None:
        row = read_digits(said)
        if row is None:
            tail.turn(said)
            return None
        value = tail.complete(row[0], lambda digits: digits if count in (None, len(digits)) else None)
        return value, row[1]

    return read


def phone_reader(known: str = "") -> Reader:
    """A reader of telephone numbers, as E.164; `known` is the one that was read back."""
    tail = _TailReader(known)

    def read(said: Sequence[str]) -> tuple[object, int] | None:
        plus = 1 if said[:1] in (["+"], ["plus"]) else 0
        row = read_digits(said[plus:])
        if row is None:
            tail.turn(said)
            return None
        return tail.complete(("+" if plus else "") + row[0], uk_number), plus + row[1]

    return read


class _TailReader:
    """The last row read, for a correction of its end: "… one two three, no, one two four"."""

    def __init__(self, known: str) -> None:
        self._last = known
        self._turned = False

    def turn(self, said: Sequence[str]) -> None:
        self._turned = self._turned or said[0] in TURNS

    def complete(self, row: str, check: Callable[[str], str | None]) -> str | None:
        value = check(row)
        if value is None and self._turned and len(row) < len(self._last):
            row = self._last[: -len(row)] + row
            value = check(row)
        self._last = row if value is not None else ""
        return value


def uk_number(text: str) -> str | None:
    """E.164 of a number written nationally or with its country; None when it can't be one."""
    digits = re.sub(r"[^\d+]", "", re.sub(r"\(0\)", "", text))
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if digits.startswith("44") and len(digits) in (11, 12):
        digits = f"+{digits}"
    if re.fullmatch(r"0[1-9]\d{8,9}", digits):
        return f"+44{digits[1:]}"
    if re.fullmatch(r"\+440\d{9,10}", digits):
        digits = f"+44{digits[4:]}"
    if digits.startswith("+44"):
        return digits if re.fullmatch(r"\+44[1-9]\d{8,9}", digits) else None
    return digits if re.fullmatch(r"\+[1-9]\d{7,14}", digits) else None


def digit_group(said: Sequence[str], *, inside: bool) -> tuple[str, int] | None:
    """The digits that one word, or two ("double four", "twenty three"), stand for."""
    word = said[0]
    if word.isdigit():
        return word, 1
    if word in REPEATS and len(said) > 1:
        digit = SINGLE.get(said[1]) or (said[1] if re.fullmatch(r"\d", said[1]) else None)
        return (digit * REPEATS[word], 2) if digit is not None else None
    if word in SINGLE:
        # "Oh seven seven double oh nine hundred …": the zeros are digits of the row.
        return (f"{SINGLE[word]}00", 2) if said[1:2] == ["hundred"] else (SINGLE[word], 1)
    if word in TENS and word:
        unit = SMALL.get(said[1]) if len(said) > 1 else None
        if unit is not None and 0 < unit < 10:
            return str(SMALL[word] + unit), 2
        return str(SMALL[word]), 1
    if word in SMALL:
        return str(SMALL[word]), 1
    if word in MISHEARD and inside and len(said) > 1 and digit_group(said[1:], inside=False) is not None:
        return MISHEARD[word], 1
    return None
