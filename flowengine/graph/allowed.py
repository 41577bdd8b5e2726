"""What a template or an expression may use, and how much of it: read by the checks and by the run time alike.

Flows come from people who do not program, and from editors that anybody may reach. So the lists say what is allowed,
never what is forbidden, and every size has an end.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

SPOKEN_FILTERS = ("spoken", "money", "spelled", "ordinal", "plural")
TOLD_THE_DAY = frozenset({"spoken"})
"""Filters that are told the day of the call: a date of another year is said with its year."""

"""The language's own, for the ear."""

JINJA_FILTERS = (
    "abs",
    "capitalize",
    "default",
    "first",
    "float",
    "int",
    "join",
    "last",
    "length",
    "lower",
    "replace",
    "round",
    "title",
    "trim",
    "upper",
)
"""Those of Jinja that take one value and give one."""

OF_ONE_VALUE = ("capitalize", "lower", "replace", "spelled", "title", "trim", "upper")
"""Filters that would write a list out with its brackets."""

TESTS = (
    *("defined", "undefined", "none", "true", "false", "boolean", "integer", "float", "number", "string"),
    *("even", "odd", "divisibleby", "lower", "upper", "in"),
    *("==", "!=", "<", "<=", ">", ">=", "eq", "equalto", "ne", "lt", "lessthan", "le", "gt", "greaterthan", "ge"),
)

ATTRIBUTES: Mapping[type, frozenset[str]] = {
    datetime: frozenset({"year", "month", "day", "hour", "minute", "second"}),
    date: frozenset({"year", "month", "day"}),
    time: frozenset({"hour", "minute", "second"}),
    timedelta: frozenset({"days", "seconds"}),
}
"""What may be read of a value; a type stands before those it is derived from."""

METHODS: Mapping[type, frozenset[str]] = {
    str: frozenset(
        {"capitalize", "endswith", "isalpha", "isdigit", "lower", "split", "startswith", "strip", "title", "upper"}
    ),
    datetime: frozenset({"date", "isoweekday", "strftime", "time", "weekday"}),
    date: frozenset({"isoweekday", "strftime", "weekday"}),
    timedelta: frozenset({"total_seconds"}),
}
"""What may be called on a value. What formats to a width (`center`, `format`) is not: it has no bound. Python holds
`strftime` to 256 times the length of its format, whatever widths stand in it."""

ALL_METHODS = frozenset().union(*METHODS.values())
IN_REACH = frozenset().union(*ATTRIBUTES.values(), ALL_METHODS)
LOOP = frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"})
"""What may be read of `loop` inside a `for`."""

LARGEST_NUMBER = 10**30
MOST_DECIMALS = 15
LONGEST_TEXT = 10_000
"""Characters of any value, and of all that one template says: ten minutes of speech."""
MOST_ITEMS = 1_000
"""Items of one list."""
MOST_STEPS = 10_000
"""Operations, filters, calls and turns of a `for` in one template or expression."""
MOST_WORK = 1_000_000
"""Characters made in one template or expression, those thrown away as well."""
DEEPEST = 40
"""Parts within parts; Python cannot compile more than about 90."""
DEEPEST_LOOPS = 2
"""`for` within `for`."""
