"""Contact values typed by people: what `check_contact` is given for them."""

from __future__ import annotations

import re

from flowengine.graph.model import ContactField

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_MOMENT = re.compile(r"(\d{4}-\d\d?-\d\d?) +(\d\d?:\d\d.*)")


def raw_value(field: ContactField, text: str) -> object:
    """The text as JSON would carry it: numbers and booleans as such, dates and times as ISO text, the rest as it is.

    What does not look like its type is handed on as text, so that `check_contact` says what is wrong with it.
    """
    match field.type.kind:
        case "number" | "money" if _NUMBER.fullmatch(text):
            return float(text) if "." in text else int(text)
        case "boolean" if text.lower() in ("true", "yes", "false", "no"):
            return text.lower() in ("true", "yes")
        case "datetime" if found := _MOMENT.fullmatch(text):
            return f"{found[1]}T{found[2]}"
        case _:
            return text
