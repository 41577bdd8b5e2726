"""What every check has: a code, a name, a severity, and the way to report with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flowengine.graph.names import Definition
from flowengine.graph.nearest import nearest as nearest  # checks that offer a fix of their own ask for it here
from flowengine.language.diagnostics import Diagnostic, Fix, Related, Severity
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Rule:
    """A check's identity; the code never changes meaning."""

    code: str
    name: str
    severity: Severity

    def at(
        self, span: Span, message: str, help_: str | None = None, *related: Related, fix: Fix | None = None
    ) -> Diagnostic:
        """One finding."""
        return Diagnostic(self.code, self.name, self.severity, span, message, help_, related, fix)


def renamed(name: str, known: Iterable[str], span: Span) -> Fix | None:
    """The edit that goes with `did_you_mean`."""
    meant = nearest(name, known)
    return Fix(span, meant) if meant is not None else None


def did_you_mean(name: str, known: Iterable[str], defined: dict[str, Definition], user: Span) -> str | None:
    """The remedy for a name that is not known: the nearest that is, and where it is defined."""
    meant = nearest(name, known)
    if meant is None:
        return None
    definition = defined.get(meant)
    if definition is None:
        return f"did you mean {meant!r}?"
    where = definition.span
    line = f"line {where.line}" if where.path == user.path else f"{where.path}:{where.line}"
    return f"did you mean {meant!r} ({line})?"
