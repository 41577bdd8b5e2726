from __future__ import annotations

import pytest

from flowengine.language.source import Span
from flowengine.testing.matching import Piece, find_words, mismatch

HERE = Span("a.flowtest", 1, 1, 1, 2)
SAID = "Good morning. It's Amy – from “Hearth & Home”. Am I speaking with Sam?"


def pattern(*pieces: str) -> list[Piece]:
    return [Piece(None if piece == "*" else piece, HERE) for piece in pieces]


@pytest.mark.parametrize(
    "pieces",
    [
        ("*",),
        ("*", "Am I speaking with Sam?"),
        ("*", "speaking"),
        ("Good morning.", "*"),
        ("*", "good  MORNING"),
        ("*", 'It’s Amy - from "hearth & home"'),
        ("Good morning", "*", "Sam"),
        ("Good morning.", "It's Amy", "*"),
        (SAID,),
        ("Good morning.", 'It\'s Amy - from "Hearth & Home".', "Am I speaking with Sam?"),
    ],
)
def test_what_was_said_is_recognised(pieces: tuple[str, ...]) -> None:
    assert mismatch(pattern(*pieces), SAID) is None


@pytest.mark.parametrize(
    ("pieces", "failing"),
    [
        (("Am I speaking with Sam?",), 0),
        (("*", "speak"), 1),
        (("*", "Sam", "*", "Amy"), 3),
        (("*", "Good morning", "Am I speaking"), 2),
        (("Good morning.", "Goodbye."), 1),
        (("",), None),
    ],
)
def test_what_was_not_said_is_named(pieces: tuple[str, ...], failing: int | None) -> None:
    wanted = pattern(*pieces)
    found = mismatch(wanted, SAID)
    assert found is not None
    assert found.piece == (wanted[failing] if failing is not None else None)


def test_a_fragment_without_a_star_is_told_where_it_lacks_one() -> None:
    found = mismatch(pattern("Am I speaking with Sam?"), SAID)
    assert found is not None
    assert found.hint == 'more was said than the test expects; * "Am I speaking with Sam?" would fit'


def test_text_alone_is_all_that_was_said() -> None:
    found = mismatch(pattern("Good morning."), SAID)
    assert found is not None
    assert found.piece is None


def test_silence_is_not_anything() -> None:
    assert mismatch(pattern("*"), "") is not None
    assert mismatch(pattern(""), "") is None


def test_a_nasty_pattern_is_read_in_no_time() -> None:
    assert mismatch(pattern("*", "a", "*", "a", "*", "a", "*", "b"), "a " * 400) is not None


def test_words_are_counted_to_the_end_of_a_fragment() -> None:
    assert find_words("speaking with", "Am I speaking with Sam?") == 4
    assert find_words("Am", "Am I speaking with Sam?") == 1
    assert find_words("speak", "Am I speaking with Sam?") is None
