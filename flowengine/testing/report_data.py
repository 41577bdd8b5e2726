"""Results for programs: JSON, and the JUnit XML that build servers read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.etree import ElementTree

from flowengine.language.diagnostics import as_json
from flowengine.language.source import Span
from flowengine.testing.coverage.sums import Coverage, FileCoverage, percent, taken
from flowengine.testing.coverage.ways import KINDS, missing
from flowengine.testing.player import Turn
from flowengine.testing.report_text import conversation
from flowengine.testing.runner import Result
from flowengine.testing.suite import Report


def report_json(report: Report) -> str:
    """Everything about a run; spans count lines and columns from 1, times are seconds."""
    return json.dumps(
        {
            "passed": report.passed,
            "failed": report.failed,
            "seconds": round(report.took, 3),
            "tests": [_test(result) for result in report.results],
            "diagnostics": [as_json(problem) for problem in report.problems],
            "coverage": _coverage(report.coverage) if report.coverage else None,
        },
        indent=2,
        ensure_ascii=False,
    )


def report_junit(report: Report) -> str:
    """JUnit XML, one suite a test file."""
    root = ElementTree.Element("testsuites", tests=str(len(report.results)), failures=str(report.failed))
    suites: dict[str, ElementTree.Element] = {}
    for result in report.results:
        path = result.test.span.path
        if path not in suites:
            suites[path] = ElementTree.SubElement(root, "testsuite", name=path)
        case = ElementTree.SubElement(
            suites[path],
            "testcase",
            classname=path,
            name=result.test.name,
            file=path,
            line=str(result.test.span.line),
            time=f"{result.took:.3f}",
        )
        if result.failure is not None:
            failure = ElementTree.SubElement(case, "failure", message=result.failure.message)
            failure.text = "\n".join(conversation(result, report.sources))
        elif result.problems:
            error = ElementTree.SubElement(case, "error", message=result.problems[0].message)
            error.text = "\n".join(f"{each.span.path}:{each.span.line}: {each.message}" for each in result.problems)
    for problem in report.problems:
        path = problem.span.path
        if path not in suites and problem.severity == "error":
            suites[path] = ElementTree.SubElement(root, "testsuite", name=path)
            case = ElementTree.SubElement(suites[path], "testcase", classname=path, name=problem.name)
            ElementTree.SubElement(case, "error", message=problem.message)
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("testcase/failure"))))
        suite.set("errors", str(len(suite.findall("testcase/error"))))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _test(result: Result) -> dict[str, object]:
    failure = result.failure
    return {
        "name": result.test.name,
        "path": result.test.span.path,
        "line": result.test.span.line,
        "flow": result.flow.name if result.flow else None,
        "passed": result.passed,
        "outcome": result.outcome,
        "seconds": round(result.took, 4),
        "call_seconds": round(result.lasted, 2),
        "turns": [_turn(turn) for turn in result.turns],
        "failure": None
        if failure is None
        else {
            **_place(failure.span),
            "message": failure.message,
            "expected": failure.expected,
            "got": failure.got,
            "help": failure.hint,
        },
        "diagnostics": [as_json(problem) for problem in result.problems],
    }


def _turn(turn: Turn) -> dict[str, object]:
    return {
        "at": round(turn.at, 2),
        "caller": turn.caller,
        "agent": turn.agent,
        "states": [entered.state for entered in turn.entered],
        "understood": [
            {
                "text": each.text,
                "intent": each.intent,
                "score": each.score,
                "tier": each.tier,
                "sentiment": each.sentiment,
            }
            for each in turn.understood
        ],
        "values": {filled.name: filled.value for filled in turn.filled},
        "notes": list(turn.notes),
        "state": turn.state,
        "outcome": turn.outcome,
    }


def _coverage(found: Coverage) -> dict[str, object]:
    return {**_sums(found.counted), "files": [_file(file) for file in found.files]}


def _sums(files: Sequence[FileCoverage]) -> dict[str, object]:
    sums = {kind: taken(files, kind) for kind in KINDS}
    return {
        "percent": percent(files),
        **{f"{kind}s": {"taken": some, "all": all_} for kind, (some, all_) in sums.items()},
    }


def _file(file: FileCoverage) -> dict[str, object]:
    return {
        "path": file.path,
        "flows": list(file.flows),
        "counted": file.counted,
        **_sums([file]),
        "missing": [
            {
                "kind": way.kind,
                **_place(way.span),
                "place": way.place,
                "label": way.label,
                "side": way.side or None,
                "message": missing(way),
            }
            for way in file.missing
        ],
    }


def _place(span: Span) -> dict[str, object]:
    return {"path": span.path, "line": span.line, "column": span.column}
