"""Days by the calendar: "the third", "the third of December", "December the 3rd 2027", "3/12".

A date without a year is the next one to come. Two figures of a year are this century's up to twenty years from now.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from flowengine.words.normalise import word_set
from flowengine.words.number_words import ORDINALS, SMALL, read_number

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
COUNTED = word_set("one ones time times option choice floor house thing question line person call try attempt half of")
""" "The second one" is no day."""

YEARS_AHEAD = 20
JUST_GONE = 183
"""Days: "Monday the twenty-third of November", said on the day after, is yesterday."""

Read = tuple[date | None, int] | None


def day_and_month(said: Sequence[str], today: date, corrected: date | None = None) -> Read:
    """A day of the month with its month, or without. `corrected`: the date that a day alone puts right."""
    if not said:
        return None
    if said[0] in MONTH_NUMBERS and not (said[0] == "may" and len(said) < 2):
        article = 2 if said[1:2] == ["the"] else 1
        day = _day(said[article:])
        return _with_year(said, article + day[1], MONTH_NUMBERS[said[0]], day[0], today) if day is not None else None
    article = 1 if said[0] == "the" else 0
    day = _day(said[article:])
    if day is None:
        return None
    used = article + day[1]
    of = 1 if said[used : used + 1] == ["of"] else 0
    named = MONTH_NUMBERS.get(said[used + of]) if used + of < len(said) else None
    if named is not None and (day[2] or not article or of):
        return _with_year(said, used + of + 1, named, day[0], today)
    if of and said[used + 1 : used + 2] == ["next"] and said[used + 2 : used + 3] == ["month"]:
        return exact(*_following(today), day[0]), used + 3
    if of and said[used + 1 : used + 3] in (["this", "month"], ["the", "month"]):
        return (coming(today, day[0]) if said[used + 1] == "the" else exact(today.year, today.month, day[0])), used + 3
    numbered = _ordinal_month(said[used + of :]) if of and day[2] else None
    if numbered is not None:
        return _with_year(said, used + of + numbered[1], numbered[0], day[0], today, short=True)
    if not day[2] or (said[used : used + 1] and said[used] in COUNTED):
        return _in_numbers(said, today) if not day[2] else None
    if corrected is not None:
        return _beside(corrected, corrected.month, day[0], today), used
    return (coming(today, day[0]), used) if article or said[0][0].isdigit() else None


def part_of_date(said: Sequence[str], today: date, corrected: date) -> Read:
    """A year or a month alone, that puts a date right: "no, nineteen eighty-three", "no, April"."""
    year, used = _year(said)
    if year is not None:
        return exact(year, corrected.month, corrected.day), used
    month = MONTH_NUMBERS.get(said[0])
    return (_beside(corrected, month, corrected.day, today), 1) if month is not None and said[0] != "may" else None


def _beside(corrected: date, month: int, day: int, today: date) -> date | None:
    """The day in the year that was spoken of, unless that is gone and what was spoken of is still to come."""
    found = exact(corrected.year, month, day)
    if found is not None and (found >= today) == (corrected >= today):
        return found
    return next_to_come(today, month, day) if month != corrected.month else coming(today, day)


def figures(said: Sequence[str], today: date) -> Read:
    """ "3/12", "03/12/2026", "3.12.26", and ISO dates."""
    if not said:
        return None
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", said[0])
    if iso is not None:
        return exact(int(iso[1]), int(iso[2]), int(iso[3])), 1
    british = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{2}|\d{4}))?", said[0])
    if british is None or (british[3] is None and "." in said[0]):
        return None
    day, month = int(british[1]), int(british[2])
    if british[3] is None:
        return next_to_come(today, month, day), 1
    return exact(_century(int(british[3]), today), month, day), 1


def next_to_come(today: date, month: int, day: int) -> date | None:
    """The next such day from today on."""
    for year in range(today.year, today.year + 9):
        found = exact(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def plain_year(day: date, today: date) -> bool:
    """Whether a day said with its weekday needs no year: the next such to come, or one just gone."""
    return next_to_come(today, day.month, day.day) == day or today - timedelta(JUST_GONE) <= day < today


def with_weekday(found: date, weekday: int, today: date, *, year_said: bool) -> date | None:
    """The day that falls on this weekday: the one found, or the same day of the months just gone; None if neither."""
    if found.weekday() == weekday:
        return found
    before = exact(found.year - 1, found.month, found.day)
    fits = before is not None and before.weekday() == weekday and plain_year(before, today)
    return before if fits and not year_said else None


def coming(today: date, day: int) -> date | None:
    """The next day of the month with this number."""
    year, month = today.year, today.month
    for _ in range(12):
        found = exact(year, month, day)
        if found is not None and found >= today:
            return found
        year, month = year + month // 12, month % 12 + 1
    return None


def exact(year: int, month: int, day: int) -> date | None:
    """The date; None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _following(today: date) -> tuple[int, int]:
    return today.year + today.month // 12, today.month % 12 + 1


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


def _ordinal_month(said: Sequence[str]) -> tuple[int, int] | None:
    """ "(The third of) the twelfth"."""
    article = 1 if said[:1] == ["the"] else 0
    day = _day(said[article:])
    return (day[0], article + day[1]) if day is not None and day[2] and day[0] <= 12 else None


def _in_numbers(said: Sequence[str], today: date) -> Read:
    """ "Fourteen oh three nineteen eighty-two": only with the whole year, or it may be anything."""
    day = _day(said)
    if day is None:
        return None
    used = day[1]
    used += said[used : used + 1] in (["oh"], ["zero"], ["nought"])
    month = read_number(said[used : used + 1])
    if month is None or not 1 <= month[0] <= 12:
        return None
    used += 1
    year, extra = _year(said[used:])
    return (exact(year, month[0], day[0]), used + extra) if year is not None else None


def _with_year(said: Sequence[str], used: int, month: int, day: int, today: date, *, short: bool = False) -> Read:
    year, extra = _year(said[used:])
    late = read_number(said[used:]) if year is None else None
    if year is None and (
        short
        or (late is not None and late[0] >= 32 and len(said) == used + late[1])
        or (said[used : used + 1] and re.fullmatch(r"\d\d", said[used]))
    ):
        number = read_number(said[used:])
        if (
            number is not None
            and 10 <= number[0] < 100
            and said[used + number[1] : used + number[1] + 1] != ["o'clock"]
        ):
            year, extra = _century(number[0], today), number[1]
    return (next_to_come(today, month, day) if year is None else exact(year, month, day)), used + extra


def _century(year: int, today: date) -> int:
    if year > 99:
        return year
    return 2000 + year if 2000 + year <= today.year + YEARS_AHEAD else 1900 + year


def _year(said: Sequence[str]) -> tuple[int | None, int]:
    if not said:
        return None, 0
    if re.fullmatch(r"(?:19|20)\d\d", said[0]):
        return int(said[0]), 1
    if said[:2] in (["two", "thousand"], ["nineteen", "hundred"]):
        number = read_number(said)
        assert number is not None
        return number
    if said[0] in ("nineteen", "twenty"):
        if said[1:2] in (["oh"], ["o"]) and 0 < SMALL.get((*said, "", "", "")[2], 0) < 10:
            return SMALL[said[0]] * 100 + SMALL[said[2]], 3
        rest = read_number(said[1:])
        if rest is not None and 10 <= rest[0] <= 99:
            return SMALL[said[0]] * 100 + rest[0], 1 + rest[1]
    return None, 0
