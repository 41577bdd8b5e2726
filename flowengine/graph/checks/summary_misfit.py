"""The expression of a summary's field gives a value that the field's type cannot hold.

It would be null after every call that comes to it. Of an expression with `if` and `else`, or with `or`, each value that
it can give is looked at.

Bad:

    summary
      mood: one of (good, bad) = "good" if turns < 9 else "awful"

    state first
      -> goodbye

Good:

    summary
      mood: one of (good, bad) = "good" if turns < 9 else "bad"

    state first
      -> goodbye
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import nodes

from flowengine.graph.checks.rule import Rule
from flowengine.graph.choices import known_choices
from flowengine.graph.expression_types import Leaf, Path, declared_types, leaves, path_of
from flowengine.graph.jinja import place
from flowengine.graph.kinds import TYPES, Kind
from flowengine.graph.model import SummaryField, ValueType
from flowengine.graph.names import Draft
from flowengine.language.diagnostics import Diagnostic

RULE = Rule("FL416", "summary-misfit", "error")

_ALSO: Mapping[Kind, frozenset[Kind]] = {"text": frozenset({"number"}), "date": frozenset({"datetime"})}
"""What a field takes besides values of its own kind: a number as its digits, of a datetime the day."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    if not draft.flow.summary:
        return
    types, choices = declared_types(draft), known_choices(draft)
    for field in draft.flow.summary.values():
        if field.value is None or (field.span.path, field.span.line) in draft.lost_lines:
            continue
        for leaf in leaves(field.value, types):
            problem = _wrong_kind(field, leaf) or _no_choice(field, leaf, choices)
            if problem is not None:
                source = draft.sources.get(field.value.span.path)
                span = place(field.value, source, leaf.start, leaf.end - leaf.start)
                yield RULE.at(span, *problem)


def _wrong_kind(field: SummaryField, leaf: Leaf) -> tuple[str, str] | None:
    wanted, given = TYPES[field.type.kind], leaf.type
    if given is None or given.kind == wanted.kind or given.kind in _ALSO.get(wanted.kind, ()):
        return None
    message = f"{field.name!r} is {wanted.words}, and this is {given.words}"
    return message, f"write what gives {wanted.words}, or give the field another type"


def _no_choice(field: SummaryField, leaf: Leaf, choices: Mapping[Path, tuple[str, ...]]) -> tuple[str, str] | None:
    """A value that is none of the field's choices."""
    if field.type.kind != "one_of":
        return None
    if isinstance(leaf.node, nodes.Const):
        given: tuple[str, ...] = (leaf.node.value,) if isinstance(leaf.node.value, str) else ()
    else:
        given = choices.get(path_of(leaf.node), ())
    strange = [each for each in given if not _is_choice(field.type, each)]
    if not strange:
        return None
    return f"{field.name!r} is never {strange[0]!r}", f"it is one of {', '.join(field.type.choices)}"


def _is_choice(type_: ValueType, text: str) -> bool:
    return text.casefold() in {choice.casefold() for choice in type_.choices}
