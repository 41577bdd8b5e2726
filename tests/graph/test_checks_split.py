"""Variants: whole, and each with a name of its own."""

from __future__ import annotations

import pytest

from tests.graph.findings import messages, reported


def split(*variants: str) -> str:
    return "state first\n  split opening\n" + "".join(f"    {each} -> goodbye\n" for each in variants)


@pytest.mark.parametrize(
    "variants",
    [("a 50%", "b 50%"), ("a 33.3%", "b 33.3%", "c 33.4%"), ("a 33.33%", "b 33.33%", "c 33.33%"), ("a 100%",)],
)
def test_variants_that_make_a_whole_are_not_reported(variants: tuple[str, ...]) -> None:
    assert not reported(split(*variants), "FL803")


def test_the_sum_and_the_missing_share_are_named() -> None:
    (problem,) = reported(split("a 50%", "b 30%"), "FL803")
    assert problem.message == "the variants of 'opening' make 80 %, not 100 % (50 + 30)"
    assert problem.help == "give 'b' 50%"


def test_too_much_is_as_wrong() -> None:
    assert messages(split("a 80%", "b 80%"), "FL803") == [
        "the variants of 'opening' make 160 %, not 100 % (80 + 80)",
    ]


def test_two_splits_of_one_name_are_reported_and_of_two_names_not() -> None:
    second = split("a 50%", "b 50%").replace("-> goodbye", "-> second") + "\nstate second\n"
    second += "  split opening\n    c 50%: end booked\n    d 50%: end declined\n"
    assert messages(second, "FL809") == ["another split is called 'opening'"]
    assert not reported(second.replace("  split opening\n    c", "  split closing\n    c"), "FL809")
