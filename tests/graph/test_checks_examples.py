"""Every diagnostic's examples, as its docstring and the reference page show them."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowengine
from flowengine.graph.checks.catalogue import Entry
from flowengine.graph.checks.reference import compiled, entries, page
from flowengine.graph.checks.run import CHECKS

ROOT = Path(flowengine.__file__).parent.parent
SHOWN = [entry for entry in entries() if entry.bad is not None]


@pytest.mark.parametrize("entry", SHOWN, ids=lambda entry: entry.code)
def test_the_bad_example_is_reported_once_and_nothing_else_is_wrong(entry: Entry) -> None:
    assert entry.bad is not None
    found = compiled(entry.bad).diagnostics
    assert [problem.code for problem in found].count(entry.code) == 1, found
    reported = next(problem for problem in found if problem.code == entry.code)
    assert (reported.name, reported.severity) == (entry.name, entry.severity)
    assert [problem for problem in found if problem.severity == "error" and problem.code != entry.code] == []


@pytest.mark.parametrize("entry", SHOWN, ids=lambda entry: entry.code)
def test_the_good_example_has_nothing_to_report(entry: Entry) -> None:
    assert entry.good is not None
    found = compiled(entry.good)
    assert found.diagnostics == ()
    assert found.flow is not None


@pytest.mark.parametrize("entry", SHOWN, ids=lambda entry: entry.code)
def test_every_reported_example_has_a_remedy(entry: Entry) -> None:
    assert entry.bad is not None
    found = compiled(entry.bad).diagnostics
    assert all(problem.help for problem in found)


def test_codes_and_names_are_used_once() -> None:
    codes = [entry.code for entry in entries()]
    names = [entry.name for entry in entries()]
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)


def test_every_check_file_is_on_the_list() -> None:
    folder = ROOT / "flowengine" / "graph" / "checks"
    helpers = {"__init__", "rule", "catalogue", "reference", "run"}
    files = {path.stem for path in folder.glob("*.py")} - helpers
    assert files == {module.__name__.rpartition(".")[2] for module in CHECKS}


def test_the_reference_page_is_what_the_checks_say() -> None:
    written = (ROOT / "docs" / "reference" / "diagnostics.md").read_text("utf-8")
    assert written == page(), "run: python -m flowengine.graph.checks.reference > docs/reference/diagnostics.md"
