"""A problem in a flow, as a value: what, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flowengine.language.source import Span

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that explains a diagnostic."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A remedy that an editor can carry out: put `replacement` in the place of `span` (an empty span: insert it)."""

    span: Span
    replacement: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem: a stable code (`FL201`), a name, a tight span, one plain sentence and, when known, a remedy.

    `fix` is the remedy of `help` as an edit, where it is one.
    """

    code: str
    name: str
    severity: Severity
    span: Span
    message: str
    help: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None


def as_json(diagnostic: Diagnostic) -> dict[str, object]:
    """A diagnostic as plain data, its fields side by side; lines and columns count from 1."""
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity,
        **_place(diagnostic.span),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "related": [{**_place(related.span), "message": related.message} for related in diagnostic.related],
        "fix": {**_place(diagnostic.fix.span), "replacement": diagnostic.fix.replacement} if diagnostic.fix else None,
    }


def _place(span: Span) -> dict[str, object]:
    return {
        "path": span.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
