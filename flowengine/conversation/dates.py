"""Dates as British callers say them: "next Tuesday", "a week on Friday", "the Monday after next", "two days ago".

"Next Tuesday" is the Tuesday of next week (weeks begin on Monday); "Tuesday" alone is the first one after today. A day
of the week that is not that of the date beside it ("Monday the first", a Tuesday) makes none.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta

from flowengine.conversation.calendar_days import (
    MONTH_NUMBERS,
    Read,
    day_and_month,
    exact,
    figures,
    next_to_come,
    part_of_date,
    with_weekday,
)
from flowengine.conversation.reading import TURNS, Reader
from flowengine.words.normalise import word_set
from flowengine.words.number_words import ORDINALS, read_number

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOPES = word_set("hoping thinking wondering going looking after")
""" "I was hoping for Friday" speaks of a day to come."""

DAY_BESIDE = {"day after": 1, "day before": -1}
NAMING = frozenset(MONTH_NUMBERS) | frozenset(WEEKDAYS)
YEAR_WORDS = word_set("nineteen twenty thousand")
NAMED = {
    ("christmas", "eve"): (12, 24),
    ("christmas", "day"): (12, 25),
    ("boxing", "day"): (12, 26),
    ("new", "year", "day"): (1, 1),
    ("new", "years", "day"): (1, 1),
    ("new", "year", "eve"): (12, 31),
    ("new", "years", "eve"): (12, 31),
}
DAYS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "fortnight": 14, "fortnights": 14}
MONTHS_OF = {"month": 1, "months": 1, "year": 12, "years": 12}
MOST = 500
"""Of days, weeks or months: beyond it nobody counts."""

NEAR = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}


def date_reader(today: date, known: date | None = None) -> Reader:
    """A reader of dates that knows the last: "the third of May, no, the fourth", "tomorrow, or the day after".

    `known` is the one that was read back. A bare weekday that puts a date right is the one nearest to it: "no,
    Wednesday", said to Tuesday the first, is the second.
    """
    last = known
    turned = past = False

    def read(said: Sequence[str]) -> tuple[object, int] | None:
        nonlocal last, turned, past
        past = past or (said[0] in ("was", "were") and HOPES.isdisjoint(said[1:2]))
        turned = turned or said[0] in TURNS
        beside = 1 if said[0] == "the" else 0
        step = DAY_BESIDE.get(" ".join(said[beside : beside + 2]))
        if last is not None and step is not None and read_date(said[beside + 2 :], today) is None:
            return last + timedelta(step), beside + 2
        found = read_date(said, today)
        if known is not None and last == known and found is not None and _is_weekday(said[: found[1]]):
            found = _nearest(known, WEEKDAYS.index(said[found[1] - 1].removesuffix("s")), today), found[1]
        elif turned and last is not None:
            if found is None:
                found = day_and_month(said, today, last) or part_of_date(said, today, last)
            elif NAMING.isdisjoint(said[: found[1]]):
                found = day_and_month(said, today, last) or found
        if found is not None and found[0] is not None and found[0] > today and past:
            # "It was on Friday": a Friday that is gone, and nobody said which.
            return None, found[1]
        if found is not None and found[0] is not None:
            last = found[0]
        return found

    return read


def _is_weekday(said: Sequence[str]) -> bool:
    """Whether a day of the week was named and nothing else: "Wednesday", "on Wednesday"."""
    return tuple(word.removesuffix("s") in WEEKDAYS for word in said if word != "on") == (True,)


def _nearest(known: date, weekday: int, today: date) -> date:
    """The day of the week that is nearest to a date; a day to come where the date is one."""
    found = known + timedelta((weekday - known.weekday() + 3) % 7 - 3)
    return found + timedelta(7) if found <= today < known else found


def read_date(said: Sequence[str], today: date) -> Read:
    """The date at the beginning of `said`, and how many tokens it took."""
    for read in (_relative, _weeks_on, _week, _weekday, _named, _place_in_month, day_and_month, figures):
        found = read(said, today)
        if found is not None:
            return found
    return None


def _relative(said: Sequence[str], today: date) -> Read:
    start = 1 if said[:1] == ["the"] else 0
    if said[start : start + 3] == ["day", "after", "tomorrow"]:
        return today + timedelta(2), start + 3
    if said[start : start + 3] == ["day", "before", "yesterday"]:
        return today - timedelta(2), start + 3
    if said and said[0] in NEAR:
        moved = today + timedelta(NEAR[said[0]])
        if said[1:2] == ["week"]:
            return moved + timedelta(7), 2
        return moved, 1
    if said[:1] == ["in"]:
        counted = _count(said[1:])
        return (_moved(today, counted[0], counted[1]), counted[2] + 1) if counted is not None else None
    return None


def _weeks_on(said: Sequence[str], today: date) -> Read:
    """ "A week on Tuesday", "a fortnight today", "a month today", "three days from now", "two days ago"."""
    counted = (7, 0, 1) if said[:1] == ["week"] and said[1:2] in (["on"], ["from"]) else _count(said)
    if counted is None:
        return None
    days, months, used = counted
    if said[used : used + 1] == ["ago"]:
        if _weekday(said[used + 1 :], today) is not None:
            # "A week ago on Friday", before or after it: asked again.
            return None, used + 2
        return _moved(today, -days, -months), used + 1
    if said[used : used + 1] in (["on"], ["from"]):
        used += 1
    if said[used : used + 1] == ["now"]:
        return _moved(today, days, months), used + 1
    rest = said[used:]
    base = _relative(rest, today) or (_weekday(rest, today) if not months else None)
    if base is None or base[0] is None:
        return None
    if rest[:1] == ["last"]:
        return base[0] - timedelta(days), used + base[1]
    return _moved(base[0], days, months), used + base[1]


def _week(said: Sequence[str], today: date) -> Read:
    """ "This time next week", "Thursday" after "next week", "the Monday after next"."""
    if said[:4] == ["this", "time", "next", "week"]:
        return today + timedelta(7), 4
    if said[:3] == ["this", "time", "tomorrow"]:
        return today + timedelta(1), 3
    start = 1 if said[:1] == ["the"] else 0
    if said[start : start + 3] == ["week", "after", "next"]:
        return _in_week(said, start + 3, 2, today)
    if said[:2] in (["next", "week"], ["this", "week"], ["last", "week"]):
        return _in_week(said, 2, ("last", "this", "next").index(said[0]) - 1, today)
    if len(said) > start and said[start] in WEEKDAYS and said[start + 1 : start + 3] == ["after", "next"]:
        return _of_week(today, 2, WEEKDAYS.index(said[start])), start + 3
    return None


def _in_week(said: Sequence[str], used: int, week: int, today: date) -> Read:
    on = 1 if said[used : used + 1] == ["on"] else 0
    if used + on < len(said) and said[used + on] in WEEKDAYS:
        return _of_week(today, week, WEEKDAYS.index(said[used + on])), used + on + 1
    return None


def _of_week(today: date, week: int, weekday: int) -> date:
    """The day of the week that is so many weeks from this one."""
    return today + timedelta(7 * week + weekday - today.weekday())


def _weekday(said: Sequence[str], today: date) -> Read:
    index = 0
    while index < len(said) and said[index] in ("this", "next", "coming", "on", "last", "holiday"):
        index += 1
    if index >= len(said) or said[index].removesuffix("s") not in WEEKDAYS:
        return None
    led, wanted = said[:index], WEEKDAYS.index(said[index].removesuffix("s"))
    if "holiday" in led:
        return None, index + 1
    dated = day_and_month(said[index + 1 :], today)
    if dated is not None:
        words = said[index + 1 : index + 1 + dated[1]]
        year_said = any(word in YEAR_WORDS or (len(word) == 4 and word.isdigit()) for word in words)
        day = with_weekday(dated[0], wanted, today, year_said=year_said) if dated[0] is not None else None
        return day, index + 1 + dated[1]
    used = index + 1
    rest = said[used : used + 2]
    if "last" in led or rest == ["just", "gone"]:
        return today - timedelta((today.weekday() - wanted - 1) % 7 + 1), used + 2 * (rest == ["just", "gone"])
    if rest in (["next", "week"], ["this", "week"], ["last", "week"]):
        return _of_week(today, ("last", "this", "next").index(rest[0]) - 1, wanted), used + 2
    if "next" in led:
        return _of_week(today, 1, wanted), used
    ahead = (wanted - today.weekday()) % 7 or (0 if list(led) == ["this"] else 7)
    found = today + timedelta(ahead)
    for word, days in (("week", 7), ("fortnight", 14)):
        if rest[:1] == [word]:
            return found + timedelta(days), used + 1
    return found, used


def _named(said: Sequence[str], today: date) -> Read:
    for words, (month, day) in NAMED.items():
        if tuple(said[: len(words)]) == words:
            return next_to_come(today, month, day), len(words)
    return None


def _place_in_month(said: Sequence[str], today: date) -> Read:
    """ "The end of the month", "the first Monday in January", "the last Friday of the month"."""
    start = 1 if said[:1] == ["the"] else 0
    place = said[start : start + 2]
    if place[:1] == ["end"]:
        used, wanted, count = start + 1, None, -1
    elif len(place) == 2 and (place[0] == "last" or ORDINALS.get(place[0], 9) <= 5):
        count = -1 if place[0] == "last" else ORDINALS[place[0]]
        if place[1] in WEEKDAYS:
            wanted = WEEKDAYS.index(place[1])
        elif place == ["last", "day"]:
            wanted = None
        else:
            return None
        used = start + 2
    else:
        return None
    if said[used : used + 1] not in (["of"], ["in"]):
        return None
    month = _month(said[used + 1 :], today)
    if month is None:
        return None
    found = _place(month[0], month[1], wanted, count)
    if found is not None and found < today and month[3]:
        found = _place(month[0] + 1, month[1], wanted, count)
    return found, used + 1 + month[2]


def _month(said: Sequence[str], today: date) -> tuple[int, int, int, bool] | None:
    """Year, month, tokens, and whether it is the month's name, which may mean the next year's."""
    if said[:2] in (["the", "month"], ["this", "month"]):
        return today.year, today.month, 2, False
    start = 1 if said[:1] == ["the"] else 0
    if said[start : start + 2] in (["next", "month"], ["following", "month"]):
        return today.year + today.month // 12, today.month % 12 + 1, start + 2, False
    named = MONTH_NUMBERS.get(said[0]) if said else None
    return (today.year, named, 1, True) if named is not None else None


def _place(year: int, month: int, weekday: int | None, count: int) -> date | None:
    last = date(year, month, monthrange(year, month)[1])
    if weekday is None:
        return last
    if count < 0:
        return last - timedelta((last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return exact(year, month, 1 + (weekday - first.weekday()) % 7 + 7 * (count - 1))


def _count(said: Sequence[str]) -> tuple[int, int, int] | None:
    """Days, months and tokens of "three weeks", "a fortnight", "a couple of days", "a month's time"."""
    if said[:3] == ["a", "couple", "of"]:
        number: tuple[int, int] | None = (2, 3)
    else:
        number = (1, 1) if said[:1] in (["a"], ["one"]) else read_number(said)
    if number is None or number[1] >= len(said):
        return None
    unit = said[number[1]]
    if unit not in DAYS and unit not in MONTHS_OF:
        return None
    used = number[1] + 1
    if number[0] > MOST:
        return None
    if said[used : used + 1] == ["time"]:
        used += 1
    return number[0] * DAYS.get(unit, 0), number[0] * MONTHS_OF.get(unit, 0), used


def _moved(day: date, days: int, months: int) -> date:
    """So many days and months on, or back; a month without that day gives its last."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) + timedelta(days)
