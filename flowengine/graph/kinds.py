"""What values can be done with: the kinds of values a flow has at run time, and which operations they bear.

Nothing is claimed that a call would not show: an operation is tried on samples of both kinds, and it is said to fail
only when every sample fails. What is not known (None) bears everything.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from flowengine.graph.allowed import IN_REACH, OF_ONE_VALUE
from flowengine.graph.model import TypeKind

Kind = Literal["text", "number", "boolean", "date", "time", "datetime", "duration", "list"]


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of value, and what an author calls it."""

    kind: Kind
    words: str


TYPES: Mapping[TypeKind, Type] = {
    "text": Type("text", "a text"),
    "number": Type("number", "a number"),
    "money": Type("number", "an amount of money"),
    "boolean": Type("boolean", "a boolean"),
    "date": Type("date", "a date"),
    "time": Type("time", "a time"),
    "datetime": Type("datetime", "a datetime"),
    "duration": Type("duration", "a duration"),
    "phone": Type("text", "a phone number, which is text"),
    "email": Type("text", "an email, which is text"),
    "uk_postcode": Type("text", "a postcode, which is text"),
    "uk_name": Type("text", "a name, which is text"),
    "digits": Type("text", "digits, which are text"),
    "one_of": Type("text", "a choice, which is text"),
}
TEXT, NUMBER, BOOLEAN, LIST = TYPES["text"], TYPES["number"], TYPES["boolean"], Type("list", "a list")

SAMPLES: Mapping[Kind, tuple[object, ...]] = {
    "text": ("word", "%s"),
    "number": (2, 2.5),
    "boolean": (True,),
    "date": (date(2026, 11, 24),),
    "time": (time(10, 30),),
    "datetime": (datetime(2026, 11, 24, 10, 30, tzinfo=UTC),),
    "duration": (timedelta(minutes=90),),
    "list": ([1, 2], []),
}

_CALENDAR: tuple[Kind, ...] = ("date", "time", "datetime", "duration")
REFUSED: Mapping[str, tuple[Kind, ...]] = {
    **dict.fromkeys(("money", "ordinal", "plural"), ("text", "boolean", *_CALENDAR, "list")),
    "abs": ("text", "date", "time", "datetime", "list"),
    "round": ("text", *_CALENDAR, "list"),
    **dict.fromkeys(OF_ONE_VALUE, ("list",)),
    **dict.fromkeys(("first", "join", "last", "length"), ("number", "boolean", *_CALENDAR)),
}
"""Filter → the kinds it cannot take. Those that are not here take any; a test holds this against the run time."""

_TO_TEXT = ("capitalize", "join", "lower", "money", "ordinal", "plural", "replace", "spelled", "spoken", "title")
_RESULTS: Mapping[str, Type] = {
    **dict.fromkeys((*_TO_TEXT, "trim", "upper"), TEXT),
    **dict.fromkeys(("float", "int", "length", "round"), NUMBER),
}

# `Any`: what these take is the very question.
OPERATIONS: Mapping[str, Callable[[Any, Any], object]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "lt": operator.lt,
    "lteq": operator.le,
    "gt": operator.gt,
    "gteq": operator.ge,
    "in": lambda left, right: operator.contains(right, left),
}
"""By the names Jinja's tree gives them."""


def operate(name: str, left: Type | None, right: Type | None) -> tuple[bool, Type | None]:
    """Whether an operation can succeed, and the type that comes of it, where that is certain."""
    if left is None or right is None or name not in OPERATIONS:
        return True, None
    results: list[object] = []
    for first in SAMPLES[left.kind]:
        for second in SAMPLES[right.kind]:
            try:
                results.append(OPERATIONS[name](first, second))
            except TypeError:
                continue
    return bool(results), joined([type_of(result) for result in results])


def filtered(name: str, given: Type | None) -> Type | None:
    """What comes out of a filter that takes what it is given."""
    return given if name == "abs" else _RESULTS.get(name)


def refuses(name: str, given: Type | None) -> bool:
    """Whether a filter cannot take it."""
    return given is not None and given.kind in REFUSED.get(name, ())


def has(given: Type, attribute: str) -> bool:
    """Whether values of a type have an attribute."""
    return any(hasattr(sample, attribute) for sample in SAMPLES[given.kind])


def out_of_reach(attribute: str) -> bool:
    """Whether it is Python's, and not among what a flow may read or call."""
    python = any(hasattr(sample, attribute) for samples in SAMPLES.values() for sample in samples)
    return attribute.startswith("_") or (python and attribute not in IN_REACH)


def attribute_type(given: Type, attribute: str) -> Type | None:
    """The type of a plain attribute (`visit_day.month`); None for a method."""
    return joined([type_of(getattr(sample, attribute, None)) for sample in SAMPLES[given.kind]])


def joined(types: list[Type | None]) -> Type | None:
    """The one type that all of these are."""
    first = types[0] if types else None
    return first if all(each is not None and first is not None and each.kind == first.kind for each in types) else None


def type_of(value: object) -> Type | None:
    """The type of a value at hand."""
    match value:
        case bool():
            return BOOLEAN
        case int() | float():
            return NUMBER
        case str():
            return TEXT
        case datetime():
            return TYPES["datetime"]
        case date():
            return TYPES["date"]
        case time():
            return TYPES["time"]
        case timedelta():
            return TYPES["duration"]
        case list() | tuple():
            return LIST
        case _:
            return None
