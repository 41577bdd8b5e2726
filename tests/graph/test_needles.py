"""The strings that a pattern promises: one of them stands in whatever it matches, so a sieve loses nothing."""

from __future__ import annotations

import re

import pytest

from benchmarks.understanding import PARTS, library, utterances
from flowengine.words.normalise import normalise, unfilled
from flowengine.words.patterns import Sieve
from flowengine.words.patterns.needles import needles


@pytest.mark.parametrize(
    ("pattern", "promised"),
    [
        ("funerals?", {"funeral"}),
        (r"\bstop (calling|ringing) me\b", {"stop calling me", "stop ringing me"}),
        (r"\b(\w+ ){0,3}unsubscribe", {"unsubscribe"}),
        (r"^(yes )?(it|that) is$", {"it is", "that is"}),
        (r"(no)+worries", {"worries"}),
        (r"not (?!now)\w+", {"not "}),
        (r"Tea for (?<!two)", {"tea for "}),
    ],
)
def test_what_a_pattern_promises(pattern: str, promised: set[str]) -> None:
    assert needles(pattern) == (frozenset(promised),)


@pytest.mark.parametrize("pattern", [r"\w+", "(tea)?", "ab", "tea|.", "[abc]{3}", "(a|b)(?=tea)"])
def test_a_pattern_that_promises_nothing_is_always_tried(pattern: str) -> None:
    assert needles(pattern) == ()
    assert Sieve([needles(pattern)]).sift("") == {0}


def test_strings_of_two_places_must_both_stand_in_a_text() -> None:
    pattern = r"\b(take|strike) (\w+ ){0,3}(list|register)\b"
    assert set(needles(pattern)) == {frozenset({"take ", "strike "}), frozenset({"list", "register"})}
    sieve = Sieve([needles(pattern)])
    assert sieve.sift("take me off your list") == {0}
    assert sieve.sift("take me off") == sieve.sift("your list") == set()


def test_a_sieve_keeps_those_that_may_fit() -> None:
    sieve = Sieve([needles(each) for each in ("kettle", r"\w", "tea|coffee", "coffee (cup|pot)")])
    assert sieve.sift("a cup of coffee") == {1, 2}
    assert sieve.sift("the coffee pot and the kettle") == {0, 1, 2, 3}
    assert sieve.sift("") == {1}


def test_no_pattern_of_the_library_is_sifted_out_where_it_matches() -> None:
    matcher, _ = library()
    patterns = [pattern for intent in matcher.intents.values() for pattern in intent.patterns]
    sieve = Sieve([needles(each) for each in patterns])
    matched = 0
    for row in (row for part in PARTS for row in utterances(part)):
        for text in (" ".join(normalise(row.said).words), unfilled(row.said)):
            fitting = {index for index, each in enumerate(patterns) if re.search(each, text, re.IGNORECASE)}
            assert fitting <= sieve.sift(text), text
            matched += len(fitting)
    assert matched > len(patterns)
