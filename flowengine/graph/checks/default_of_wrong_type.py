"""A contact field's default is not of the field's type.

Every call without that field would begin with a value its own flow cannot use.

Bad:

    contact
      due: date = "soon"

    state first
      -> goodbye

Good:

    contact
      due: date = 2026-12-01

    state first
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from jinja2 import nodes

from flowengine.graph.checks.rule import Rule
from flowengine.graph.jinja import read
from flowengine.graph.model import ContactField, Expression
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL403", "default-of-wrong-type", "error")


def check(draft: Draft) -> Iterator[Diagnostic]:
    for field in draft.flow.contact.values():
        if field.default is None:
            continue
        help_ = _misfit(field, field.default)
        if help_ is not None:
            kind = field.type.kind.replace("_", " ")
            what = f"{field.name!r} is of type {kind}, which its default does not fit"
            yield RULE.at(field.default.span, what, help_)


def _misfit(field: ContactField, default: Expression) -> str | None:
    """The remedy when a constant default does not fit; anything that is no constant is left to the call."""
    tree = read(default).tree
    tree = tree.node if isinstance(tree, nodes.Neg) else tree
    if not isinstance(tree, nodes.Const) or tree.value is None:
        return None
    value: object = tree.value
    match field.type.kind:
        case "one_of":
            return None if value in field.type.choices else f"it is one of {', '.join(field.type.choices)}"
        case "number" | "money":
            return (
                None
                if isinstance(value, int | float) and not isinstance(value, bool)
                else "write a number, without quotes"
            )
        case "date":
            return _not_iso(value, date, "write a date as year-month-day, such as 2026-12-01")
        case "time":
            return _not_iso(value, time, "write a time as hours:minutes, such as 09:30")
        case "datetime":
            return _not_iso(value, datetime, "write it as 2026-12-01T09:30")
        case "text" | "uk_name" | "uk_postcode" | "email" | "phone" | "digits":
            return None if isinstance(value, str) else "write it in quotes"
        case "boolean" | "duration":
            return None


def _not_iso(value: object, kind: type[date] | type[time], help_: str) -> str | None:
    if isinstance(value, str):
        try:
            kind.fromisoformat(value)
        except ValueError:
            return help_
        return None
    return help_
