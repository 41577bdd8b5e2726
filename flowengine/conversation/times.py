"""Times of day and moments as British callers say them: "half four", "quarter past two", "tomorrow at nine".

An hour without its part of the day is read as the office would: one to seven in the afternoon, eight to eleven in the
morning, twelve at noon.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from flowengine.conversation.dates import read_date
from flowengine.conversation.numbers import read_duration
from flowengine.conversation.reading import Found, find, without
from flowengine.words.number_words import SMALL, read_number

PARTS = {"morning": "am", "am": "am", "afternoon": "pm", "evening": "pm", "tonight": "pm", "night": "pm", "pm": "pm"}
USUAL = {
    "morning": time(10),
    "lunchtime": time(12, 30),
    "afternoon": time(14),
    "evening": time(18),
    "tonight": time(19),
}
"""What "tomorrow morning" stands for; the read-back shows it to the caller."""

BEFORE = ("at", "around", "about", "by", "after", "from", "before")
NOON = {"noon": time(12), "midday": time(12), "midnight": time(0)}

Read = tuple[time, int] | None


def read_time(said: Sequence[str], *, part: str | None = None, bare: bool = False) -> Read:
    """The time at the beginning of `said`. `bare`: an hour alone ("three") will do; `part`: "am" or "pm", if known."""
    if not said:
        return None
    if said[0] in NOON:
        return NOON[said[0]], 1
    if said[:2] in (["twelve", "noon"], ["12", "noon"], ["twelve", "midnight"]):
        return NOON[said[1]], 2
    led = 1 if said[0] in BEFORE else 0
    found = _clock(said[led:], bare or led == 1)
    if found is None:
        return None
    hour, minute, used, sure = found
    used += led
    named, more = _part(said[used:])
    if named is None and not sure and not bare and led == 0 and part is None:
        return None
    return time(_of_day(hour, named or part), minute), used + more


def read_moment(said: Sequence[str], now: datetime, *, bare: bool) -> datetime | None:
    """The moment an utterance speaks of. A time alone is the next such; a day and a part of it, its usual time."""
    if "in" in said:
        at = list(said).index("in")
        length = read_duration(said[at + 1 :])
        if length is not None and length[0] < timedelta(days=1):
            return now + length[0]
    part_word = next((word for word in said if word in USUAL), None)
    day = find(lambda each: read_date(each, now.date()), said)
    rest = without(said, day) if day is not None else list(said)
    clock = find_time(rest, bare=bare or day is not None)
    if clock is not None:
        assert isinstance(clock.value, time)
        return _moment(now, day.value if day is not None else None, clock.value)
    if part_word is not None:
        return _moment(now, day.value if day is not None else None, USUAL[part_word])
    return None


def find_time(said: Sequence[str], *, bare: bool) -> Found | None:
    """The time meant in an utterance; "tomorrow morning at nine" tells the part of the day from afar."""
    part = next((PARTS[word] for word in said if word in PARTS), None)
    return find(lambda each: read_time(each, part=part, bare=bare), said)


def _moment(now: datetime, day: object, clock: time) -> datetime:
    if isinstance(day, date):
        return datetime.combine(day, clock, now.tzinfo)
    found = datetime.combine(now.date(), clock, now.tzinfo)
    return found if found > now else found + timedelta(days=1)


def _clock(said: Sequence[str], bare: bool) -> tuple[int, int, int, bool] | None:
    """Hour, minute, tokens, and whether these words can be nothing but a time."""
    if not said:
        return None
    figures = re.fullmatch(r"(\d{1,2})[:.](\d{2})", said[0])
    if figures is not None:
        hour, minute = int(figures[1]), int(figures[2])
        return (hour, minute, 1, ":" in said[0]) if hour < 24 and minute < 60 else None
    if re.fullmatch(r"[012]\d[0-5]\d", said[0]) and int(said[0]) < 2400 and (bare or said[1:2] == ["hours"]):
        return int(said[0][:2]), int(said[0][2:]), 1 + (said[1:2] == ["hours"]), True
    return _spoken_fraction(said) or _spoken_hour(said)


def _spoken_fraction(said: Sequence[str]) -> tuple[int, int, int, bool] | None:
    """ "Half four", "half past four", "a quarter to six", "ten past nine", "twenty five minutes to two"."""
    start = 1 if said[0] == "a" else 0
    if start >= len(said):
        return None
    if said[start] in ("half", "quarter"):
        amount, used = (30 if said[start] == "half" else 15), start + 1
    else:
        number = read_number(said[start:])
        if number is None or not 0 < number[0] < 30:
            return None
        amount, used = number[0], start + number[1]
    if used < len(said) and said[used] in ("minutes", "minute"):
        used += 1
    link = said[used] if used < len(said) else ""
    if link in ("past", "to", "after", "of") and amount:
        hour = _hour(said[used + 1 :])
        if hour is None or (link in ("after", "of") and said[start] not in ("half", "quarter")):
            return None
        if link == "to":
            return (hour[0] - 1) % 12 or 12, 60 - amount, used + 1 + hour[1], True
        return hour[0], amount, used + 1 + hour[1], True
    if said[start] == "half" and start == 0:
        hour = _hour(said[used:])
        return (hour[0], 30, used + hour[1], True) if hour is not None else None
    return None


def _spoken_hour(said: Sequence[str]) -> tuple[int, int, int, bool] | None:
    """ "Three", "three o'clock", "three thirty", "nine oh five", "3 pm"."""
    if said[0].isdigit():
        hour, used = int(said[0]), 1
    elif said[0] in SMALL and SMALL[said[0]] <= 19:
        hour, used = SMALL[said[0]], 1
    else:
        return None
    if hour > 23:
        return None
    rest = said[used : used + 2]
    if rest[:1] in (["o'clock"], ["oclock"]):
        return hour, 0, used + 1, True
    if hour == 0:
        return None
    if rest[:1] in (["oh"], ["o"]) and rest[1:] and rest[1] in SMALL and 0 < SMALL[rest[1]] < 10:
        return hour, SMALL[rest[1]], used + 2, True
    if not said[0].isdigit():
        minutes = read_number(said[used:])
        if minutes is not None and 10 <= minutes[0] < 60 and said[used] in SMALL:
            return hour, minutes[0], used + minutes[1], hour <= 12
    return hour, 0, used, False


def _hour(said: Sequence[str]) -> tuple[int, int] | None:
    if not said:
        return None
    value = int(said[0]) if said[0].isdigit() else SMALL.get(said[0])
    if value is None or not 1 <= value <= 12:
        return None
    return value, 2 if said[1:2] in (["o'clock"], ["oclock"]) else 1


def _part(said: Sequence[str]) -> tuple[str | None, int]:
    if said[:1] in (["am"], ["pm"], ["tonight"]):
        return PARTS[said[0]], 1
    if said[:2] in (["a", "m"], ["p", "m"]):
        return said[0] + "m", 2
    if said[:2] == ["in", "the"] and len(said) > 2 and said[2] in PARTS:
        return PARTS[said[2]], 3
    return ("pm", 2) if said[:2] == ["at", "night"] else (None, 0)


def _of_day(hour: int, part: str | None) -> int:
    if hour > 12:
        return hour
    if part == "am":
        return hour % 12
    if part == "pm":
        return hour % 12 + 12
    return hour + 12 if hour < 8 else hour
