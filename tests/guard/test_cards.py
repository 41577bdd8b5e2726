"""Card numbers of a caller: 13 to 19 digits that pass Luhn's sum, typed or spoken, in one utterance or two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.compliance.cards import CARD_HIDDEN, PART_HIDDEN, has_card, luhn, mask


@pytest.mark.parametrize(
    "said",
    [
        "4111111111111111",
        "it's 4111 1111 1111 1111",
        "4111-1111-1111-1111 thanks",
        "four one one one one one one one one one one one one one one one",
        "four triple one, one double one one, four ones, and four ones",
        "four one double one um one one double one er double one double one double one double one",
        "forty-one eleven eleven eleven eleven eleven eleven eleven",
        "3782 822463 10005",
        "４１１１ １１１１ １１１１ １１１１",
        "6304 0000 0000 0000",
    ],
)
def test_a_card_number_is_masked(said: str) -> None:
    shown = mask(said).text
    assert CARD_HIDDEN in shown
    assert not any(each.isdigit() for each in shown)
    assert "one" not in shown.split()


@pytest.mark.parametrize(
    "said",
    [
        "my number is 07700 900123",
        "oh seven seven double oh nine hundred one two three",
        "+44 7700 900123",
        "twenty calls a day, maybe thirty",
        "the third of March 2027 at half past ten",
        "order 48213",
    ],
)
def test_other_digits_are_left_alone(said: str) -> None:
    assert mask(said).text == said


def test_a_card_number_is_masked_over_a_cut() -> None:
    first = mask("my card is 4111 1111")
    second = mask("1111 1111 and the name is Taylor", first.tail)
    assert first.text == f"my card is {PART_HIDDEN}"
    assert second.text == f"{CARD_HIDDEN} and the name is Taylor"


def test_a_number_that_was_asked_for_is_kept_unless_it_is_a_card() -> None:
    assert mask("4829 1045", asked=True).text == "4829 1045"
    assert mask("4111 1111 1111 1111", asked=True).text == CARD_HIDDEN


def test_digits_that_are_no_card_s_are_kept_where_they_were_asked_for() -> None:
    assert mask("4111 1111 1111 1112", asked=True).text == "4111 1111 1111 1112"
    assert mask("4111 1111 1111 1112").text == PART_HIDDEN


def test_digits_with_words_between_are_not_put_together() -> None:
    assert mask("4111 1111 rooms and 1111 1111 doors", asked=True).text == "4111 1111 rooms and 1111 1111 doors"


@given(st.from_regex(r"4\d{14}", fullmatch=True))
def test_any_card_number_is_found(most: str) -> None:
    whole = next(most + last for last in "0123456789" if luhn(most + last))
    assert has_card(f"it is {whole[:6]} {whole[6:]}.")


@given(st.text(max_size=200), st.text(alphabet="0123456789", max_size=19))
def test_any_text_can_be_masked(text: str, before: str) -> None:
    assert len(mask(text, before).tail) <= 19
