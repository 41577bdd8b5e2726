"""The data a call is started with: JSON or form text, made into the typed values of the flow's `contact` block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jinja2 import TemplateError

from flowengine.conversation.emails import EMAIL
from flowengine.conversation.evaluate import environment
from flowengine.conversation.phones import uk_number
from flowengine.conversation.postcodes import postcode
from flowengine.errors import ContactNotValid
from flowengine.graph.model import Expression, Flow, ValueType
from flowengine.language.durations import seconds

LONGEST_TEXT = 500
EXPECTED = {
    "text": "a text",
    "number": "a number",
    "money": "an amount in pounds",
    "boolean": "true or false",
    "date": "a date such as 2026-12-01",
    "time": "a time such as 15:30",
    "datetime": "a moment such as 2026-12-01T15:30",
    "duration": "a length of time such as 90s or 2h",
    "phone": "a telephone number",
    "email": "an e-mail address",
    "uk_postcode": "a UK postcode",
    "uk_name": "a name",
    "digits": "digits",
    "one_of": "one of its choices",
}


def check_contact(flow: Flow, raw: Mapping[str, object]) -> dict[str, object]:
    """Typed values for every field of `contact`, defaults filled in. Raises ContactNotValid, naming the field."""
    unknown = sorted(set(raw) - set(flow.contact))
    if unknown:
        raise ContactNotValid(f"the flow {flow.name!r} has no contact field {unknown[0]!r}", unknown[0])
    checked: dict[str, object] = {}
    for name, contact_field in flow.contact.items():
        given = raw.get(name)
        if given is None or given == "":
            if contact_field.default is None:
                raise ContactNotValid(
                    f"contact field {name!r} is missing: it needs {expected(contact_field.type)}", name
                )
            given = _default(name, contact_field.default)
            if given == "" and contact_field.type.kind in ("text", "uk_name"):
                # What an author writes for "not known", to be asked with `if contact.name`.
                checked[name] = ""
                continue
        value = typed_value(contact_field.type, given)
        if value is None:
            raise ContactNotValid(f"contact field {name!r} needs {expected(contact_field.type)}", name)
        checked[name] = value
    return checked


def typed_value(kind: ValueType, given: object) -> object | None:
    """One value as its type wants it; None when it cannot be that."""
    try:
        return _typed(kind, given)
    except (ValueError, TypeError, OverflowError):
        return None


def _typed(kind: ValueType, given: object) -> object | None:
    text = str(given).strip()
    match kind.kind:
        case "text" | "uk_name":
            # Braces of a template that somebody else failed to fill in must never be spoken.
            fits = 0 < len(text) <= LONGEST_TEXT and not re.search(r"\{[{%]", text)
            return text if fits and isinstance(given, str | int | float) else None
        case "number":
            return _number(given)
        case "money":
            amount = _number(text.removeprefix("£") if isinstance(given, str) else given)
            return round(float(amount), 2) if amount is not None else None
        case "boolean":
            return _boolean(given)
        case "date":
            if isinstance(given, datetime):
                return given.date()
            return given if isinstance(given, date) else date.fromisoformat(text)
        case "time":
            return given if isinstance(given, time) else time.fromisoformat(text)
        case "datetime":
            moment = given if isinstance(given, datetime) else datetime.fromisoformat(text)
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo("Europe/London"))
        case "duration":
            return _duration(given)
        case "phone":
            return uk_number(text) if re.fullmatch(r"[+\d][\d ()-]*", text) else None
        case "email":
            return text if EMAIL.fullmatch(text.lower()) else None
        case "uk_postcode":
            return postcode(text)
        case "digits":
            return text if text.isdigit() and kind.digits in (None, len(text)) else None
        case "one_of":
            return next((choice for choice in kind.choices if choice.lower() == text.lower()), None)


def _number(given: object) -> int | float | None:
    if isinstance(given, bool) or not isinstance(given, str | int | float):
        return None
    value = float(given)
    if value != value or value in (float("inf"), float("-inf")):
        return None
    return int(value) if value.is_integer() else value


def _boolean(given: object) -> bool | None:
    if isinstance(given, bool):
        return given
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(str(given).lower())


def _duration(given: object) -> timedelta:
    if isinstance(given, timedelta):
        return given
    if isinstance(given, int | float) and not isinstance(given, bool):
        return timedelta(seconds=given)
    return timedelta(seconds=seconds(str(given).strip()))


def _default(name: str, expression: Expression) -> object:
    try:
        return environment().compile_expression(expression.text, undefined_to_none=False)()
    except (TemplateError, ArithmeticError, TypeError) as error:
        raise ContactNotValid(f"the default of contact field {name!r} cannot be evaluated") from error


def expected(kind: ValueType) -> str:
    """What a value of this type looks like, for a message."""
    if kind.kind == "one_of":
        return f"one of {', '.join(kind.choices)}"
    if kind.kind == "digits" and kind.digits is not None:
        return f"{kind.digits} digits"
    return EXPECTED[kind.kind]
