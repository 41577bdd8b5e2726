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
class Diagnostic:
    """One problem: a stable code (`FL201`), a name, a tight span, one plain sentence and, when known, a remedy."""

    code: str
    name: str
    severity: Severity
    span: Span
    message: str
    help: str | None = None
    related: tuple[Related, ...] = ()
