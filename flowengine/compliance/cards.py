"""Card numbers in what is said or typed: 13 to 19 digits that pass Luhn's sum, also in words and over a cut.

They may not be kept (rule C2, PCI DSS 3.3): what is stored has a mark in their place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flowengine.words.number_words import DIGITS, SMALL

CARD_HIDDEN = "[card number]"
PART_HIDDEN = "[digits]"
SHORTEST, LONGEST = 13, 19
BEGINNING = 8
"""So many digits that begin as a card's do may be the first half of one, where no number was asked for."""

_ISSUED = re.compile(r"(?:2[2-7]|3[04-9]|4|5|6)\d")
"""How the numbers of payment cards begin (ISO/IEC 7812). UK telephone numbers begin with 0, or 44 when written so."""
_TOKEN = re.compile(r"\d+|[^\W\d_]+", re.UNICODE)
_DIGIT = {word: str(value) for value, word in enumerate(DIGITS)} | dict.fromkeys(("oh", "o", "nought", "naught"), "0")
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_FILLERS = frozenset(
    {"um", "umm", "er", "erm", "uh", "ah", "and", "then", "dash", "hyphen", "space", "so", "it's", "its"}
)
_PLURAL = {f"{word}es" if word.endswith("x") else f"{word}s": digit for word, digit in _DIGIT.items()}
_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_NUMBERS = frozenset({*_DIGIT, *_TIMES, *_PLURAL, *SMALL})
_WORD = re.compile(r"[a-z]+")
_MOST_FILLERS = 2
_JOINED = re.compile(r"[\s,./()_·\u2010-\u2015-]*")
"""What may stand between the groups of a number. A time has a colon."""


@dataclass(frozen=True, slots=True)
class Run:
    """Digits one after the other: which, where in the text, and whether it begins or ends there."""

    digits: str
    start: int
    stop: int
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Masked:
    """A text as it may be kept. `tail`: the digits at its end, which the next utterance may go on with."""

    text: str
    tail: str


def mask(text: str, before: str = "", *, asked: bool = False) -> Masked:
    """A caller's words without card numbers. `before`: the tail of the utterance before. `asked`: a number was."""
    parts: list[str] = []
    done = 0
    tail = ""
    for run in runs(text):
        whole = before + run.digits if run.first else run.digits
        dated = _DATE.fullmatch(text[run.start : run.stop]) is not None
        shown = _shown(whole, run.digits, asked=asked or dated)
        if shown is not None:
            parts += [text[done : run.start], shown]
            done = run.stop
        if run.last:
            tail = whole[-LONGEST:]
    if not parts:
        return Masked(text, tail)
    return Masked("".join(parts) + text[done:], tail)


def has_card(text: str) -> bool:
    """Whether a text holds a card number."""
    # A word makes nine digits at most ("nine ones"); most sentences have no number at all.
    if sum(map(str.isdigit, text)) < BEGINNING and sum(word in _NUMBERS for word in _WORD.findall(text)) < 4:
        return False
    return any(is_card(run.digits) for run in runs(text))


def is_card(digits: str) -> bool:
    """Whether some 13 to 19 of these digits, one after the other, are a card number."""
    count = len(digits)
    return any(
        _ISSUED.match(digits, start) is not None and luhn(digits[start : start + length])
        for length in range(SHORTEST, min(LONGEST, count) + 1)
        for start in range(count - length + 1)
    )


def luhn(digits: str) -> bool:
    """Luhn's sum (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def runs(text: str) -> Iterator[Run]:
    """The runs of digits in a text, in figures or in words ("double four", "forty-nine")."""
    tokens = [(match[0].casefold(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
    words = [word for word, _, _ in tokens]
    place = 0
    apart = [_JOINED.fullmatch(text, one[2], other[1]) is None for one, other in pairwise(tokens)]
    while place < len(tokens):
        digits, used = _read(words, place)
        if not used:
            place += 1
            continue
        begin, end = place, place + used
        while True:
            following = end
            while following < len(words) and words[following] in _FILLERS and following - end < _MOST_FILLERS:
                following += 1
            more, used = _read(words, following)
            if not used or any(apart[end - 1 : following]):
                break
            digits, end = digits + more, following + used
        first = all(word in _FILLERS for word in words[:begin])
        last = all(word in _FILLERS for word in words[end:])
        yield Run(digits, tokens[begin][1], tokens[end - 1][2], first, last)
        place = end


def _read(words: Sequence[str], place: int) -> tuple[str, int]:
    """The digits that a word stands for, with what belongs to it; "" and 0 for none."""
    if place >= len(words):
        return "", 0
    word = words[place]
    if word[0].isdecimal():
        return "".join(str(int(each)) for each in word if each.isdecimal()), 1
    following = words[place + 1] if place + 1 < len(words) else ""
    if word in _TIMES:
        digit = _DIGIT.get(following) or (following if len(following) == 1 and following.isdecimal() else "")
        return (str(int(digit)) * _TIMES[word], 2) if digit else ("", 0)
    if word in _DIGIT:
        if following in _PLURAL and word != "o":
            return _PLURAL[following] * int(_DIGIT[word]), 2
        return _DIGIT[word], 1
    value = SMALL.get(word)
    if value is None:
        return "", 0
    unit = SMALL.get(following, 0)
    return (str(value + unit), 2) if value >= 20 and 0 < unit < 10 else (str(value), 1)


def _shown(whole: str, own: str, *, asked: bool) -> str | None:
    """What stands for a run of digits; None for the digits themselves."""
    if is_card(whole):
        return CARD_HIDDEN
    begins = _ISSUED.match(own) is not None and not own.startswith("44")
    return PART_HIDDEN if begins and not asked and BEGINNING <= len(own) < LONGEST else None
