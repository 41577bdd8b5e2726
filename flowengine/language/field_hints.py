"""Slips in the fields of `contact` and `summary`: `NAME: TYPE`, a description in quotes, `=` and a value."""

from __future__ import annotations

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import keywords, span_of
from flowengine.language.mistake import Explanation, Mistake, error_at
from flowengine.language.source import Span


def field_without_type(mistake: Mistake) -> Explanation | None:
    """`age = 3`, `age "how old"`, `age`: a name alone is no field."""
    token, before = mistake.token, mistake.before
    fields = {"NAME", "_DEDENT"} <= mistake.at_start and "STATE" not in mistake.at_start
    if mistake.index != 1 or before is None or not fields or mistake.accepted != {"COLON"}:
        return None
    if token is not None and token.type not in ("EQUAL", "STRING"):
        return None
    rest = f" {mistake.source.text[token.start_pos : mistake.row[-1].end_pos]}" if token is not None else ""
    message = f"the field {str(before)!r} has no type"
    help_ = f"write, for example: {before}: text{rest}"
    return error_at(mistake, "FL103", "missing-colon", message, help_), None


def bare_description(mistake: Mistake) -> Explanation | None:
    """`reason: text why they said no`: a description without quotes."""
    token = mistake.token
    if token is None or not {"STRING", "EQUAL", "_NEWLINE"} <= mistake.accepted or mistake.index < 3:
        return None
    if token.type != "NAME" and token.type not in keywords():
        return None
    stop = next((at for at in range(mistake.index, len(mistake.row)) if mistake.row[at].type == "EQUAL"), None)
    words = mistake.row[mistake.index : stop]
    text = mistake.source.text[token.start_pos : words[-1].end_pos]
    last = span_of(mistake.source.path, words[-1])
    span = Span(mistake.span.path, mistake.span.line, mistake.span.column, last.end_line, last.end_column)
    problem = Diagnostic("FL105", "missing-text", "error", span, "text stands in double quotes", f'write: "{text}"')
    return problem, mistake.replaced("STRING", f'"{text}"', len(words))
