"""Too many diagnostics are cut, errors kept before warnings, and the last one says how many more there are."""

from __future__ import annotations

from flowengine.graph.compile import compile_text
from flowengine.graph.reported import MOST_REPORTED, reported
from flowengine.language.diagnostics import Diagnostic, Severity
from flowengine.language.source import Span


def problem(line: int, severity: Severity = "error", path: str = "a.flow") -> Diagnostic:
    return Diagnostic("FL201", "undefined-state", severity, Span(path, line, 1, line, 2), "m", "h")


def test_a_file_of_nothing_but_mistakes_is_reported_in_part() -> None:
    found = compile_text("sya 1\n" * (MOST_REPORTED + 500)).diagnostics
    assert len(found) == MOST_REPORTED + 1
    assert found[-1].code == "FL127"
    assert "500 more" in found[-1].message


def test_errors_come_before_warnings_where_there_are_too_many() -> None:
    warnings = [problem(line, "warning") for line in range(1, MOST_REPORTED + 1)]
    found = reported([*warnings, problem(5000)], ["a.flow"])
    assert [each.span.line for each in found[-2:]] == [5000, 5000]
    assert (found[-1].code, found[-1].severity) == ("FL127", "warning")


def test_as_many_as_are_shown_are_all_shown() -> None:
    found = reported([problem(2), problem(1, path="b.flow"), problem(1)] * 2, ["a.flow", "b.flow"])
    assert [(each.span.path, each.span.line) for each in found] == [("a.flow", 1), ("a.flow", 2), ("b.flow", 1)]
