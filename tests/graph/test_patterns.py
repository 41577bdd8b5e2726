"""Patterns that take long are known before anybody calls; those that are let through end soon on any text."""

from __future__ import annotations

import re

import pytest

from flowengine.graph.compile import compile_file
from flowengine.graph.patterns import ENDLESS, LONGEST_MATCHED, MOST_STEPS, steps
from tests.test_docs import ROOT

FOR_EVER = [
    "(a+)+b",
    "(a*)*b",
    "(a|a)*b",
    "(a|aa)+$",
    "(a|b|ab)*c",
    "(ab?|b)*c",
    r"(\w+ ?)*x",
    r"(\w+\s*)+x",
    "(x+x+)+y",
    "(.*a){20}",
    "(a?){20}a{20}",
    "a?" * 40 + "a" * 40,
    "(a{1,30}){1,30}b",
    "(?:(?:a?b?c?)+)+d",
    "((ab)?c?)*d",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(yes|yes please|please| )+no",
    "(?=(a+)+b)a",
    "(?!(a+)+b)a",
    "(é|.)*x",
    "([^a]|b)*c",
    "(a|b)*?(a|b)*?(a+)+c",
]
TOO_LONG = [".*.*x", ".*.*.*x", "a.*b.*c.*d", r"(\w+)\1x", ".*(?!.*x)y"]
SOON = {
    "(a|b)*c": "ab" * 300,
    r"(\w+ )*x": "word " * 120,
    r"(\w+ ){0,6}not (\w+ ){0,4}called": "not " * 150,
    "how much .* (month|year) .* please": "how much month " * 40,
    "a.{0,40}b.{0,40}c": "ab" * 300,
    r"\s+$": " " * 599 + "x",
    "(a|ab|b)(a|ab|b)(a|ab|b)c": "ab" * 300,
    "^(yes |no |please )*stop$": "yes " * 150,
    "a*+a": "a" * 600,
    "(?<=very )(very )*good": "very " * 120,
}


@pytest.mark.parametrize("pattern", FOR_EVER)
def test_a_pattern_that_doubles_is_endless(pattern: str) -> None:
    re.compile(pattern)
    assert steps(pattern) == ENDLESS


@pytest.mark.parametrize("pattern", TOO_LONG)
def test_a_pattern_that_goes_through_the_text_thrice_is_too_long(pattern: str) -> None:
    re.compile(pattern)
    assert MOST_STEPS < steps(pattern) <= ENDLESS


@pytest.mark.parametrize("pattern", SOON)
def test_a_pattern_that_is_let_through_ends_on_a_text_made_to_be_slow(pattern: str) -> None:
    assert steps(pattern) <= MOST_STEPS
    re.search(pattern, SOON[pattern][:LONGEST_MATCHED])


def test_what_is_shipped_is_far_from_the_limit() -> None:
    flow = compile_file(ROOT / "flows" / "telemarketing.flow").flow
    assert flow is not None
    patterns = [pattern for intent in flow.intents.values() for pattern in intent.patterns]
    assert len(patterns) > 30
    assert max(map(steps, patterns)) < MOST_STEPS


@pytest.mark.parametrize(
    "pattern", ["(" * 40 + "a" + ")" * 40, "a{60000}", "((a{9}){9}){9}", "", "^", "a|", "(?i:A)[A-Z]"]
)
def test_odd_patterns_are_judged(pattern: str) -> None:
    assert steps(pattern) >= 0
