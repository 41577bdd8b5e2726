"""The language cases: every `.flow` under tests/cases, against the diagnostics in the `.txt` beside it.

A flow without a `.txt` must compile without a word. Adding a case needs no Python: write the flow, run
`FLOWENGINE_WRITE_CASES=1 python -m pytest tests/graph/test_cases.py`, and read what it wrote.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flowengine.graph.compile import check_file, compile_file
from flowengine.language.render import render

CASES = Path(__file__).parent.parent / "cases"
FLOWS = sorted(path for path in CASES.rglob("*.flow") if path.parent.name != "format")
"""Those in `format` are about layout alone; tests/language/test_formatter.py reads them."""


def diagnosed(path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(CASES)
    compiled = check_file(path.relative_to(CASES))
    return render(compiled.diagnostics, compiled.sources, colour=False)


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: str(path.relative_to(CASES)))
def test_a_case_is_diagnosed_as_written_beside_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = path.with_suffix(".txt")
    found = diagnosed(path, monkeypatch)
    if os.environ.get("FLOWENGINE_WRITE_CASES") and found:
        expected.write_text(found + "\n", "utf-8")
    assert found == (expected.read_text("utf-8").rstrip("\n") if expected.exists() else "")


def test_five_planted_mistakes_give_five_diagnostics_in_their_places() -> None:
    found = compile_file(CASES / "five_mistakes.flow").diagnostics
    assert [(problem.name, problem.span.line, problem.span.column, problem.span.end_column) for problem in found] == [
        ("unknown-keyword", 20, 3, 6),
        ("unknown-variable", 21, 38, 42),
        ("undefined-state", 25, 31, 39),
        ("assignment-for-comparison", 29, 12, 13),
        ("missing-colon", 33, 11, 14),
    ]
    assert all(problem.help for problem in found)


def test_the_example_of_the_language_page_is_read_whole() -> None:
    compilation = compile_file(CASES / "language_page.flow")
    assert not compilation.diagnostics
    assert compilation.flow is not None
    assert len(compilation.flow.policies[0].rules) == 5
