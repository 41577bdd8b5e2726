"""Lengths of time as spoken: "half an hour", "an hour and a half", "two hours twenty", "a fortnight".

A month has no fixed length, and a year neither: they are asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flowengine.conversation.numbers import quantity
from flowengine.conversation.reading import TURNS, Reader
from flowengine.words.normalise import word_set
from flowengine.words.number_words import read_number

SECONDS = {"second": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400, "week": 604800, "fortnight": 1209600}
SMALLER = {"hour": "minute", "minute": "second", "min": "second"}
MOST = 100 * 366 * 86400
"""Seconds; nobody counts further in days."""

UNFIXED = word_set("month months year years")
PARTS: tuple[tuple[list[str], float], ...] = (
    (["three", "quarters", "of", "an"], 0.75),
    (["three", "quarters", "of", "a"], 0.75),
    (["a", "quarter", "of", "an"], 0.25),
    (["quarter", "of", "an"], 0.25),
    (["half", "an"], 0.5),
    (["half", "a"], 0.5),
    (["a", "couple", "of"], 2),
    (["a", "few"], 0),
    (["a", "good"], 1),
    (["a", "full"], 1),
    (["another"], 1),
    (["a"], 1),
    (["an"], 1),
)
MORE: tuple[tuple[list[str], float], ...] = (
    (["and", "a", "half"], 0.5),
    (["and", "a", "quarter"], 0.25),
    (["and", "three", "quarters"], 0.75),
)


def length_reader() -> Reader:
    """A reader of lengths that knows the unit of the last: "two hours, sorry, three"."""
    unit: str | None = None
    turned = False

    def read(said: Sequence[str]) -> tuple[object, int] | None:
        nonlocal unit, turned
        found = _length(said)
        if found is not None:
            unit = found[2]
            return read_duration(said)
        turned = turned or said[0] in TURNS
        if turned and unit is not None and (amount := quantity(said)) is not None:
            total = amount[0] * SECONDS[unit]
            return (timedelta(seconds=total) if total <= MOST else None), amount[1]
        return (None, 2) if len(said) > 1 and said[1] in UNFIXED else None

    return read


def read_duration(said: Sequence[str]) -> tuple[timedelta, int] | None:
    """The length of time at the beginning of `said`, and how many tokens it took."""
    first = _length(said)
    if first is None:
        return None
    total, used, unit = first
    for words, part in MORE:
        if said[used : used + len(words)] == words:
            return timedelta(seconds=total + SECONDS[unit] * part), used + len(words)
    while True:
        joint = 1 if said[used : used + 1] == ["and"] else 0
        rest = _length(said[used + joint :])
        if rest is None or SECONDS[rest[2]] >= SECONDS[unit]:
            break
        total, used, unit = total + rest[0], used + joint + rest[1], rest[2]
    bare = read_number(said[used:])
    if bare is not None and unit in SMALLER and 0 < bare[0] < 60:
        # "Two hours twenty".
        return timedelta(seconds=total + bare[0] * SECONDS[SMALLER[unit]]), used + bare[1]
    return timedelta(seconds=total), used


def _length(said: Sequence[str]) -> tuple[float, int, str] | None:
    amount: tuple[float | int, int] | None
    amount = next(((part, len(words)) for words, part in PARTS if said[: len(words)] == words), None)
    if amount is None:
        bare = said[:1] and said[0] in SECONDS and said[1:4] == ["and", "a", "half"]
        amount = (1, 0) if bare else quantity(said)
    if amount is None or not amount[0] or amount[1] >= len(said):
        return None
    unit = said[amount[1]].removesuffix("s")
    if unit not in SECONDS or amount[0] * SECONDS[unit] > MOST:
        return None
    return amount[0] * SECONDS[unit], amount[1] + 1, unit
