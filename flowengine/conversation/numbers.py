"""Numbers, amounts of money and lengths of time, as spoken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from flowengine.words.number_words import SMALL, read_number

SECONDS = {"second": 1, "minute": 60, "min": 60, "hour": 3600, "day": 86400, "week": 604800, "fortnight": 1209600}
NOTES = {"fiver": 5, "tenner": 10}


def read_amount(said: Sequence[str]) -> tuple[float | int, int] | None:
    """Any number: "two and a half", "three point five", "1,200", "minus four", "a couple"."""
    if not said:
        return None
    if said[0] == "minus":
        rest = read_amount(said[1:])
        return (-rest[0], rest[1] + 1) if rest is not None else None
    if said[:2] == ["a", "couple"]:
        return 2, 2 + (said[2:3] == ["of"])
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+", said[0]):
        return _whole(float(said[0].replace(",", ""))), 1
    if (said[:2] == ["a", "half"] or said[:1] == ["half"]) and said[1:3] != ["a", "dozen"]:
        return 0.5, 2 if said[0] == "a" else 1
    number = read_number(said)
    if number is None:
        return None
    value, used = number
    if said[used : used + 1] == ["point"]:
        digits = 0
        while used + 1 + digits < len(said) and SMALL.get(said[used + 1 + digits], 10) < 10:
            digits += 1
        if digits:
            fraction = "".join(str(SMALL[each]) for each in said[used + 1 : used + 1 + digits])
            return float(f"{value}.{fraction}"), used + 1 + digits
    if said[used : used + 3] == ["and", "a", "half"]:
        return value + 0.5, used + 3
    return value, used


def read_money(said: Sequence[str], *, bare: bool) -> tuple[float, int] | None:
    """Pounds: "£14.50", "fourteen pounds fifty", "fifty pence", "twenty quid", "a tenner"; `bare`: "fourteen fifty"."""
    if said[:1] == ["£"]:
        amount = read_amount(said[1:])
        return (round(float(amount[0]), 2), amount[1] + 1) if amount is not None else None
    if said[:1] == ["a"] and len(said) > 1 and said[1] in NOTES:
        return float(NOTES[said[1]]), 2
    amount = read_amount(said)
    if amount is None:
        return None
    value, used = amount
    unit = said[used] if used < len(said) else ""
    if unit in ("pence", "p", "penny"):
        return round(value / 100, 2), used + 1
    if unit in ("pound", "pounds", "quid"):
        used += 1
        joint = 1 if said[used : used + 1] == ["and"] else 0
        pence = read_number(said[used + joint :])
        if pence is not None and pence[0] < 100:
            last = used + joint + pence[1]
            named = said[last : last + 1] in (["pence"], ["p"])
            if named or not joint:
                return round(value + pence[0] / 100, 2), last + named
        return round(float(value), 2), used
    if not bare:
        return None
    pence = read_number(said[used:])
    if isinstance(value, int) and pence is not None and 10 <= pence[0] < 100 and said[used] in SMALL:
        return round(value + pence[0] / 100, 2), used + pence[1]
    return round(float(value), 2), used


def read_duration(said: Sequence[str]) -> tuple[timedelta, int] | None:
    """ "Half an hour", "an hour and a half", "two and a half hours", "ten minutes and thirty seconds"."""
    first = _length(said)
    if first is None:
        return None
    total, used, unit = first
    if said[used : used + 3] == ["and", "a", "half"]:
        return timedelta(seconds=total + SECONDS[unit] / 2), used + 3
    if said[used : used + 3] == ["and", "a", "quarter"]:
        return timedelta(seconds=total + SECONDS[unit] / 4), used + 3
    joint = 1 if said[used : used + 1] == ["and"] else 0
    rest = _length(said[used + joint :])
    if rest is not None and SECONDS[rest[2]] < SECONDS[unit]:
        return timedelta(seconds=total + rest[0]), used + joint + rest[1]
    return timedelta(seconds=total), used


def _length(said: Sequence[str]) -> tuple[float, int, str] | None:
    amount: tuple[float | int, int] | None
    if said[:2] in (["half", "an"], ["half", "a"]):
        amount = (0.5, 2)
    elif said[:4] == ["three", "quarters", "of", "an"]:
        amount = (0.75, 4)
    elif said[:3] in (["quarter", "of", "an"], ["a", "quarter", "of"]):
        amount = (0.25, 3 + (said[:1] == ["a"]))
    elif said[:1] in (["a"], ["an"]):
        amount = (1, 1)
    else:
        amount = read_amount(said)
    if amount is None or amount[1] >= len(said):
        return None
    unit = said[amount[1]].removesuffix("s")
    return (amount[0] * SECONDS[unit], amount[1] + 1, unit) if unit in SECONDS else None


def _whole(value: float) -> float | int:
    return int(value) if value.is_integer() else value
