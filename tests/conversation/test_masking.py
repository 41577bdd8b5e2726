"""Long numbers are masked before a model sees what was said; short ones are left, or it could not talk of a price."""

from __future__ import annotations

import pytest

from flowengine.conversation.masking import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("it is 4929 1234 5678 9012 I think", "it is ••• I think"),
        ("07700-900-123.", "•••."),
        ("sort code 20-00-00 please", "sort code ••• please"),
        ("four two double four one two, and", "•••, and"),
        ("oh seven seven double oh nine", "•••"),
        ("four thousand nine hundred", "four thousand nine hundred"),
        ("fourteen fifty on the third of May 2026", "fourteen fifty on the third of May 2026"),
        ("one or two of the three", "one or two of the three"),
        ("number 42, built in 1978", "number 42, built in 1978"),
        ("", ""),
    ],
)
def test_numbers_of_six_digits_or_more_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
