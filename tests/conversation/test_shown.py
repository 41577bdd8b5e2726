"""Values of a record as a person reads them."""

from __future__ import annotations

import pytest

from flowengine.conversation.shown import shown


@pytest.mark.parametrize(
    ("written", "read"),
    [("3.5", "£3.50"), ("12.0", "£12"), ("1250.25", "£1,250.25"), ("-3", "−£3"), ("•••", "•••"), ("", "")],
)
def test_an_amount_reads_as_pounds(written: str, read: str) -> None:
    assert shown("fee", written, frozenset({"fee"})) == read
    assert shown("other", written, frozenset({"fee"})) == written


@pytest.mark.parametrize(("written", "read"), [("true", "yes"), ("false", "no"), ("•••", "•••"), ("", "")])
def test_a_boolean_reads_as_yes_or_no(written: str, read: str) -> None:
    assert shown("agreed", written, frozenset(), frozenset({"agreed"})) == read
    assert shown("words", written, frozenset(), frozenset({"agreed"})) == written
