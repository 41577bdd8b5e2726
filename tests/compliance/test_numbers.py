"""Reading numbers: what the library writes is read back, and nothing that is not plainly one number is read at all."""

from __future__ import annotations

from datetime import UTC, datetime

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from flowengine.compliance.facts import Facts
from flowengine.compliance.guard import decide
from flowengine.compliance.numbers import Number, NumberProblem, identify, read_number
from flowengine.compliance.policy import Policy

STRICT = Policy()
BRITISH_TYPES = [kind for kind in PhoneNumberType.values() if phonenumbers.example_number_for_type("GB", kind)]


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_a_number_of_any_country_is_read_in_the_spellings_of_the_library(region: str) -> None:
    number = phonenumbers.example_number(region)
    assert number is not None
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    spelt = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    assert read_number(spelt, STRICT) == e164
    assert read_number(e164, STRICT) == e164
    assert read_number(f"00{e164[1:]}", STRICT) == e164
    assert read_number(f" {e164[1:]}", STRICT) == e164
    found = identify(e164, STRICT)
    assert isinstance(found, Number)
    assert found.country_code == number.country_code
    # Two places share the numbers of a neighbour: Western Sahara and Saint Martin.
    assert found.region == {"EH": "MA", "MF": "BL"}.get(region, region)


@pytest.mark.parametrize("kind", BRITISH_TYPES, ids=PhoneNumberType.to_string)
def test_a_british_number_of_any_kind_is_read_as_it_is_written_here(kind: int) -> None:
    number = phonenumbers.example_number_for_type("GB", kind)
    assert number is not None
    spelt = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    assert read_number(spelt, STRICT) == phonenumbers.format_number(number, PhoneNumberFormat.E164)


@settings(max_examples=500, deadline=None)
@given(st.from_regex(r"0[1-9][0-9]{6,9}", fullmatch=True))
@example("07524000")
def test_the_strict_reading_and_the_library_agree_on_digits(digits: str) -> None:
    parsed = phonenumbers.parse(digits, "GB")
    found = read_number(digits, STRICT)
    if phonenumbers.is_valid_number(parsed):
        assert found == phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    else:
        assert isinstance(found, NumberProblem)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no digits"),
        ("()- .", "no digits"),
        ("+", "no digits"),
        ("020 7946 0123 x4", "an extension"),
        ("020 7946 0123 EXT. 4", "an extension"),
        ("020 7946 0123;ext=4", "an extension"),
        ("020 7946 0123, 020 7946 0124", "more than one number"),
        ("020 7946 0123 extension 4", "an extension"),
        ("tel:02079460123", "letters"),
        ("0800 GOFEDEX", "letters"),
        ("0x4477", "letters"),
        ("1" * 39 + "g", "letters"),
        ("0800 FLOWERS", "letters"),
        ("O20 7946 O123", "letters"),
        ("020 7946 012\u0663", "another script"),
        ("020 7946 0123\r", "control characters"),
        ("020\t7946 0123", "control characters"),
        ("020 7946\u200b0123", "signs"),
        ("£020 7946 0123", "signs"),
        ("0" * 41, "longer than 40"),
        ("+4402079460", "digits are missing"),
        ("+999 123 4567", "no such number"),
        ("07700 900123", "FLOWENGINE_DRAMA_NUMBERS=on"),
    ],
)
def test_a_text_that_is_no_number_is_refused_and_explained_without_it(text: str, part: str) -> None:
    found = read_number(text, STRICT)
    assert isinstance(found, NumberProblem)
    assert part in found.detail
    assert "7946" not in found.detail


@pytest.mark.parametrize("text", ["07700 900123", "01632 960123", "0115 496 0123"])
def test_the_drama_numbers_that_do_not_exist_pass_with_the_setting_alone(text: str) -> None:
    assert isinstance(read_number(text, STRICT), NumberProblem)
    assert isinstance(read_number(text, Policy(drama_numbers=True)), str)


def test_a_leading_space_is_a_plus_only_where_that_makes_a_number() -> None:
    assert read_number(" 353861234567", STRICT) == "+353861234567"
    assert read_number(" 020 7946 0123", STRICT) == "+442079460123"
    assert read_number(" 7400 123456", STRICT) == "+447400123456"


def test_a_mobile_in_the_plans_of_britain_and_of_an_island_is_refused_as_doubtful() -> None:
    decision = decide("07924 123456", datetime(2026, 11, 24, 12, tzinfo=UTC), Facts(caller_id="+441134960124"), STRICT)
    assert "the number may belong to the Isle of Man, which is no part of the United Kingdom" in [
        reason.detail for reason in decision.reasons
    ]
