"""Amounts of money and percentages, as they are written or spoken: "£49.99", "forty-nine pounds a month", "a tenner".

An amount that is named and cannot be read (hundreds of pounds, half price) is one whose `value` is None.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from flowengine.compliance.saying.normal import heard
from flowengine.words.number_words import DIGITS, SCALES, SMALL, read_number


@dataclass(frozen=True, slots=True)
class Amount:
    """`unit`: £, $, € or %. `per`: month, year, … or "". `value` None: named, but not as a number."""

    unit: str
    value: Decimal | None
    per: str = ""


_MAYBE = re.compile(
    r"[£$€%]|\b(?:pounds?|quid|pence|penny|pennies|p|per ?cent|gbp|usd|eur|euros?|dollars?|bucks?|tenners?|fivers?"
    r"|grand|half|off|free|monthly|yearly|weekly|annually)\b|\dp\b"
    r"|\b(?:a|per|each|every) (?:month|year|week|annum|quarter|day)\b"
    r"|\b(?:costs?|charges?|charging|pay|paying|priced?|fee|bill|comes to|works out)\b"
)
_TOKEN = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[a-z]+(?:'[a-z]+)?|[£$€%]|[.,;:!?/]")
_SIGNS = {"£": "£", "$": "$", "€": "€", "gbp": "£", "usd": "$", "eur": "€"}
_UNITS = {
    **dict.fromkeys(("pound", "pounds", "quid", "gbp"), ("£", Decimal(1))),
    **dict.fromkeys(("pence", "penny", "pennies", "p"), ("£", Decimal("0.01"))),
    **dict.fromkeys(("dollar", "dollars", "buck", "bucks", "usd"), ("$", Decimal(1))),
    **dict.fromkeys(("euro", "euros", "eur"), ("€", Decimal(1))),
    **dict.fromkeys(("tenner", "tenners"), ("£", Decimal(10))),
    **dict.fromkeys(("fiver", "fivers"), ("£", Decimal(5))),
    "grand": ("£", Decimal(1000)),
    "percent": ("%", Decimal(1)),
    "%": ("%", Decimal(1)),
}
_ONE_OF_IT = frozenset({"tenner", "fiver", "grand"})
"""Named without a number: "a tenner"."""
_PERIODS = {
    **{each: each for each in ("day", "week", "month", "quarter", "year", "hour", "call", "visit")},
    "annum": "year",
    "monthly": "month",
    "weekly": "week",
    "daily": "day",
    "yearly": "year",
    "annually": "year",
    "hourly": "hour",
}
_CALENDAR = frozenset({"week", "month", "quarter", "year"})
_EACH = frozenset({"a", "an", "per", "each", "every", "/"})
_DIGIT = {word: str(value) for value, word in enumerate(DIGITS)} | {"oh": "0", "nought": "0"}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_SCALE = {"hundred": 100, **{name: value for value, name in SCALES}, "dozen": 12}
_NUMBER = frozenset({*SMALL, *_SCALE, *_DIGIT, *_TIMES, "half", "point", "and", "a"})
_COSTS = frozenset(
    {
        "cost",
        "costs",
        "charge",
        "charges",
        "charging",
        "pay",
        "pays",
        "paying",
        "price",
        "priced",
        "fee",
        "bill",
        "rate",
    }
)
_BETWEEN = frozenset(
    {"is", "it", "us", "you", "at", "just", "only", "about", "from", "around", "be", "of", "to", "was"}
)
_LEAD = _COSTS | frozenset({"it's", "that's", "is", "for", "at", "only", "just", "from", "about", "around", "be"})
_DISCOUNT = re.compile(
    r"\bhalf (?:the |its |your )?(?:price|cost|bill)\b|\b(?:half|quarter|third) off\b|\b(?:two|three) for (?:one|two)\b"
    r"|\bbuy one\b|\bfor the price of\b|\b(?:a|one) third (?:off|cheaper|less)\b|\btwice as cheap\b"
)
_VAGUE = frozenset({"hundreds", "thousands", "millions", "dozens", "tens"})


@lru_cache(maxsize=4096)
def amounts(text: str) -> frozenset[Amount]:
    """The amounts in a text."""
    said = heard(text)
    if _MAYBE.search(said) is None:
        return frozenset()
    tokens = _TOKEN.findall(said.replace("per cent", "percent"))
    found = {Amount("discount", None, match[0]) for match in _DISCOUNT.finditer(said)}
    place = 0
    while place < len(tokens):
        amount, place = _at(tokens, place)
        if amount is not None:
            found.add(amount)
    return frozenset(found)


def _at(tokens: Sequence[str], place: int) -> tuple[Amount | None, int]:
    """The amount that begins at a token, and where to read on."""
    token = tokens[place]
    sign = _SIGNS.get(token)
    if sign is not None:
        stop = _run(tokens, place + 1)
        if stop > place + 1:
            value, stop = _pence(tokens, stop, _value(tokens[place + 1 : stop]))
            return _amount(tokens, stop, sign, value)
    if token in _ONE_OF_IT:
        name, worth = _UNITS[token]
        return _amount(tokens, place + 1, name, worth)
    if token in _VAGUE and any(each in _UNITS for each in tokens[place + 1 : place + 3]):
        return Amount("£", None, token), place + 1
    if token in ("and", "a", "point") and not _begins(tokens, place):
        return None, place + 1
    stop = _run(tokens, place)
    if stop == place:
        return None, place + 1
    unit = _UNITS.get(tokens[stop]) if stop < len(tokens) else None
    value = _value(tokens[place:stop])
    if unit is not None:
        name, worth = unit
        value = value * worth if value is not None else None
        stop += 1
        if name in "£$€" and worth == 1:
            value, stop = _pence(tokens, stop, value)
        return _amount(tokens, stop, name, value)
    return _unmarked(tokens, place, stop, value)


def _unmarked(tokens: Sequence[str], place: int, stop: int, value: Decimal | None) -> tuple[Amount | None, int]:
    """A number without a unit is a price by what stands about it: "only 45 a month", "it costs twelve fifty"."""
    per, after = _period(tokens, stop)
    before = tokens[max(0, place - 3) : place]
    if per in _CALENDAR and any(each in _LEAD for each in before):
        return Amount("£", _twice(tokens[place:stop], value), per), after
    told = [each for each in before if each not in _BETWEEN]
    ends = stop == len(tokens) or tokens[stop] in ".,;:!?" or tokens[stop] in ("plus", "and", "all", "altogether", "or")
    if told and told[-1] in _COSTS and ends:
        return Amount("£", _twice(tokens[place:stop], value), per), after
    return None, stop


def _twice(run: Sequence[str], value: Decimal | None) -> Decimal | None:
    """ "Twelve fifty" is twelve pounds fifty."""
    whole = read_number(run)
    if value is None and whole is not None and whole[1] < len(run):
        pence = read_number(run[whole[1] :])
        if pence is not None and pence[1] + whole[1] == len(run) and 10 <= pence[0] < 100:
            return whole[0] + Decimal(pence[0]) / 100
    return value


def _amount(tokens: Sequence[str], stop: int, unit: str, value: Decimal | None) -> tuple[Amount, int]:
    per, stop = _period(tokens, stop)
    return Amount(unit, None if value is None else value.normalize(), per), stop


def _pence(tokens: Sequence[str], stop: int, value: Decimal | None) -> tuple[Decimal | None, int]:
    """ "Fourteen pounds fifty", "fourteen pounds and fifty pence"."""
    begin = stop + 1 if tokens[stop : stop + 1] == ["and"] else stop
    end = _run(tokens, begin)
    if value is None or end == begin or (end == len(tokens) and begin != stop):
        return value, stop
    told = end < len(tokens) and _UNITS.get(tokens[end]) == ("£", Decimal("0.01"))
    pence = _value(tokens[begin:end])
    if pence is None or not (told or begin == stop) or pence >= 100 or (not told and pence < 10):
        return value, stop
    return value + pence / 100, end + 1 if told else end


def _period(tokens: Sequence[str], stop: int) -> tuple[str, int]:
    if stop < len(tokens) and tokens[stop].endswith("ly") and tokens[stop] in _PERIODS:
        return _PERIODS[tokens[stop]], stop + 1
    if stop + 1 < len(tokens) and tokens[stop] in _EACH and tokens[stop + 1] in _PERIODS:
        return _PERIODS[tokens[stop + 1]], stop + 2
    return "", stop


def _begins(tokens: Sequence[str], place: int) -> bool:
    return tokens[place] == "a" and _scaled(tokens, place + 1)


def _scaled(tokens: Sequence[str], place: int) -> bool:
    return place < len(tokens) and (tokens[place] in _SCALE or tokens[place] == "half")


def _run(tokens: Sequence[str], place: int) -> int:
    """Where the number that begins at a token ends."""
    stop = place
    while stop < len(tokens) and (tokens[stop] in _NUMBER or tokens[stop][0].isdigit()):
        # "forty-nine pounds a month": the article is of the period.
        if tokens[stop] == "a" and not _scaled(tokens, stop + 1):
            break
        stop += 1
    while stop > place and tokens[stop - 1] in ("and", "a", "point"):
        stop -= 1
    return stop


def _value(run: Sequence[str]) -> Decimal | None:
    """What a run of number words and digits comes to; None when it is no one number."""
    words = [each.replace(",", "") for each in run]
    digits = _digits(words)
    if digits is not None:
        return Decimal(digits)
    halves = Decimal(0)
    if "half" in words:
        # "One and a half thousand"; half of anything else is not read.
        place = words.index("half")
        if words[max(0, place - 2) : place] != ["and", "a"]:
            return None
        halves, words = Decimal("0.5"), [*words[: place - 2], *words[place + 1 :]]
    scale = Decimal(1)
    while len(words) > 1 and words[-1] in _SCALE and (halves or "." in words[-2]):
        scale, words = scale * _SCALE[words[-1]], words[:-1]
    whole, _, fraction = " ".join(words).partition(" point ")
    try:
        number = _whole(whole.split())
        part = _digits(fraction.split()) if fraction else ""
        if number is None or part is None:
            return None
        return (number + halves + (Decimal(f"0.{part}") if part else 0)) * scale
    except InvalidOperation:
        return None


def _whole(words: Sequence[str]) -> Decimal | None:
    if len(words) == 1 and words[0][0].isdigit():
        return Decimal(words[0])
    number = read_number(words)
    return Decimal(number[0]) if number is not None and number[1] == len(words) else None


def _digits(words: Sequence[str]) -> str | None:
    """Digits said one by one: "four nine", "double four"."""
    made, times = "", 1
    for word in words:
        if word in _TIMES and times == 1:
            times = _TIMES[word]
            continue
        digit = _DIGIT.get(word, word)
        if len(digit) != 1 or not digit.isdigit():
            return None
        made, times = made + digit * times, 1
    return made or None if times == 1 else None


def of_all(texts: Iterable[str]) -> frozenset[Amount]:
    """The amounts of several texts."""
    return frozenset(amount for text in texts for amount in amounts(text))
