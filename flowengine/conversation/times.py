"""Times of day and moments as British callers say them: "half four", "quarter past two", "tomorrow at nine".

An hour without its part of the day is read as the office would: one to seven in the afternoon, eight to eleven in the
morning, twelve at noon. "Five to nine" is a time; "nine to five" and "two to four" are a stretch of time, and none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from flowengine.conversation.calendar_days import MONTH_NUMBERS
from flowengine.conversation.dates import date_reader
from flowengine.conversation.lengths import read_duration
from flowengine.conversation.reading import TAKEN, TURNS, Found, Reader, without
from flowengine.conversation.weighing import candidates, find, mentioned
from flowengine.words.normalise import word_set
from flowengine.words.number_words import SMALL, read_number

PARTS = {
    "morning": "am",
    "am": "am",
    "afternoon": "pm",
    "evening": "pm",
    "tonight": "night",
    "night": "night",
    "pm": "pm",
}
USUAL = {
    "morning": time(10),
    "lunchtime": time(12, 30),
    "afternoon": time(14),
    "evening": time(18),
    "tonight": time(19),
}
"""What "tomorrow morning" stands for; the read-back shows it to the caller."""

GREETED = re.compile(r"(?<!\ba )(?<!\bany )\bgood (?:morning|afternoon|evening)\b")
""" "Good afternoon, ring me at nine" speaks of no afternoon; "a good morning would be Friday's" does."""

LEADS = ("at", "around", "about", "by", "from")
NOON = {"noon": time(12), "midday": time(12), "midnight": time(0)}
COUNTED = word_set(
    "of people persons person guests adults children kids pounds pound quid pence p percent % minutes minute mins "
    "hours hour days day weeks week months years times rooms years bedrooms"
)
""" "Four people", "two of us": an hour is not counted."""

FRACTIONS = frozenset({5, 10, 20, 25})
""" "Ten to six" is a time, "nine to five" is none; other minutes are said with the word."""

ANY_DAY = date(2000, 1, 1)
"""For dates that are only to be passed over."""

Read = tuple[time | None, int] | None


def read_time(said: Sequence[str], *, part: str | None = None, bare: bool = False) -> Read:
    """The time at the beginning of `said`. `bare`: an hour alone ("three") will do; `part`: "am" or "pm", if known."""
    if not said:
        return None
    if said[0] in NOON:
        return NOON[said[0]], 1
    if said[:2] in (["twelve", "noon"], ["12", "noon"], ["twelve", "midnight"], ["12", "midnight"]):
        return NOON[said[1]], 2
    led = 1 if said[0] in LEADS else 0
    hundreds = _hundreds(said[led:])
    if hundreds is not None:
        return hundreds[0], led + hundreds[1]
    found = _clock(said[led:], bare or led == 1)
    if found is None:
        # The five of "thirty-five" is no hour.
        number = read_number(said[led:])
        return (None, led + number[1]) if number is not None and number[1] > 1 else None
    hour, minute, used, sure = found
    used += led
    named, more = _part(said[used:])
    counted = used < len(said) and said[used] in COUNTED
    if named is None and not sure and (counted or (not bare and led == 0 and part is None)):
        return None
    return time(_of_day(hour, named or part), minute), used + more


def read_moment(said: Sequence[str], now: datetime, *, bare: bool, known: datetime | None = None) -> datetime | None:
    """The moment an utterance speaks of. A time alone is the next such; a day and a part of it, its usual time.

    Where it takes back the one that was read back (`known`), a day alone keeps the time and a time alone the day.
    """
    said = _less_greetings(said)
    if known is not None:
        known = None if TURNS.isdisjoint(said) else known.astimezone(now.tzinfo)
    spoken_of = known.date() if known is not None else None
    ahead = _ahead(said, now)
    if ahead is not None:
        return ahead
    day = find(date_reader(now.date(), spoken_of), said, "when")
    if day is None and mentioned(date_reader(now.date(), spoken_of), said):
        # "Not Friday at two": a day was spoken of, and it is unclear which.
        return None
    rest = without(said, day) if day is not None else list(said)
    bare = bare or day is not None
    part = _part_from_afar(said)
    clock = find_time(rest, bare=bare, part=part)
    if clock is not None:
        assert isinstance(clock.value, time)
        return _moment(now, day.value if day is not None else spoken_of, clock.value)
    usual = [word for word in said if word in USUAL]
    if mentioned(lambda each: read_time(each, part=part, bare=bare), rest):
        return None
    if len(usual) == 1:
        return _moment(now, day.value if day is not None else spoken_of, USUAL[usual[0]])
    return _moment(now, day.value, known.time()) if known is not None and day is not None and not usual else None


def find_time(
    said: Sequence[str], *, bare: bool, part: str | None = None, now: datetime | None = None, several: bool = False
) -> Found | None:
    """The time meant in an utterance; "tomorrow morning at nine" tells the part of the day from afar.

    With `now`, "in half an hour" is a time too.
    """
    said = _less_greetings(said)
    part = part or _part_from_afar(said)
    if now is not None and (ahead := _ahead(said, now)) is not None:
        return Found(ahead.time().replace(second=0, microsecond=0), 0, len(said))
    if not MONTH_NUMBERS.keys().isdisjoint(said):
        # "On 3 December at 10": the 3 is no hour.
        for spoken in mentioned(date_reader(now.date() if now is not None else ANY_DAY), said):
            said = without(said, spoken)
    times = candidates(_time_reader(part, bare), said, "when", several=several)
    if len(times) > 1 and not several:
        # "A table for two at eight": what can be nothing but a time comes before what may be one.
        times = [each for each in times if read_time(said[each.start :]) is not None]
    return times[0] if len(times) == 1 or (times and several) else None


def _time_reader(part: str | None, bare: bool) -> Reader:
    """A reader that believes an hour alone where one takes back another: "at two, sorry, three"."""
    known = turned = False

    def read(said: Sequence[str]) -> tuple[object, int] | None:
        nonlocal known, turned
        turned = turned or (known and said[0] in TURNS)
        found = read_time(said, part=part, bare=bare or turned)
        known = known or found is not None
        return found

    return read


def _hundreds(said: Sequence[str]) -> Read:
    """ "Fifteen hundred (hours)", "oh nine hundred"; no other hundred is a time."""
    zero = 1 if said[:1] in (["oh"], ["zero"]) else 0
    if said[zero + 1 : zero + 2] != ["hundred"]:
        return None
    number = read_number(said[zero:])
    if number is None:
        return None
    hours = number[0] // 100
    named = said[zero + 2 : zero + 3] == ["hours"]
    if number[0] % 100 or hours > 23 or not (named or zero or hours > 12) or number[1] != 2:
        return None, zero + number[1]
    return time(hours), zero + 2 + named


def _ahead(said: Sequence[str], now: datetime) -> datetime | None:
    """ "In two hours", "in half an hour's time"."""
    if "in" not in said:
        return None
    at = list(said).index("in")
    at += said[at + 1 : at + 2] in (["about"], ["around"], ["roughly"], ["say"], ["maybe"])
    length = read_duration(said[at + 1 :])
    if length is None or length[0] >= timedelta(days=1):
        return None
    after = said[at + 1 + length[1] : at + 3 + length[1]]
    return now + length[0] if after[:1] != ["or"] and not any(word.isdigit() for word in after) else None


def _less_greetings(said: Sequence[str]) -> Sequence[str]:
    if "good" not in said:
        return said
    return GREETED.sub(lambda found: " ".join(TAKEN for _ in found.group().split()), " ".join(said)).split(" ")


def _part_from_afar(said: Sequence[str]) -> str | None:
    return next((PARTS[word] for word in said if word in PARTS), None)


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
    timed = False
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
        timed = True
    elif said[start : start + 3] == ["five", "and", "twenty"]:
        amount, used = 25, start + 3
    link = said[used] if used < len(said) else ""
    if link in ("past", "to", "after", "of") and amount:
        hour = _hour(said[used + 1 :])
        if hour is None or (link in ("after", "of") and said[start] not in ("half", "quarter")):
            return None
        if link == "to":
            if not (timed or said[start] == "quarter" or amount in FRACTIONS):
                return None
            before = 23 if hour[0] == 0 else (hour[0] - 1) % 12 or 12
            return before, 60 - amount, used + 1 + hour[1], True
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
    if said[0] in NOON:
        return NOON[said[0]].hour, 1
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
    return ("night", 2) if said[:2] == ["at", "night"] else (None, 0)


def _of_day(hour: int, part: str | None) -> int:
    if hour > 12 or hour == 0:
        return hour
    if part == "am" or (part == "night" and (hour == 12 or hour < 5)):
        return hour % 12
    if part in ("pm", "night"):
        return hour % 12 + 12
    return hour + 12 if hour < 8 else hour
