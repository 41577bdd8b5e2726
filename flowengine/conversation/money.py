"""Amounts of money as spoken: "fourteen pounds fifty", "twenty quid", "two and a half grand", "one ninety-nine".

Pounds and pence only: an amount in another currency is none.
"""

from __future__ import annotations

from collections.abc import Sequence

from flowengine.conversation.numbers import quantity
from flowengine.words.normalise import word_set
from flowengine.words.number_words import SMALL, read_number

NOTES = {"fiver": 5, "fivers": 5, "tenner": 10, "tenners": 10}
POUNDS = word_set("pound pounds quid")
THOUSANDS = word_set("grand k")
FOREIGN = word_set("bucks dollar dollars euro euros cent cents franc francs yen rupee rupees zloty")


def read_money(said: Sequence[str], *, bare: bool) -> tuple[float | None, int] | None:
    """Pounds: "£14.50", "fourteen pounds fifty", "fifty pence", "twenty quid", "a tenner"; `bare`: "fourteen fifty"."""
    sign = 1 if said[:1] == ["£"] else 0
    if said[:1] in (["$"], ["€"]):
        amount = quantity(said[1:])
        return (None, 1 + amount[1]) if amount is not None else None
    if said[:1] == ["a"] and len(said) > 1 and said[1] in NOTES:
        return float(NOTES[said[1]]), 2
    one = said[:1] in (["a"], ["another"]) and len(said) > 1 and said[1] in POUNDS | THOUSANDS
    found = (1, 1) if one else quantity(said[sign:])
    if found is None:
        return None
    value, used = found[0], found[1] + sign
    unit = said[used] if used < len(said) else ""
    if unit in THOUSANDS:
        value, used = value * 1000, used + 1
        unit = said[used] if used < len(said) else ""
        sign = 1
    if unit in FOREIGN:
        return None, used + 1
    if unit in ("pence", "p", "penny"):
        return round(value / 100, 2), used + 1
    if unit in POUNDS:
        return _with_pence(said, value, used + 1)
    if unit in NOTES:
        return float(value * NOTES[unit]), used + 1
    if sign:
        return round(float(value), 2), used
    if not bare:
        return None
    pence = read_number(said[used:])
    if isinstance(value, int) and pence is not None and 10 <= pence[0] < 100 and said[used] in SMALL and value < 100:
        if said[used + pence[1] : used + pence[1] + 1] in (["pounds"], ["quid"], ["pound"]):
            # "One fifty pounds": a pound fifty, or a hundred and fifty.
            return None, used + pence[1] + 1
        return round(value + pence[0] / 100, 2), used + pence[1]
    if used < len(said) and (said[used] in SMALL or said[used].isdigit()):
        return None, used + 1
    return round(float(value), 2), used


def _with_pence(said: Sequence[str], value: float, used: int) -> tuple[float, int]:
    """ "Fourteen pounds fifty", "two pounds and five pence", "two pounds five"."""
    joint = 1 if said[used : used + 1] == ["and"] else 0
    pence = read_number(said[used + joint :])
    if pence is not None and pence[0] < 100:
        last = used + joint + pence[1]
        named = said[last : last + 1] in (["pence"], ["p"], ["penny"])
        if named or not joint:
            return round(value + pence[0] / 100, 2), last + named
    return round(float(value), 2), used
