"""What a test says of the flow's summary, held against it: what is expected, and what a model fills in."""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.conversation.contact import EXPECTED, typed_value
from flowengine.conversation.summary import asked
from flowengine.graph.model import Flow, SummaryField
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.testing.flowtest.ast import ExpectValue, SummaryLine, Value
from flowengine.testing.flowtest.problems import did_you_mean, mistake

SUMMARY = "summary."
NULL = "null"
"""How a test writes, without quotes, that a field of the summary is not known."""


def expected(step: ExpectValue, flow: Flow) -> Iterator[Diagnostic]:
    """`expect summary.FIELD = value`: a field that is there, and a value that it can hold."""
    name = step.name.text.removeprefix(SUMMARY)
    field = flow.summary.get(name)
    if field is None:
        message = f"the summary of {flow.name!r} has no field called {name!r}"
        yield mistake("FL869", "unknown-summary-field", step.name.span, message, did_you_mean(name, flow.summary))
    elif not is_null(step.value):
        yield from _misfit(field, step.value)


def scripted_summary(line: SummaryLine, flow: Flow) -> Iterator[Diagnostic]:
    """`llm summarises …`: fields that a model is asked for, each once, with values that they can hold."""
    fields = {field.name: field for field in asked(flow)}
    if not fields:
        message = f"{flow.name!r} asks no model for a summary"
        yield mistake("FL867", "never-asked", line.span, message, "remove the line")
        return
    seen: dict[str, Related] = {}
    for given in line.given:
        name = given.name
        if name.text not in fields:
            message = f"{flow.name!r} asks no model for {name.text!r} in its summary"
            yield mistake("FL869", "unknown-summary-field", name.span, message, did_you_mean(name.text, fields))
        elif name.text in seen:
            message = f"{name.text!r} is given twice"
            yield Diagnostic("FL857", "given-twice", "error", name.span, message, "keep one", (seen[name.text],))
        elif not is_null(given.value):
            yield from _misfit(fields[name.text], given.value)
        seen.setdefault(name.text, Related(name.span, "the first is here"))


def is_null(value: Value) -> bool:
    return value.text == NULL and not value.quoted


def _misfit(field: SummaryField, value: Value) -> Iterator[Diagnostic]:
    if typed_value(field.type, value.text) is None:
        wanted = ", ".join(field.type.choices) or EXPECTED[field.type.kind]
        message = f"{field.name!r} is never {value.text!r}"
        help_ = f"write {wanted}, or {NULL} for what is not known"
        yield mistake("FL880", "summary-value-misfit", value.span, message, help_)
