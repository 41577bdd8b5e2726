"""What is kept of a call when it is over: the fields of the flow's `summary` that an expression reckons.

A slot or variable that never got a value is null there, not a mistake. What cannot be reckoned, or does not fit its
field's type, becomes null, and a note says so; a summary never changes how a call ends. What is made of a secret shows
as it does in the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import SimpleNamespace

from flowengine.conversation.call import Call, written
from flowengine.conversation.commands import Summarised
from flowengine.conversation.contact import EXPECTED, typed_value
from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.masking import digits_of, invented_masked
from flowengine.conversation.transcript import Utterance
from flowengine.errors import EvaluationError
from flowengine.graph.model import Flow, SummaryField, TypeKind

_MAY_HOLD_NUMBERS: frozenset[TypeKind] = frozenset({"text", "phone", "digits", "email", "uk_name"})


def summarised(call: Call, outcome: str) -> tuple[Summarised, ...]:
    """What became of a call that ends now with this outcome; nothing where the flow declares no summary."""
    fields = call.flow.summary.values()
    if not fields:
        return ()
    names = _names(call, outcome)
    return (Summarised(tuple((field.name, _reckoned(call, field, names)) for field in fields)),)


def filled(flow: Flow, answers: Mapping[str, object], heard: str) -> tuple[dict[str, str], list[str]]:
    """A model's answers as the record writes them, and remarks on those that do not fit.

    `heard`: the digits that were said in the call, in order. A long number that is not among them is made up: a text is
    kept without it, and a field of another type does not take it. Only fields with a description take an answer. What
    is not known leaves a field as it was reckoned.
    """
    fields: dict[str, str] = {}
    remarks: list[str] = []
    for field in asked(flow):
        given = answers.get(field.name)
        value = None if given is None else held(field, given)
        if value is not None and field.type.kind in _MAY_HOLD_NUMBERS:
            shown = invented_masked(value, heard)
            if shown != value and field.type.kind != "text":
                remarks.append(f"summary: what was given for {field.name!r} has a number that nobody said")
                continue
            value = shown
        if value is not None:
            fields[field.name] = value
        elif given is not None:
            remarks.append(misfit(field))
    return fields, remarks


def digits_said(transcript: Iterable[Utterance]) -> str:
    """The digits of each side, one after the other; a blank keeps the sides apart."""
    said = list(transcript)
    sides = ("".join(digits_of(each.text) for each in said if each.speaker == side) for side in ("agent", "caller"))
    return " ".join(sides)


def asked(flow: Flow) -> tuple[SummaryField, ...]:
    """The fields that a model is asked for."""
    return tuple(field for field in flow.summary.values() if field.description)


def held(field: SummaryField, given: object) -> str | None:
    """A value as the record writes it; None for one that the field's type cannot hold."""
    value = typed_value(field.type, float(given) if isinstance(given, Decimal) else given)
    return None if value is None else written(value)


def misfit(field: SummaryField) -> str:
    """What is noted of a value that does not fit."""
    return f"summary: what was given for {field.name!r} is not {EXPECTED[field.type.kind]}"


def _names(call: Call, outcome: str) -> dict[str, object]:
    names = call.names()
    facts = {**vars(names["call"]), "outcome": outcome}
    return {**dict.fromkeys(call.flow.variables), **names, "call": SimpleNamespace(**facts)}


def _reckoned(call: Call, field: SummaryField, names: dict[str, object]) -> str | None:
    """Null for a field that only a model can fill: it is asked later."""
    if field.value is None:
        return None
    try:
        value = call.prepared.evaluator.value(field.value, names)
    except EvaluationError as error:
        call.note(f"summary: {field.name!r} could not be reckoned ({error})")
        return None
    if value is None:
        return None
    if call.is_secret(field.value):
        return HIDDEN
    fitting = held(field, value)
    if fitting is None:
        call.note(misfit(field))
    return fitting
