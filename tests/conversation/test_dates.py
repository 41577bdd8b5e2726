"""Dates, as British callers say them on Tuesday, 24 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from flowengine.conversation.slots import extract
from flowengine.graph.model import ValueType
from tests.conversation.talk import TUESDAY

DATES = [
    ("today", "2026-11-24"),
    ("tomorrow", "2026-11-25"),
    ("the day after tomorrow", "2026-11-26"),
    ("tomorrow would be good", "2026-11-25"),
    ("Friday", "2026-11-27"),
    ("on Tuesday", "2026-12-01"),
    ("this Friday", "2026-11-27"),
    ("next Tuesday", "2026-12-01"),
    ("next Friday please", "2026-12-04"),
    ("Monday next week", "2026-11-30"),
    ("a week on Tuesday", "2026-12-08"),
    ("Tuesday week", "2026-12-08"),
    ("a week today", "2026-12-01"),
    ("a week tomorrow", "2026-12-02"),
    ("a fortnight on Friday", "2026-12-11"),
    ("two weeks on Monday", "2026-12-14"),
    ("in three days", "2026-11-27"),
    ("in two weeks' time", "2026-12-08"),
    ("in a fortnight", "2026-12-08"),
    ("three weeks from now", "2026-12-15"),
    ("the third", "2026-12-03"),
    ("the 30th", "2026-11-30"),
    ("the twenty-fourth", "2026-11-24"),
    ("Tuesday the first", "2026-12-01"),
    ("the third of December", "2026-12-03"),
    ("third of December", "2026-12-03"),
    ("3rd December", "2026-12-03"),
    ("December the third", "2026-12-03"),
    ("December 3rd", "2026-12-03"),
    ("Thursday the 3rd of December", "2026-12-03"),
    ("the twenty first of January", "2027-01-21"),
    ("the twelfth of next month", "2026-12-12"),
    ("the first of March twenty twenty seven", "2027-03-01"),
    ("the first of March 2027", "2027-03-01"),
    ("3/12", "2026-12-03"),
    ("03/12/2026", "2026-12-03"),
    ("3.12.26", "2026-12-03"),
    ("2026-12-03", "2026-12-03"),
    ("Boxing Day", "2026-12-26"),
    ("the twenty ninth of February", "2028-02-29"),
    ("Tuesday, no, Wednesday", "2026-11-25"),
    ("Tuesday... sorry, I meant Thursday", "2026-11-26"),
    ("not Tuesday, Thursday", "2026-11-26"),
    ("can we say, um, Friday the 4th", "2026-12-04"),
]


@pytest.mark.parametrize(("said", "expected"), DATES)
def test_a_date_is_understood(said: str, expected: str) -> None:
    assert extract(ValueType("date"), said, TUESDAY) == date.fromisoformat(expected)


NO_DATES = ["yes", "I don't know", "just a second", "the thirty first of June", "32/1", "half four", ""]


@pytest.mark.parametrize("said", NO_DATES)
def test_other_words_are_no_date(said: str) -> None:
    assert extract(ValueType("date"), said, TUESDAY) is None


def test_this_tuesday_on_a_tuesday_is_today() -> None:
    assert extract(ValueType("date"), "this Tuesday", TUESDAY) == date(2026, 11, 24)
