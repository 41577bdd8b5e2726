"""Values of a call held against values of a test, each in its own kind."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from flowengine.language.durations import seconds
from flowengine.testing.flowtest.ast import Value
from flowengine.testing.player import LONDON


def same(actual: object, expected: Value) -> bool:
    """Whether a slot or variable holds the value that a test names."""
    match actual:
        case None:
            return False
        case bool():
            return expected.literal is actual
        case datetime():
            local = actual.astimezone(LONDON).replace(tzinfo=None) if actual.tzinfo else actual
            return local == expected.literal
        case date() | time():
            return actual == expected.literal
        case int() | float() | Decimal():
            return isinstance(expected.literal, Decimal) and Decimal(str(actual)) == expected.literal
        case timedelta():
            try:
                return actual == timedelta(seconds=seconds(expected.text))
            except ValueError:
                return False
        case _:
            return str(actual) == expected.text


def shown(actual: object) -> str:
    """A value as a test would write it."""
    match actual:
        case bool():
            return "true" if actual else "false"
        case datetime():
            local = actual.astimezone(LONDON) if actual.tzinfo else actual
            return f"{local:%Y-%m-%d %H:%M}"
        case time():
            return f"{actual:%H:%M}"
        case date():
            return actual.isoformat()
        case timedelta():
            return _length(actual.total_seconds())
        case _:
            return str(actual)


def _length(total: float) -> str:
    for unit, size in (("h", 3600), ("m", 60)):
        if total and total % size == 0:
            return f"{total / size:.0f}{unit}"
    return f"{total:.3f}".rstrip("0").rstrip(".") + "s"
