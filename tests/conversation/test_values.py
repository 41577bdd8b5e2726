"""Numbers, money, digits, telephone numbers, postcodes, names, addresses, choices: as spoken and as recognised."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.conversation.answers import yes_or_no
from flowengine.conversation.slots import extract, find_all
from flowengine.graph.model import TypeKind, ValueType
from tests.conversation.talk import TUESDAY

SPOKEN: list[tuple[ValueType, str, object]] = [
    (ValueType("number"), "four", 4),
    (ValueType("number"), "there are twenty-three of us", 23),
    (ValueType("number"), "one hundred and five", 105),
    (ValueType("number"), "1,250", 1250),
    (ValueType("number"), "three point five", 3.5),
    (ValueType("number"), "two and a half", 2.5),
    (ValueType("number"), "minus four", -4),
    (ValueType("number"), "a couple", 2),
    (ValueType("number"), "half a dozen", 6),
    (ValueType("number"), "four, no, five", 5),
    (ValueType("number"), "none of those", None),
    (ValueType("money"), "fourteen pounds fifty", 14.5),
    (ValueType("money"), "£14.50", 14.5),
    (ValueType("money"), "fourteen fifty", 14.5),
    (ValueType("money"), "twenty quid", 20.0),
    (ValueType("money"), "fifty pence", 0.5),
    (ValueType("money"), "two pounds and five pence", 2.05),
    (ValueType("money"), "a tenner", 10.0),
    (ValueType("money"), "twelve hundred pounds", 1200.0),
    (ValueType("digits", digits=4), "double four oh one", "4401"),
    (ValueType("digits", digits=4), "four four oh one", "4401"),
    (ValueType("digits", digits=4), "it's 44 01", "4401"),
    (ValueType("digits", digits=6), "triple two one for seven", "222147"),
    (ValueType("digits", digits=4), "twenty six fifteen", "2615"),
    (ValueType("digits", digits=4), "one two three", None),
    (ValueType("digits"), "nought one nil", "010"),
    (ValueType("digits", digits=3), "1 2 3, no, 4 5 6", "456"),
    (ValueType("phone"), "07700 900123", "+447700900123"),
    (ValueType("phone"), "oh seven seven double oh, nine hundred", None),
    (ValueType("phone"), "zero one one three, four nine six, zero one two three", "+441134960123"),
    (ValueType("phone"), "oh seven seven double oh nine hundred one two three", "+447700900123"),
    (ValueType("uk_postcode"), "G 2 for J R", "G2 4JR"),
    (ValueType("uk_postcode"), "E C to A four N E", "EC2A 4NE"),
    (ValueType("phone"), "plus four four seven seven double oh nine double oh one two three", "+447700900123"),
    (ValueType("phone"), "it's 0113 496 0123", "+441134960123"),
    (ValueType("uk_postcode"), "SW1A 1AA", "SW1A 1AA"),
    (ValueType("uk_postcode"), "it's sw1a1aa, thanks", "SW1A 1AA"),
    (ValueType("uk_postcode"), "S W one A one A A", "SW1A 1AA"),
    (ValueType("uk_postcode"), "S-W-1-A, 1-double-A", "SW1A 1AA"),
    (ValueType("uk_postcode"), "ess double you one ay one ay ay", "SW1A 1AA"),
    (ValueType("uk_postcode"), "sierra whisky one alpha one alpha alpha", "SW1A 1AA"),
    (ValueType("uk_postcode"), "L S one oh, two B D", "LS10 2BD"),
    (ValueType("uk_postcode"), "M twenty three, nine P Q", "M23 9PQ"),
    (ValueType("uk_postcode"), "B for Bravo, one, one T for tango, T", "B1 1TT"),
    (ValueType("uk_postcode"), "oh X one one double A", "OX1 1AA"),
    (ValueType("uk_postcode"), "my postcode is E C one A one B B", "EC1A 1BB"),
    (ValueType("uk_postcode"), "Q Q one one A A", None),
    (ValueType("uk_postcode"), "I don't know it", None),
    (ValueType("email"), "sam.jones@example.com", "sam.jones@example.com"),
    (ValueType("email"), "it's sam underscore jones at example dot co dot uk", "sam_jones@example.co.uk"),
    (ValueType("email"), "I haven't got one", None),
    (ValueType("uk_name"), "Sam Jones", "Sam Jones"),
    (ValueType("uk_name"), "it's sam o'neill", "Sam O'Neill"),
    (ValueType("uk_name"), "my name is Anne-Marie McDonald.", "Anne-Marie McDonald"),
    (ValueType("uk_name"), "no, I said Jones", "Jones"),
    (ValueType("uk_name"), "yes", None),
    (ValueType("text"), "  the  blue one ", "the blue one"),
    (ValueType("boolean"), "yes I do", True),
    (ValueType("boolean"), "no not really", False),
    (ValueType("one_of", choices=("morning", "afternoon")), "mornings are best", "morning"),
    (ValueType("one_of", choices=("morning", "afternoon")), "not the morning, the afternoon", "afternoon"),
    (ValueType("one_of", choices=("morning", "afternoon")), "morning, no, afternoon", "afternoon"),
    (ValueType("one_of", choices=("morning", "afternoon")), "morning or afternoon", None),
    (ValueType("one_of", choices=("gas", "gas_boiler")), "the gas boiler", "gas_boiler"),
]


@pytest.mark.parametrize(("kind", "said", "expected"), SPOKEN, ids=lambda each: str(each)[:40])
def test_a_value_is_understood(kind: ValueType, said: str, expected: object) -> None:
    assert extract(kind, said, TUESDAY) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("yes", True),
        ("Yeah, that's right.", True),
        ("uh-huh", True),
        ("mm-hmm", True),
        ("Mhmm.", True),
        ("M. Hum.", True),
        ("um hm", True),
        ("Aha!", True),
        ("um hmm let me see", None),
        ("lovely, thanks", True),
        ("sounds good to me", True),
        ("no", False),
        ("nope, that's wrong", False),
        ("not quite", False),
        ("that isn't right", False),
        ("I'm not sure", None),
        ("absolutely not", False),
        ("I'm driving", None),
        ("no, no, that's right", True),
        ("lovely weather", None),
        ("thanks", None),
        ("what did you say", None),
        ("yes and no", None),
        ("", None),
    ],
)
def test_yes_and_no(said: str, expected: bool | None) -> None:
    assert yes_or_no(said) is expected


def test_each_value_uses_its_own_words() -> None:
    wanted = {"from_day": ValueType("date"), "to_day": ValueType("date"), "at": ValueType("time")}
    found = find_all("from Friday to Monday at half four", wanted, TUESDAY, current="from_day")
    assert {name: str(value) for name, value in found.items()} == {
        "from_day": "2026-11-27",
        "to_day": "2026-11-30",
        "at": "16:30:00",
    }


def test_a_lone_number_beside_the_answer_belongs_to_the_slot_that_wants_one() -> None:
    wanted = {"day": ValueType("date"), "party": ValueType("number")}
    assert find_all("Friday, for four people", wanted, TUESDAY, current="day")["party"] == 4


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("pepperoni please, three of them", {"topping": "pepperoni", "how_many": 3}),
        ("three pepperoni", {"topping": "pepperoni", "how_many": 3}),
        ("pepperoni, oh double seven double oh, nine double oh, one two three", {"topping": "pepperoni"}),
    ],
)
def test_a_count_is_no_row_of_eleven_digits(said: str, expected: dict[str, object]) -> None:
    wanted = {
        "topping": ValueType("one_of", choices=("pepperoni", "margherita")),
        "how_many": ValueType("number"),
        "account": ValueType("digits", digits=11),
    }
    assert find_all(said, wanted, TUESDAY, current="topping") == expected


def test_a_number_that_either_could_take_is_taken_by_neither() -> None:
    wanted = {"day": ValueType("date"), "party": ValueType("number"), "table": ValueType("digits", digits=1)}
    assert find_all("Friday, four", wanted, TUESDAY, current="day").keys() == {"day"}


WORDS = (
    "a the of on in at to next this week fortnight tuesday third 3rd 31st thirty december may 3/12 31/2 2026-02-30 "
    "twenty half past quarter four 15:00 99:99 9.75 oh double triple zero one hundred thousand and point minus dozen "
    "pounds pence £ 1,234 , no not sorry pm morning o'clock minutes s w 1 aa for plus + @ dot com yes"
)
KINDS: tuple[TypeKind, ...] = get_args(TypeKind)


@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=9), st.sampled_from(KINDS))
def test_no_row_of_words_breaks_a_reader(said: list[str], kind: TypeKind) -> None:
    text = " ".join(said)
    value = extract(ValueType(kind, choices=("one", "three dozen")), text, TUESDAY)
    assert value is None or extract(ValueType(kind, choices=("one", "three dozen")), text, TUESDAY) == value
