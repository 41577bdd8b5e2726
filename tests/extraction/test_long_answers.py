"""Answers that nobody gives: they cost little, and break nothing."""

from __future__ import annotations

from time import process_time

import pytest

from benchmarks.extraction import value_type
from flowengine.conversation.slots import extract
from tests.conversation.talk import TUESDAY

KINDS = (
    *(
        "uk_name",
        "phone",
        "email",
        "uk_postcode",
        "date",
        "time",
        "datetime",
        "duration",
        "money",
        "number",
        "digits(4)",
    ),
    *("boolean", "one of (morning, afternoon)"),
)
ROWS = (
    *("a ", "one two three ", "no sorry ", "Friday or ", "twenty ", "a, ", "not ", "the day after ", "double ", "x@"),
    *("dot at ", "s for ", "first name ", "with a b ", "in ", "1", "a million ", "million ", "P R ", "may ", "é"),
)
HUGE = (
    *("in a million days", "nine hundred and ninety nine billion weeks", "two weeks, no, nine billion", "9" * 400),
    *(
        "one million million million million pounds",
        "the first of March nineteen hundred thousand",
        "1.5 million years ago",
    ),
)
LIMIT_S = 10.0
"""Of processor time, for the longest answer that is read at all: 0.1 s on a machine of today, and without end where
a pattern tries everything."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_long_answer_costs_little(kind: str) -> None:
    for row in ROWS:
        text = (row * 2000)[:2000]
        began = process_time()
        extract(value_type(kind), text, TUESDAY)
        assert process_time() - began < LIMIT_S, row


@pytest.mark.parametrize("said", HUGE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_huge_number_breaks_nothing(kind: str, said: str) -> None:
    extract(value_type(kind), said, TUESDAY)


def test_of_an_endless_answer_only_a_text_is_made() -> None:
    said = "well it all began on Friday " * 100
    assert extract(value_type("date"), said, TUESDAY) is None
    assert extract(value_type("text"), said, TUESDAY) == said.strip()
