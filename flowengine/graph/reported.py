"""The diagnostics of a compilation as they are handed on: in order, each once, and no more than anybody reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowengine.language.diagnostics import Diagnostic, Severity

MOST_REPORTED = 1_000
"""A page of an editor's list; a file that is no flow at all may have one for each of its lines."""


def reported(problems: Iterable[Diagnostic], paths: Sequence[str]) -> tuple[Diagnostic, ...]:
    """In source order, the flow's own file first; errors before all else where there are too many."""
    rank = {path: index for index, path in enumerate(paths)}
    ordered = sorted(
        dict.fromkeys(problems),
        key=lambda problem: (rank.get(problem.span.path, len(rank)), problem.span.line, problem.span.column),
    )
    if len(ordered) <= MOST_REPORTED:
        return tuple(ordered)
    errors = [problem for problem in ordered if problem.severity == "error"]
    others = [problem for problem in ordered if problem.severity != "error"]
    kept = set(map(id, (errors + others)[:MOST_REPORTED]))
    shown = [problem for problem in ordered if id(problem) in kept]
    return (*shown, _more(shown[-1], len(ordered) - MOST_REPORTED, len(errors) - MOST_REPORTED))


def _more(last: Diagnostic, count: int, errors: int) -> Diagnostic:
    severity: Severity = "error" if errors > 0 else "warning"
    message = f"there are {count:,} more problems than the {MOST_REPORTED:,} shown"
    return Diagnostic("FL127", "too-many-problems", severity, last.span, message, "mend the first ones, and look again")
