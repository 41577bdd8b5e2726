from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flowengine.cli.main import main
from tests.testing.made_flows import BOOKING

PASSING = 'test "a yes"\n  flow booking\n  contact\n    name = "Sam"\n  caller: yes\n  expect state = choose\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "booking.flow").write_text(BOOKING)
    (tmp_path / "booking.flowtest").write_text(PASSING)
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["test", *map(str, arguments)])


def test_passing_tests_end_with_status_zero_and_a_sum(folder: Path) -> None:
    result = run(folder)
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith("1 passed, 0 failed in ")


def test_a_failing_test_ends_with_status_one(folder: Path) -> None:
    (folder / "booking.flowtest").write_text(PASSING.replace("choose", "goodbye"))
    result = run(folder)
    assert result.exit_code == 1
    assert "the call is in another state" in result.output


def test_too_little_coverage_ends_with_status_one_and_says_what_is_missing(folder: Path) -> None:
    result = run(folder, "--fail-under", "100")
    assert result.exit_code == 1
    assert "coverage is 15.0 %, and 100 % is asked for; missing:" in result.stderr
    assert f"{folder / 'booking.flow'}: line 27    greeting: refuse is never taken" in result.stderr


def test_enough_coverage_ends_with_status_zero(folder: Path) -> None:
    result = run(folder, "--coverage", "--fail-under", "15")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "greeting: refuse is never taken" in result.stdout


def test_coverage_is_written_as_pages(folder: Path) -> None:
    result = run(folder, "--html", folder / "pages", "--format", "json")
    assert json.loads(result.stdout)["coverage"]["percent"] == 15.0
    assert "coverage written to" in result.stderr
    assert "15.0 %" in (folder / "pages" / "index.html").read_text("utf-8")


def test_nothing_to_run_is_said_and_ends_with_status_two(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 2
    assert "no .flowtest file was found in" in result.output


def test_a_name_that_no_test_has_is_said(folder: Path) -> None:
    result = run(folder, "-k", "nothing")
    assert result.exit_code == 2
    assert "no test has 'nothing' in its name" in result.output


def test_a_file_that_is_not_there_is_a_diagnostic(folder: Path) -> None:
    result = run(folder / "other.flowtest")
    assert result.exit_code == 1
    assert "FL100" in result.output


def test_json_is_written_for_programs(folder: Path) -> None:
    assert json.loads(run(folder, "--format", "json").output)["passed"] == 1


def test_junit_is_written_for_build_servers(folder: Path) -> None:
    assert run(folder, "--format", "junit").output.startswith("<?xml")
