"""Values on their way to an action and back: what Python and JSON make of the language's types.

| type | in Python | in JSON |
|---|---|---|
| `text`, `phone`, `email`, `uk_postcode`, `uk_name`, `digits(n)`, `one of (…)` | `str` | string |
| `number` | `int` or `float` | number |
| `money` | `Decimal`, two places | string, `"14.50"` |
| `boolean` | `bool` | boolean |
| `date`, `time`, `datetime` | `date`, `time`, `datetime` with its zone | string, ISO 8601 |
| `duration` | `timedelta` | number of seconds |
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from flowengine.conversation.contact import typed_value
from flowengine.errors import ActionError
from flowengine.graph.model import Action

Plain = str | int | float | bool


def for_python(action: Action, arguments: Mapping[str, object]) -> dict[str, object]:
    """Arguments as a function gets them."""
    kinds = {parameter.name: parameter.type.kind for parameter in action.parameters}
    return {
        name: Decimal(f"{value:.2f}") if kinds.get(name) == "money" and isinstance(value, int | float) else value
        for name, value in arguments.items()
    }


def for_json(action: Action, arguments: Mapping[str, object]) -> dict[str, Plain | None]:
    """Arguments as a request carries them."""
    return {name: None if value is None else plain(value) for name, value in for_python(action, arguments).items()}


def plain(value: object) -> Plain:
    """A value as JSON has it. Raises ActionError for one that it has not."""
    match value:
        case str() | bool() | int() | float():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return str(value)
        case _:
            raise ActionError(f"a value of the kind {type(value).__name__} cannot be passed on")


def results(action: Action, answer: object) -> dict[str, Plain]:
    """What the flow gets: each declared result, checked against its type; whatever else came is left out.

    An answer is a mapping, a dataclass, or, where one result is declared, its value. Raises ActionError.
    """
    if not action.results:
        return {}
    given = _fields(answer)
    if given is None:
        if len(action.results) != 1:
            raise ActionError(f"the answer is one value, where {len(action.results)} results are declared")
        given = {action.results[0].name: answer}
    checked: dict[str, Plain] = {}
    for result in action.results:
        value = given.get(result.name)
        if value is None:
            raise ActionError(f"the result {result.name!r} is missing")
        if isinstance(value, Decimal):
            value = str(value)
        typed = typed_value(result.type, value)
        if typed is None:
            raise ActionError(f"the result {result.name!r} is not of the type {result.type.kind}")
        checked[result.name] = plain(typed)
    return checked


def _fields(answer: object) -> Mapping[str, object] | None:
    if isinstance(answer, Mapping):
        return answer
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}
    return None
