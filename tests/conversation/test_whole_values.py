"""Which answers to the question of a slot can't go on."""

from __future__ import annotations

import pytest

from flowengine.conversation.whole_values import is_plain, is_whole_value
from flowengine.graph.model import ValueType

SIX, ANY, PHONE = ValueType("digits", digits=6), ValueType("digits"), ValueType("phone")
POSTCODE, CHOICE = ValueType("uk_postcode"), ValueType("one_of", choices=("british", "british_gas", "early_evening"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SIX, "492715"),
        (SIX, "It's 4, 9, 2, 7, 1, 5."),
        (SIX, "four nine two seven one five"),
        (PHONE, "07700 900123"),
        (PHONE, "Yeah, sure, my mobile number is oh seven seven double oh nine hundred one two three"),
        (PHONE, "plus 44 7700 900123"),
        (POSTCODE, "LS1 4AB."),
        (POSTCODE, "it's L S one, four A B"),
        (SIX, "For nine, two, seven, one, five."),
        (SIX, "four nine two seven one too"),
        (SIX, "Oh, seven, nine, two, double for."),
        (PHONE, "Oh, seven, seven, double oh, nine hundred, one too three."),
        (POSTCODE, "L, F, one, four, A, B."),
        (POSTCODE, "Fw10-5wh"),
        (POSTCODE, "L S one for a b"),
        (POSTCODE, "S, W, I, A, I, A, A."),
        (CHOICE, "Early evening."),
        (CHOICE, "British Gas"),
        (ValueType("boolean"), "Yes, please."),
    ],
)
def test_a_value_of_exactly_its_length_is_whole(kind: ValueType, text: str) -> None:
    assert is_whole_value(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (SIX, "49271"),
        (SIX, "4927150"),
        (SIX, "492715 no sorry"),
        (SIX, "no, 492715"),
        (SIX, "four nine two seven one double"),
        (ANY, "492715"),
        (PHONE, "0770090012"),
        (PHONE, "0113 496 099"),
        (PHONE, "07700 900123 or"),
        (PHONE, "+1 212 555 0100"),
        (PHONE, "ring my wife on 07700 900123"),
        (POSTCODE, "L S one four A"),
        (POSTCODE, "LS1 4AB, no, LS1"),
        (SIX, "it's for nine two seven one"),
        (SIX, "I'm waiting for nine two seven one five"),
        (SIX, "to for to for to for"),
        (SIX, "Oh, 49271"),
        (POSTCODE, "L F one four A"),
        (POSTCODE, "X F one, four A B"),
        (CHOICE, "British"),
        (CHOICE, "the early evening maybe"),
        (ValueType("boolean"), "Yes, but"),
        (ValueType("number"), "three"),
        (ValueType("date"), "next Tuesday"),
        (ValueType("text"), "the blue one"),
        (SIX, ""),
    ],
)
def test_what_may_go_on_is_not(kind: ValueType, text: str) -> None:
    assert not is_whole_value(kind, text)


@pytest.mark.parametrize("text", ["yes but", "no, well", "yes if it's", "yes and Friday is best", "maybe"])
def test_a_yes_that_has_more_to_say_is_not_plain(text: str) -> None:
    assert not is_plain(text)
