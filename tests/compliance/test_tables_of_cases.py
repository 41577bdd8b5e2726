"""The tables in the rules' docstrings are true, and the reference shows the same ones."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flowengine.compliance.guard import decide_calling_hours
from flowengine.compliance.nations import Nation
from flowengine.compliance.policy import LONDON
from flowengine.compliance.rules import bank_holidays, calling_hours

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "compliance.md"
A_MONDAY = datetime(2026, 3, 2, tzinfo=LONDON)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def rows(docstring: str | None) -> list[list[str]]:
    """The cells of a docstring's one table, without its head."""
    lines = [line for line in (docstring or "").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(("when", "expected"), rows(calling_hours.__doc__))
def test_each_case_of_the_hours(when: str, expected: str) -> None:
    day, clock = when.split()
    hour, minute, second = map(int, clock.split(":"))
    moment = A_MONDAY + timedelta(days=DAYS.index(day), hours=hour, minutes=minute, seconds=second)
    reasons = [f"{reason.code} ({reason.rule})" for reason in decide_calling_hours(moment, nation="ENG").reasons]
    assert (reasons or ["allowed"]) == [expected]


@pytest.mark.parametrize("cells", rows(bank_holidays.__doc__), ids=lambda cells: cells[0])
def test_each_case_of_the_holidays(cells: list[str]) -> None:
    day, english, scottish, irish, unknown = cells
    noon = datetime.strptime(f"{day.partition(',')[0]} 12", "%d %B %Y %H").replace(tzinfo=LONDON)
    expected: list[tuple[Nation | None, str]] = [
        ("ENG", english),
        ("WLS", english),
        ("SCT", scottish),
        ("NIR", irish),
        (None, unknown),
    ]
    for nation, code in expected:
        reasons = decide_calling_hours(noon, nation=nation).reasons
        assert [reason.code for reason in reasons if reason.rule == "H3"] == ([code] if code else []), nation


def test_the_reference_shows_the_same_tables() -> None:
    page = PAGE.read_text("utf-8")
    for rule in (calling_hours, bank_holidays):
        table = re.search(r"^\|.*\|$(?:\n^\|.*\|$)*", rule.__doc__ or "", re.MULTILINE)
        assert table is not None
        assert table.group() in page
