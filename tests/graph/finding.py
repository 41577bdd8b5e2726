"""What a check finds in a short flow: the stretches it underlines, as they are written."""

from __future__ import annotations

from flowengine.graph.checks.reference import completed
from flowengine.graph.compile import compile_text
from flowengine.language.diagnostics import Diagnostic


def findings(body: str, code: str) -> list[Diagnostic]:
    """The findings of one code in a flow; one without a `flow` line gets the beginning of the reference page."""
    return [problem for problem in compile_text(completed(body)).diagnostics if problem.code == code]


def underlined(body: str, code: str) -> list[str]:
    """What is underlined, in source order."""
    lines = completed(body).split("\n")
    return [
        lines[problem.span.line - 1][problem.span.column - 1 : problem.span.end_column - 1]
        for problem in findings(body, code)
    ]


def saying(*texts: str) -> str:
    """A flow that says these texts, one after the other."""
    said = "\n".join(f'  say "{text}"' for text in texts)
    return f"state first\n{said}\n  end booked\n"
