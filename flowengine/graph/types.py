"""Types of the language: from what is written to what the graph carries."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import get_args

from flowengine.graph.lower_block import whole
from flowengine.graph.model import Expression, TypeKind, ValueType
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic, Fix

_NAMED = tuple(kind for kind in get_args(TypeKind) if kind != "one_of")

_LITERAL = re.compile(r"\d[\d:T-]*|[\w ]+")


def value_type(type_: ast.TypeRef, problems: list[Diagnostic]) -> ValueType:
    """The type that is meant; an unknown one is reported and read as `text`."""
    if type_.name == "one of":
        return ValueType("one_of", choices=tuple(choice.value for choice in type_.choices))
    for kind in _NAMED:
        if kind == type_.name:
            if type_.count is not None and kind != "digits":
                problems.append(_counted(type_))
            counted = type_.count if kind == "digits" else None
            return ValueType(kind, digits=whole(counted, "digits", 30, problems) if counted else None)
    if type_.name:
        problems.append(_unknown(type_))
    return ValueType("text")


def constant(type_: ValueType, default: ast.Expr) -> Expression:
    """A default. `= 2026-12-01`, `= 09:30` and (for a choice) `= basic` are read as the values they look like."""
    text = default.text
    bare = _LITERAL.fullmatch(text) is not None
    quoted = type_.kind in ("date", "time", "datetime", "phone", "digits", "duration") or text in type_.choices
    return Expression(json.dumps(text, ensure_ascii=False) if bare and quoted else text, default.span)


def _unknown(type_: ast.TypeRef) -> Diagnostic:
    close = get_close_matches(type_.name, _NAMED, n=1)
    help_ = f"did you mean {close[0]!r}?" if close else f"types are {', '.join(_NAMED)} and one of (…)"
    message = f"there is no type called {type_.name!r}"
    fix = Fix(type_.span, close[0]) if close and type_.count is None else None
    return Diagnostic("FL207", "unknown-type", "error", type_.span, message, help_, fix=fix)


def _counted(type_: ast.TypeRef) -> Diagnostic:
    message = f"{type_.name!r} takes no number"
    return Diagnostic("FL207", "unknown-type", "error", type_.span, message, "only digits(n) does")
