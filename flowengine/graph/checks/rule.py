"""What every check has: a code, a name, a severity, and the way to report with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from flowengine.graph.names import Definition
from flowengine.language.diagnostics import Diagnostic, Related, Severity
from flowengine.language.source import Span


@dataclass(frozen=True, slots=True)
class Rule:
    """A check's identity; the code never changes meaning."""

    code: str
    name: str
    severity: Severity

    def at(self, span: Span, message: str, help_: str | None = None, *related: Related) -> Diagnostic:
        """One finding."""
        return Diagnostic(self.code, self.name, self.severity, span, message, help_, related)


def did_you_mean(name: str, known: Iterable[str], defined: dict[str, Definition], user: Span) -> str | None:
    """The remedy for a name that is not known: the nearest that is, and where it is defined."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    if not close:
        return None
    definition = defined.get(close[0])
    if definition is None:
        return f"did you mean {close[0]!r}?"
    where = definition.span
    line = f"line {where.line}" if where.path == user.path else f"{where.path}:{where.line}"
    return f"did you mean {close[0]!r} ({line})?"
