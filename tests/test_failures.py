"""The page of failures names tests that there are, and at least one for each failure."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "explanation" / "failures.md"
NAMED = re.compile(r"`([\w/]+\.py)?::(\w+)`")
FAILURES = 41
"""Rows: those of the facts about Twilio, none left out, and fourteen of our own."""


@cache
def functions_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def rows() -> list[list[str]]:
    table = PAGE.read_text("utf-8").partition("## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_no_failure_is_left_out() -> None:
    assert len(rows()) == FAILURES


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_failure_is_caused_by_tests_that_there_are(row: list[str]) -> None:
    _, _, causes = row
    named = NAMED.findall(causes)
    assert named
    assert NAMED.sub("", causes).strip(" ,") == ""
    file = ""
    for where, name in named:
        file = where or file
        assert name in functions_in(TESTS / file), f"{file} has no {name}"
