"""Homophones of digits and letters that sound alike, in an answer that can be nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowengine.conversation.slots import extract, find_all
from flowengine.graph.model import ValueType

NOW = datetime(2026, 11, 26, 10, tzinfo=UTC)
SIX, PHONE, POSTCODE = ValueType("digits", digits=6), ValueType("phone"), ValueType("uk_postcode")


@pytest.mark.parametrize(
    ("kind", "text", "meant"),
    [
        (SIX, "For nine, two, seven, one, five.", "492715"),
        (SIX, "it's to nine two seven one five", "292715"),
        (SIX, "four nine two seven one ate", "492718"),
        (SIX, "Oh, seven, nine, two, four, four.", "079244"),
        (SIX, "nine two seven one double for", "927144"),
        (SIX, "eight for one, four, nil, nought", "841400"),
        (PHONE, "Oh, seven, three, one, nine, eight, two, nine, six, five, seven.", "+447319829657"),
        (PHONE, "O, seven, o, seven, o, seven, for, one, three, seven, for.", "+447070741374"),
        (POSTCODE, "B, F, one, eight, eight, T. A..", "BS18 8TA"),
        (POSTCODE, "Fw10-5wh", "SW10 5WH"),
        (POSTCODE, "Eh, eleven, nine, Zm.", "EH11 9ZN"),
        (POSTCODE, "S, W, I, A, I, A, A.", "SW1A 1AA"),
        (POSTCODE, "M one, S, J W", "M1 5JW"),
        (POSTCODE, "F, w, one, a, two, a, a.", "SW1A 2AA"),
        (POSTCODE, "My postcode is F W1A 2AA", "SW1A 2AA"),
        (POSTCODE, "F for Freddie, W one A, two A A", "SW1A 2AA"),
        (POSTCODE, "W, W one A, two A A", "W1A 2AA"),
        (POSTCODE, "it's a W1A 2AA", "W1A 2AA"),
        (POSTCODE, "flat B, SW1A 2AA", "SW1A 2AA"),
    ],
)
def test_what_is_asked_for_is_heard_in_its_light(kind: ValueType, text: str, meant: str) -> None:
    assert extract(kind, text, NOW) == meant


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SIX, "I am waiting for nine two seven one five"),
        (SIX, "for nine two seven one"),
        (SIX, "to for to for to for"),
        (SIX, "Oh, 49271"),
        (ValueType("digits"), "for"),
        (PHONE, "to seven seven double oh nine hundred one two three"),
        (POSTCODE, "X F one, four A B"),
        (POSTCODE, "L S one, four C B"),
        (POSTCODE, "L S I, four A B"),
        (POSTCODE, "X, W one A, two A A"),
        (POSTCODE, "X F, W one A, two A A"),
        (POSTCODE, "well I think it may be F, W one A, two A A"),
    ],
)
def test_what_could_be_something_else_is_asked_for_again(kind: ValueType, text: str) -> None:
    assert extract(kind, text, NOW) is None


def test_homophones_fill_nothing_that_was_not_asked_for() -> None:
    wanted = {"code": SIX, "place": POSTCODE, "name": ValueType("text")}
    for text in ("for nine two seven one five", "B F one, eight, eight T A"):
        assert find_all(text, wanted, NOW, current="name") == {"name": text}


@pytest.mark.parametrize(("text", "meant"), [("L F one 4 F B", "LS1 4FB"), ("S Y one 4 F M", "SY1 4FN")])
def test_only_the_letter_that_cannot_stand_is_put_right(text: str, meant: str) -> None:
    assert extract(POSTCODE, text, NOW) == meant
