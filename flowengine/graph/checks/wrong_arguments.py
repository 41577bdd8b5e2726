"""`do` gives an action other arguments than it takes.

Too many, too few, one twice, one that the action does not have, or one of another type: the action would fail on every
call, when the caller has already been told that it is being done.

Bad:

    action book_visit(day: date, name: text)
      python "acme.bookings:book_visit"
      timeout 2s

    state first
      say "Shall I book it?"
      listen
        agree -> book
        silence or otherwise -> goodbye

    state book
      do book_visit(today)
        ok or error -> goodbye

Good:

    action book_visit(day: date, name: text)
      python "acme.bookings:book_visit"
      timeout 2s

    state first
      say "Shall I book it?"
      listen
        agree -> book
        silence or otherwise -> goodbye

    state book
      do book_visit(today, name=contact.name)
        ok or error -> goodbye
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from difflib import get_close_matches

from flowengine.graph.checks.rule import Rule
from flowengine.graph.expression_types import Path, Types, asked_about, declared_types, type_of_text, typed
from flowengine.graph.jinja import read
from flowengine.graph.kinds import Kind, Type
from flowengine.graph.model import Action, Argument, Do, Parameter, ValueType
from flowengine.graph.names import Draft
from flowengine.graph.walk import every_statement
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL409", "wrong-arguments", "error")

FITS: Mapping[Kind, tuple[Kind, ...]] = {
    "text": ("text", "number", "boolean"),
    "number": ("number", "text"),
    "boolean": ("boolean", "number", "text"),
    "date": ("date", "datetime", "text"),
    "time": ("time", "text"),
    "datetime": ("datetime", "date", "text"),
    "duration": ("duration", "number", "text"),
    "list": (),
}
"""What a parameter of each kind can be given: a text may be written so that it fits. A test holds it against calls."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    types = declared_types(draft)
    asked = asked_about(draft)
    for statement in every_statement(draft.flow):
        if isinstance(statement, Do) and (action := draft.flow.actions.get(statement.action)) is not None:
            whole = (action.span.path, action.span.line) not in draft.lost_lines
            if whole and "" not in draft.lost_names:
                yield from _do(statement, action, types, asked)


def _do(do: Do, action: Action, types: Types, asked: dict[int, frozenset[Path]]) -> Iterator[Diagnostic]:
    parameters = {parameter.name: parameter for parameter in action.parameters}
    given: set[str] = set()
    for argument in do.arguments:
        span, name = argument.value.span, argument.name
        if not name:
            message = f"{action.name!r} takes {_count(len(parameters))}, and this is one more"
            yield RULE.at(span, message, f"it is written: {_shown(action)}")
            return
        if name not in parameters:
            close = get_close_matches(name, list(parameters), n=1)
            help_ = f"did you mean {close[0]!r}?" if close else f"it is written: {_shown(action)}"
            yield RULE.at(span, f"{action.name!r} has no argument {name!r}", help_)
            return
        if name in given:
            yield RULE.at(span, f"{name!r} is given twice", f"it is written: {_shown(action)}")
            return
        given.add(name)
        known = type_of_text(argument.value, types, asked.get(id(argument.value), frozenset()))
        yield from _misfit(argument, parameters[name], known)
    missing = [name for name in parameters if name not in given]
    if missing:
        message = f"{action.name!r} is not given {' and '.join(map(repr, missing))}"
        yield RULE.at(do.span, message, f"it is written: {_shown(action)}")


def _misfit(argument: Argument, parameter: Parameter, known: Type | None) -> Iterator[Diagnostic]:
    text, span, wanted = argument.value.text, argument.value.span, typed(parameter.type)
    value = getattr(read(argument.value).tree, "value", None)
    if isinstance(value, str):
        help_ = _not_written_so(parameter.type, value)
        if help_ is not None:
            yield RULE.at(span, f"{parameter.name!r} is {wanted.words}, and {value!r} is none", help_)
    elif known is not None and known.kind not in FITS[wanted.kind]:
        message = f"{parameter.name!r} is {wanted.words}, and '{text}' is {known.words}"
        yield RULE.at(span, message, _help(text, known, wanted))


def _not_written_so(kind: ValueType, value: str) -> str | None:
    """The remedy for a constant text that cannot be read as a type."""
    match kind.kind:
        case "one_of" if value.lower() not in [choice.lower() for choice in kind.choices]:
            return f"it is one of {', '.join(kind.choices)}"
        case "date" if not _reads(date.fromisoformat, value):
            return 'write it as "2026-12-01"'
        case "time" if not _reads(time.fromisoformat, value):
            return 'write it as "09:30"'
        case "datetime" if not _reads(datetime.fromisoformat, value):
            return 'write it as "2026-12-01T09:30"'
        case "number" | "money" if not _reads(float, value.removeprefix("£")):
            return "write a number, without quotes"
        case "digits" if not value.isdigit() or kind.digits not in (None, len(value)):
            return f"write {kind.digits} digits, in quotes" if kind.digits else "write digits, in quotes"
        case _:
            return None


def _reads(reader: Callable[[str], object], value: str) -> bool:
    try:
        reader(value.strip())
    except ValueError:
        return False
    return True


def _help(text: str, known: Type, wanted: Type) -> str:
    if known.kind == "datetime" and wanted.kind == "time":
        return f"give its time: {text}.time()"
    if wanted.kind == "text":
        return f"make it a text: {text} | spoken"
    return f"give it {wanted.words}"


def _shown(action: Action) -> str:
    return f"do {action.name}({', '.join(parameter.name for parameter in action.parameters)})"


def _count(number: int) -> str:
    return "no arguments" if number == 0 else "one argument" if number == 1 else f"{number} arguments"
