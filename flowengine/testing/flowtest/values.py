"""Values as tests write them: dates, times, numbers, words."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

from flowengine.testing.flowtest.ast import Plain

_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")
_TIME = re.compile(r"(\d\d?):(\d\d)")
_BOTH = re.compile(r"(\d{4}-\d\d?-\d\d?)[T ]+(\d\d?:\d\d)")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")


def literal(text: str) -> Plain:
    """What an unquoted value looks like: a date, a time, both, a number, true or false, else text.

    Numbers with leading zeros stay text (`0042` is somebody's digits). Raises ValueError for 2026-13-01.
    """
    if both := _BOTH.fullmatch(text):
        return datetime.combine(_date(both[1]), _time(both[2]))
    if _DATE.fullmatch(text):
        return _date(text)
    if _TIME.fullmatch(text):
        return _time(text)
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    if text in ("true", "false"):
        return text == "true"
    return text


def unquoted(text: str) -> str:
    """A string without its quotes; `\\"` is a quote."""
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _date(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    return date(year, month, day)


def _time(text: str) -> time:
    hour, minute = (int(part) for part in text.split(":"))
    return time(hour, minute)
