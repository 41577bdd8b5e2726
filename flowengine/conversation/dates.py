"""Dates as British callers say them: "next Tuesday", "a week on Friday", "the third of December", "3/12".

A date without a year is the next one to come. "Next Tuesday" is the Tuesday of next week (weeks begin on Monday);
"Tuesday" alone is the first one after today.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from flowengine.words.number_words import ORDINALS, SMALL, read_number

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
SHORT = {month[:3]: number for number, month in enumerate(MONTHS, 1)} | {"sept": 9}
MONTH_NUMBERS = {month: number for number, month in enumerate(MONTHS, 1)} | SHORT
NAMED = {"christmas eve": (12, 24), "christmas day": (12, 25), "boxing day": (12, 26)}
UNITS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14, "fortnights": 14}

Read = tuple[date, int] | None


def read_date(said: Sequence[str], today: date) -> Read:
    """The date at the beginning of `said`, and how many tokens it took."""
    for read in (_relative, _weeks_on, _weekday, _named, _day_and_month, _figures):
        found = read(said, today)
        if found is not None:
            return found
    return None


def _relative(said: Sequence[str], today: date) -> Read:
    start = 1 if said[:1] == ["the"] else 0
    if said[start : start + 3] == ["day", "after", "tomorrow"]:
        return today + timedelta(2), start + 3
    near = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}
    if said and said[0] in near:
        moved = today + timedelta(near[said[0]])
        if said[1:2] == ["week"]:
            return moved + timedelta(7), 2
        return moved, 1
    if said[:1] == ["in"]:
        counted = _count_of_days(said[1:])
        return (today + timedelta(counted[0]), counted[1] + 1) if counted is not None else None
    return None


def _weeks_on(said: Sequence[str], today: date) -> Read:
    """ "A week on Tuesday", "a fortnight today", "two weeks from Friday", "three days from now"."""
    counted = _count_of_days(said)
    if counted is None:
        return None
    days, used = counted
    if said[used : used + 1] in (["on"], ["from"]):
        used += 1
    if said[used : used + 1] == ["now"]:
        return today + timedelta(days), used + 1
    rest = said[used:]
    base = _relative(rest, today) or _weekday(rest, today)
    return (base[0] + timedelta(days), used + base[1]) if base is not None else None


def _count_of_days(said: Sequence[str]) -> tuple[int, int] | None:
    number = (1, 1) if said[:1] in (["a"], ["one"]) else read_number(said)
    if number is None or number[1] >= len(said):
        return None
    unit = said[number[1]]
    if unit not in UNITS:
        return None
    used = number[1] + 1
    if said[used : used + 1] == ["time"]:
        used += 1
    return number[0] * UNITS[unit], used


def _weekday(said: Sequence[str], today: date) -> Read:
    index, following = 0, False
    while index < len(said) and said[index] in ("this", "next", "coming", "on"):
        following = following or said[index] == "next"
        index += 1
    if index >= len(said) or said[index].removesuffix("s") not in WEEKDAYS:
        return None
    wanted = WEEKDAYS.index(said[index].removesuffix("s"))
    exact = _day_and_month(said[index + 1 :], today)
    if exact is not None:
        return exact[0], index + 1 + exact[1]
    if following:
        monday = today - timedelta(today.weekday())
        return monday + timedelta(7 + wanted), index + 1
    ahead = (wanted - today.weekday()) % 7 or (0 if said[:1] == ["this"] else 7)
    found = today + timedelta(ahead)
    rest = said[index + 1 : index + 3]
    if rest[:1] == ["week"]:
        return found + timedelta(7), index + 2
    if rest == ["next", "week"]:
        return today - timedelta(today.weekday()) + timedelta(7 + wanted), index + 3
    return found, index + 1


def _named(said: Sequence[str], today: date) -> Read:
    named = NAMED.get(" ".join(said[:2]))
    if named is None:
        return None
    found = _date(today, *named)
    return (found, 2) if found is not None else None


def _day_and_month(said: Sequence[str], today: date) -> Read:
    article = 1 if said[:1] == ["the"] else 0
    day = _day(said[article:])
    if day is not None:
        used = article + day[1]
        of = 1 if said[used : used + 1] == ["of"] else 0
        month = MONTH_NUMBERS.get(said[used + of]) if used + of < len(said) else None
        if month is not None and (day[2] or not article or of):
            return _with_year(said, used + of + 1, month, day[0], today)
        if said[used : used + 3] == ["of", "next", "month"]:
            following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
            return _in_month(following, day[0], used + 3)
        if said[used : used + 3] == ["of", "this", "month"]:
            return _in_month(today, day[0], used + 3)
        if day[2] and (article or said[0][0].isdigit()):
            return _coming(today, day[0], used)
        return None
    month = MONTH_NUMBERS.get(said[0]) if said else None
    if month is None or (said[0] == "may" and len(said) < 2):
        return None
    article = 2 if said[1:2] == ["the"] else 1
    day = _day(said[article:])
    return _with_year(said, article + day[1], month, day[0], today) if day is not None else None


def _day(said: Sequence[str]) -> tuple[int, int, bool] | None:
    """A day of the month: its number, the tokens it took, and whether it was an ordinal."""
    if not said:
        return None
    figure = re.fullmatch(r"(\d{1,2})(st|nd|rd|th)?", said[0])
    if figure is not None:
        return (int(figure[1]), 1, figure[2] is not None) if 1 <= int(figure[1]) <= 31 else None
    if said[0] in ORDINALS:
        return ORDINALS[said[0]], 1, True
    number = read_number(said)
    return (number[0], number[1], False) if number is not None and 1 <= number[0] <= 31 else None


def _with_year(said: Sequence[str], used: int, month: int, day: int, today: date) -> Read:
    year, extra = _year(said[used:])
    found = _date(today, month, day) if year is None else _exact(year, month, day)
    return (found, used + extra) if found is not None else None


def _year(said: Sequence[str]) -> tuple[int | None, int]:
    if not said:
        return None, 0
    if re.fullmatch(r"(?:19|20)\d\d", said[0]):
        return int(said[0]), 1
    if said[0] in ("nineteen", "twenty"):
        rest = read_number(said[1:])
        if rest is not None and 10 <= rest[0] <= 99:
            return SMALL[said[0]] * 100 + rest[0], 1 + rest[1]
    if said[:2] == ["two", "thousand"]:
        number = read_number(said)
        assert number is not None
        return number
    return None, 0


def _figures(said: Sequence[str], today: date) -> Read:
    if not said:
        return None
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", said[0])
    if iso is not None:
        found = _exact(int(iso[1]), int(iso[2]), int(iso[3]))
        return (found, 1) if found is not None else None
    british = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{2}|\d{4}))?", said[0])
    if british is None or (british[3] is None and "." in said[0]):
        return None
    day, month = int(british[1]), int(british[2])
    if british[3] is None:
        found = _date(today, month, day)
    else:
        year = int(british[3])
        found = _exact(year if year > 99 else 2000 + year, month, day)
    return (found, 1) if found is not None else None


def _date(today: date, month: int, day: int) -> date | None:
    """The next such day from today on."""
    for year in range(today.year, today.year + 5):
        found = _exact(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def _coming(today: date, day: int, used: int) -> Read:
    month = today.replace(day=1)
    for _ in range(12):
        found = _exact(month.year, month.month, day)
        if found is not None and found >= today:
            return found, used
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return None


def _in_month(month: date, day: int, used: int) -> Read:
    found = _exact(month.year, month.month, day)
    return (found, used) if found is not None else None


def _exact(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
