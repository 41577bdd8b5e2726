"""Reading values out of speech: tokens, readers, and corrections made in the same breath.

A reader looks at the beginning of some tokens and says which value stands there and how many tokens it took.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flowengine.words.normalise import FILLERS, plain, word_set
from flowengine.words.number_words import ORDINALS, SMALL

TOKEN = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d+(?:[:/]\d+)+|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)+|\d+(?:st|nd|rd|th)\b|\d+"
    r"|[a-z]+(?:'[a-z]+)*|[£+@%]"
)
LATE_DAY = re.compile(rf"\b(twenty|thirty) ({'|'.join(word for word, day in ORDINALS.items() if day < 10)})\b")
"""Made one token, so that "the thirty-first of June" is not read as the first of June."""

TAKEN = "\0"
"""Stands where a token was used up by another value; no reader reads over it."""

TURNS = word_set("no nope actually sorry rather wait scratch instead mean meant")
DENIES = word_set("not isn't don't can't never except")

Reader = Callable[[Sequence[str]], tuple[object, int] | None]


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the tokens it was read from."""

    value: object
    start: int
    stop: int


def tokens(text: str) -> list[str]:
    """Lower-case words and figures; hyphenated words apart, `3/12`, `15:00`, `3rd` and ISO dates whole."""
    said = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", plain(text))
    said = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", said)
    return TOKEN.findall(LATE_DAY.sub(lambda day: f"{SMALL[day[1]] + ORDINALS[day[2]]}th", said))


def find(read: Reader, said: Sequence[str]) -> Found | None:
    """The value meant: the last one after a change of mind ("Tuesday, no, Wednesday"), else the first not denied."""
    found: list[Found] = []
    index = before = 0
    while index < len(said):
        result = read(said[index:])
        if result is None:
            index += 1
            continue
        value, used = result
        if not any(word in DENIES for word in said[max(before, index - 2) : index]):
            found.append(Found(value, index, index + used))
        index = before = index + max(used, 1)
    if not found:
        return None
    for each in reversed(found[1:]):
        if any(word in TURNS or word in DENIES for word in said[found[0].stop : each.start]):
            return each
    return found[0]


def without(said: Sequence[str], used: Found) -> list[str]:
    """The tokens with those of a value marked as taken."""
    return [TAKEN if used.start <= index < used.stop else word for index, word in enumerate(said)]


def corrects(text: str) -> bool:
    """Whether an answer takes back one before it: "no, Wednesday", "sorry, I meant the third"."""
    first = [word for word in tokens(text) if word not in FILLERS][:3]
    return bool(first) and (first[0] in TURNS or first[:2] in (["i", "meant"], ["make", "it"], ["i", "mean"]))
