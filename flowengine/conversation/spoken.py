"""The filters for the ear: values as a British voice should say them.

Synthesisers read "12/05/2026" as an American date and a postcode as a word; nothing of that kind may reach them.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from flowengine.conversation.calendar_days import plain_year
from flowengine.conversation.emails import EMAIL
from flowengine.words.number_words import UNITS, cardinal, decimal_words, ordinal, year_words

POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})")
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{6,18}")
ROW = re.compile(r"[0-9]{3,}")
"""Digits that are text are a row, not a number: a PIN, an account, number 123 of a street."""
ADDRESS_SIGNS = {"@": "at", ".": "dot", "_": "underscore", "-": "dash", "+": "plus", "%": "per cent"}
HOUR_NAMES = ("twelve", *UNITS[1:12])
IRREGULAR_PLURALS = {"person": "people", "child": "children", "man": "men", "woman": "women", "half": "halves"}


def spoken(value: object, today: date | None = None) -> str:
    """A value as it is said; text that is a telephone number, a row of digits, a postcode or an e-mail address is read
    out, other text is left alone. On the day that is `today`, a date has its year where it would be heard as another.
    """
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return cardinal(value)
        case float() | Decimal():
            return decimal_words(value)
        case datetime():
            return f"{_date(value.date(), today)} at {_time(value.time())}"
        case date():
            return _date(value, today)
        case time():
            return _time(value)
        case timedelta():
            return _duration(value)
        case list() | tuple():
            return _listed([spoken(each, today) for each in value])
        case str():
            return _text(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no spoken form")


def money(value: object) -> str:
    """Pounds and pence: 14.5 → "fourteen pounds fifty", 0.2 → "twenty pence"."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(f"{type(value).__name__} is not an amount of money")
    pence = int((Decimal(str(value)) * 100).to_integral_value(rounding="ROUND_HALF_UP"))
    if pence < 0:
        return f"minus {money(Decimal(-pence) / 100)}"
    pounds, rest = divmod(pence, 100)
    if not pounds and rest:
        return f"{cardinal(rest)} {'penny' if rest == 1 else 'pence'}"
    whole = f"{cardinal(pounds)} {'pound' if pounds == 1 else 'pounds'}"
    if rest >= 10:
        return f"{whole} {cardinal(rest)}"
    return f"{whole} and {cardinal(rest)} {'penny' if rest == 1 else 'pence'}" if rest else whole


def spelled(value: object) -> str:
    """Letter by letter and digit by digit: "BX-204" → "B X, two zero four"."""
    groups = re.findall(r"[A-Za-z]+|[0-9]+", str(value))
    return ", ".join(
        " ".join(UNITS[int(each)] if each.isdigit() else each.upper() for each in group) for group in groups
    )


def spoken_ordinal(value: object) -> str:
    """3 → "third"."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or value != int(value):
        raise TypeError("only a whole number has an ordinal")
    return ordinal(int(value))


def plural(count: object, one: str, many: str | None = None) -> str:
    """A count with its noun: `2 | plural("visit")` → "two visits"; `many` where adding an s is wrong."""
    if isinstance(count, bool) or not isinstance(count, int | float | Decimal):
        raise TypeError(f"{type(count).__name__} is not a count")
    return f"{spoken(int(count) if count == int(count) else count)} {one if count == 1 else many or _plural_of(one)}"


def digits_aloud(digits: str) -> str:
    """0114 → "zero double one four": how a number is read over the telephone."""
    said: list[str] = []
    index = 0
    while index < len(digits):
        word = UNITS[int(digits[index])]
        if digits[index : index + 2] == digits[index] * 2:
            said.append(f"double {word}")
            index += 2
        else:
            said.append(word)
            index += 1
    return " ".join(said)


def _date(value: date, today: date | None) -> str:
    said = f"{value:%A} the {ordinal(value.day)} of {value:%B}"
    near = today is None or plain_year(value, today)
    return said if near else f"{said} {year_words(value.year)}"


def _time(value: time) -> str:
    """British clock: "half past four", "ten past nine in the morning".

    From one to six in the afternoon the part of the day is left out: nobody hears "half past four" as the night's.
    """
    hour, minute = value.hour, value.minute
    if minute == 0 and hour in (0, 12):
        return "midnight" if hour == 0 else "twelve noon"
    named = HOUR_NAMES[(hour + (minute > 30)) % 12]
    if minute == 0:
        clock = f"{named} o'clock"
    elif minute == 30:
        clock = f"half past {named}"
    else:
        count = minute if minute < 30 else 60 - minute
        amount = "quarter" if count == 15 else cardinal(count) + ("" if count % 5 == 0 else _minutes(count))
        clock = f"{amount} {'past' if minute < 30 else 'to'} {named}"
    return clock if 13 <= hour < 18 else f"{clock} {_part_of_day(hour)}"


def _minutes(count: int) -> str:
    return " minute" if count == 1 else " minutes"


def _part_of_day(hour: int) -> str:
    if hour < 12:
        return "in the morning"
    return "in the evening" if hour < 22 else "at night"


def _duration(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    parts = [
        plural(amount, name)
        for amount, name in (
            (seconds // 86400, "day"),
            (seconds % 86400 // 3600, "hour"),
            (seconds % 3600 // 60, "minute"),
            (seconds % 60, "second"),
        )
        if amount
    ]
    return _listed(parts) if parts else "no time"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" and {parts[-1]}" if parts else ""


def _text(value: str) -> str:
    postcode = POSTCODE.fullmatch(value.strip().upper())
    if postcode is not None:
        return ", ".join(_characters(part) for part in postcode.groups())
    if PHONE.fullmatch(value.strip()):
        return _phone(re.sub(r"[^0-9+]", "", value))
    if ROW.fullmatch(value.strip()):
        return digits_aloud(value.strip())
    if EMAIL.fullmatch(value.strip().lower()):
        return _address(value.strip())
    return value


def _address(value: str) -> str:
    parts = re.findall(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]", value)
    return " ".join(digits_aloud(part) if part.isdigit() else ADDRESS_SIGNS.get(part, part) for part in parts)


def _characters(part: str) -> str:
    return " ".join(UNITS[int(each)] if each.isdigit() else each for each in part)


def _phone(number: str) -> str:
    """UK numbers nationally, in the groups people use; others digit by digit after "plus"."""
    if number.startswith("+44"):
        number = "0" + number[3:]
    if number.startswith("+"):
        return f"plus {digits_aloud(number[1:])}"
    groups: tuple[str, ...] = tuple(number[start : start + 3] for start in range(0, len(number), 3))
    if len(number) == 11:
        # 020 7946 0123; 0113 496 0123 and 0800, 0330 numbers; 07700 900123 and 01632 960123.
        area = 3 if number.startswith("02") else 4 if "1" in number[2:4] or number[1] not in "17" else 5
        local = (number[area : area + 4], number[area + 4 :]) if area == 3 else (number[area:-4], number[-4:])
        groups = (number[:area], *((number[5:8], number[8:]) if area == 5 else local))
    return ", ".join(digits_aloud(group) for group in groups)


def _plural_of(noun: str) -> str:
    if noun in IRREGULAR_PLURALS:
        return IRREGULAR_PLURALS[noun]
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return noun + ("es" if re.search(r"(s|x|z|ch|sh)$", noun) else "s")
