"""What would do at a place of a request's type, in words: "a whole number from 1 to 10", "one of: say, goto"."""

from __future__ import annotations

import re

import msgspec
from msgspec import inspect

ANYTHING = "another value"


def expectation(asked: type[msgspec.Struct], path: str) -> str:
    """What would do at `path` (`contact.name`, `numbers[3]`) of this type; "" is the whole."""
    found: inspect.Type | None = inspect.type_info(asked)
    for step in _steps(path):
        found = None if found is None else _within(found, step)
    return ANYTHING if found is None else words_for(found)


def known_fields(asked: type[msgspec.Struct], path: str) -> list[str]:
    """The names of the fields of the object at `path`."""
    found: inspect.Type | None = inspect.type_info(asked)
    for step in _steps(path):
        found = None if found is None else _within(found, step)
    objects = [] if found is None else [each for each in _choices(found) if isinstance(each, inspect.StructType)]
    return [field.encode_name for each in objects for field in each.fields]


def _steps(path: str) -> list[str]:
    """`numbers[3].name` → numbers, [], name; a value of a mapping is `[...]` in the library's words."""
    return [step if not step.startswith("[") else "[]" for step in re.findall(r"\[[^\]]*\]|[^.\[\]]+", path)]


def _within(outer: inspect.Type, step: str) -> inspect.Type | None:
    for each in _choices(outer):
        match each:
            case inspect.StructType(fields=fields):
                for field in fields:
                    if field.encode_name == step:
                        return field.type
            case inspect.ListType(item_type=item) if step == "[]":
                return item
            case inspect.DictType(value_type=value) if step == "[]":
                return value
            case _:
                pass
    return None


def _choices(found: inspect.Type) -> tuple[inspect.Type, ...]:
    """The types of a union, without null; a described one without its description."""
    match found:
        case inspect.Metadata(type=inner):
            return _choices(inner)
        case inspect.UnionType(types=types):
            return tuple(one for each in types for one in _choices(each) if not isinstance(one, inspect.NoneType))
        case _:
            return (found,)


def words_for(found: inspect.Type) -> str:
    """What would do for this type."""
    match found:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            description = (extra or {}).get("description")
            return str(description) if description else words_for(inner)
        case inspect.UnionType():
            return " or ".join(dict.fromkeys(words_for(each) for each in _choices(found)))
        case inspect.LiteralType(values=values):
            return "one of: " + ", ".join(str(value) for value in values)
        case inspect.IntType():
            return "a whole number" + _range(found)
        case inspect.FloatType():
            return "a number" + _range(found)
        case inspect.BoolType():
            return "true or false"
        case inspect.StrType(min_length=low, max_length=high):
            return "text" + _length(low, high, "characters")
        case inspect.DateTimeType():
            return "a moment with its time zone, like 2026-03-02T10:15:00+00:00"
        case inspect.DateType():
            return "a date, like 2026-03-02"
        case inspect.ListType(min_length=low, max_length=high):
            return "a list" + _length(low, high, "entries")
        case inspect.StructType() | inspect.DictType():
            return "an object"
        case _:
            return ANYTHING


def _range(found: inspect.IntType | inspect.FloatType) -> str:
    match found.ge, found.le:
        case None, None:
            return ""
        case None, high:
            return f" up to {high}"
        case low, None:
            return f" from {low}"
        case low, high:
            return f" from {low} to {high}"


def _length(low: int | None, high: int | None, what: str) -> str:
    match low, high:
        case None, None:
            return ""
        case None, _:
            return f" of up to {high} {what}"
        case _, None:
            return f" of {low} or more {what}"
        case _:
            return f" of {low} to {high} {what}"
