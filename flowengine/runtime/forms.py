"""What may stand in a form: whatever else a model wrote into a field is as good as nothing written there.

Every model's answer comes through here, the scripted one's too. Nothing of an answer is quoted anywhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Literal, assert_never

from flowengine.runtime.ports import FormField, FormRequest, FormValue

LONGEST_TEXT = 1000
NOTHING = frozenset({"", "null", "none", "unknown", "n/a", "not known", "not given", "not mentioned"})
"""How models write that a text is not known."""
_DATE, _TIME = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d(?::00)?"
_WRITTEN = {
    "date": re.compile(_DATE, re.ASCII),
    "time": re.compile(_TIME, re.ASCII),
    "datetime": re.compile(f"{_DATE}T{_TIME}", re.ASCII),
}
_PARSED: Mapping[str, Callable[[str], object]] = {
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "datetime": datetime.fromisoformat,
}


def filled(request: FormRequest, given: Mapping[str, object]) -> dict[str, FormValue]:
    """Every field by name; None for what is missing, of another kind, or not among the choices. The rest is dropped."""
    return {field.name: _value(field, given.get(field.name)) for field in request.fields}


def _value(field: FormField, given: object) -> FormValue:
    match field.kind:
        case "boolean":
            return given if isinstance(given, bool) else None
        case "number":
            return _number(given)
        case "choice":
            return given if isinstance(given, str) and given in field.choices else None
        case "text":
            return _text(given)
        case "date" | "time" | "datetime":
            return _moment(field.kind, given)
        case _:
            assert_never(field.kind)


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        return float(given) if math.isfinite(given) else None
    except OverflowError:
        return None


def _text(given: object) -> str | None:
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        return None
    plain = " ".join(given.split())
    return None if plain.casefold() in NOTHING else plain


def _moment(kind: Literal["date", "time", "datetime"], given: object) -> str | None:
    """With hyphens and colons, to the minute: `20260131` and `2026-W05` are ISO 8601 too, and no form's."""
    if not isinstance(given, str) or not _WRITTEN[kind].fullmatch(given):
        return None
    try:
        _PARSED[kind](given)
    except ValueError:
        return None
    return given if kind == "date" else given[: given.index(":") + len(":30")]
