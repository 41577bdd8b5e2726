from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flowengine.testing.coverage.sums import taken
from flowengine.testing.report_data import report_json, report_junit
from flowengine.testing.report_text import report_text
from flowengine.testing.suite import Report, find_tests, run
from tests.testing.made_flows import BOOKING, BOOKING_TESTS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "booking.flow").write_text(BOOKING)
    (tmp_path / "booking.flowtest").write_text(BOOKING_TESTS)
    return tmp_path


def run_in(folder: Path, *, named: str = "", covering: Collection[Path] = ()) -> Report:
    return run(find_tests([folder]), named=named, covering=covering)


def test_tests_are_found_at_any_depth_once(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "more.flowtest").write_text(BOOKING_TESTS)
    assert find_tests([folder, inner / "more.flowtest"]) == [folder / "booking.flowtest", inner / "more.flowtest"]


def test_a_flow_stands_for_the_tests_beside_it(folder: Path) -> None:
    assert find_tests([folder / "booking.flow"]) == [folder / "booking.flowtest"]


def test_results_are_counted(folder: Path) -> None:
    report = run_in(folder)
    assert (report.passed, report.failed, report.sound) == (1, 1, False)


def test_tests_can_be_chosen_by_name(folder: Path) -> None:
    report = run_in(folder, named="BOOKS")
    assert (report.passed, report.failed, report.sound) == (1, 0, True)


def test_a_flow_is_found_in_the_folder_above_and_by_path(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "a.flowtest").write_text(BOOKING_TESTS.replace("flow booking", "flow ../booking.flow", 1))
    assert run_in(inner, named="books").passed == 1
    (inner / "a.flowtest").write_text(BOOKING_TESTS)
    assert run_in(inner, named="books").passed == 1


def test_a_flow_that_is_not_there_is_told_with_a_likely_one(folder: Path) -> None:
    (folder / "booking.flowtest").write_text(BOOKING_TESTS.replace("flow booking", "flow bookin"))
    report = run_in(folder)
    assert [(problem.code, problem.span.line, problem.help) for problem in report.problems] == [
        ("FL870", 2, "did you mean 'booking'?"),
        ("FL870", 10, "did you mean 'booking'?"),
    ]
    assert report.failed == 2


def test_a_flow_with_errors_is_explained_once(folder: Path) -> None:
    (folder / "booking.flow").write_text(BOOKING.replace("agree -> choose", "agree -> chose"))
    report = run_in(folder)
    codes = [problem.code for problem in report.problems]
    assert codes.count("FL878") == 1
    assert len(codes) == 2
    shown = report_text(report, colour=False, verbose=False)
    assert "agree -> chose" in shown
    assert "0 passed, 2 failed" in shown


def test_a_mistaken_test_fails_and_the_others_are_played(folder: Path) -> None:
    (folder / "booking.flowtest").write_text(BOOKING_TESTS.replace('agent: "Bye."', "agen: *"))
    report = run_in(folder)
    assert (report.passed, report.failed) == (1, 1)
    assert [problem.code for problem in report.problems] == ["FL851"]


def test_an_unreadable_file_is_not_sound(folder: Path) -> None:
    (folder / "booking.flowtest").write_bytes(b'test "\xff"\n')
    report = run_in(folder)
    assert not report.sound
    assert [problem.code for problem in report.problems] == ["FL100"]


def test_the_text_report_reads_from_the_tests_to_the_sum(folder: Path) -> None:
    shown = report_text(run_in(folder, covering=[folder]), colour=False, verbose=False)
    parts = ["  ✓ books a visit", "  ✗ says goodbye", "FAIL  says goodbye", "caller  no", 'expected   "Bye."']
    parts += ["coverage", "booking.flow ", "line 28    greeting: press 1 is never taken", "1 passed, 1 failed in"]
    places = [shown.find(part) for part in parts]
    assert -1 not in places, shown
    assert places == sorted(places)
    assert "\x1b" not in shown


def test_the_report_is_in_colour_on_a_terminal(folder: Path) -> None:
    assert "\x1b[32m✓\x1b[0m" in report_text(run_in(folder), colour=True, verbose=False)


def test_verbose_shows_passing_calls(folder: Path) -> None:
    shown = report_text(run_in(folder), colour=False, verbose=True)
    assert "ok  books a visit" in shown
    assert "coverage" not in shown


def test_the_json_report_holds_tests_turns_and_coverage(folder: Path) -> None:
    data = json.loads(report_json(run_in(folder, covering=[folder])))
    assert (data["passed"], data["failed"]) == (1, 1)
    booked, goodbye = data["tests"]
    assert (booked["passed"], booked["outcome"], booked["failure"]) == (True, "booked", None)
    assert [turn["caller"] for turn in booked["turns"]] == [None, "yes", "next tuesday"]
    assert booked["turns"][2]["values"] == {"day": "2026-12-01"}
    assert goodbye["failure"]["line"] == 15
    assert goodbye["failure"]["got"] == '"Thank you for your time. Goodbye."'
    assert data["coverage"]["states"] == {"taken": 4, "all": 4}
    (file,) = data["coverage"]["files"]
    assert (file["flows"], file["counted"], file["percent"]) == (["booking"], True, data["coverage"]["percent"])
    assert file["missing"][0] == {
        "kind": "condition",
        "path": str(folder / "booking.flow"),
        "line": 19,
        "column": 9,
        "place": "slot day",
        "label": "valid day > today",
        "side": "false",
        "message": "slot day: valid day > today is never false",
    }


def test_a_flow_without_tests_is_covered_by_nothing(folder: Path) -> None:
    (folder / "other.flow").write_text(BOOKING.replace("flow booking", "flow other"))
    covered = run_in(folder, covering=[folder]).coverage
    assert covered is not None
    assert [taken([file])[0] for file in covered.files] == [8, 0]


def test_the_junit_report_holds_the_failing_conversation(folder: Path) -> None:
    root = ElementTree.fromstring(report_junit(run_in(folder)))
    (suite,) = root.findall("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    failure = suite.find("testcase[@name='says goodbye']/failure")
    assert failure is not None
    assert "caller  no" in (failure.text or "")


def test_names_are_checked_in_a_test_that_has_another_mistake(folder: Path) -> None:
    (folder / "booking.flowtest").write_text(
        'test "a"\n  flow bookin\n  agnet: *\n  ends booked\n\ntest "b"\n  flow booking\n  agnet: *\n  ends nowhere\n'
    )
    assert [(each.code, each.span.line) for each in run_in(folder).problems] == [
        ("FL870", 2),
        ("FL851", 3),
        ("FL851", 8),
        ("FL873", 9),
    ]
