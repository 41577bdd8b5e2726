"""Words that ask for more, by what is asked for."""

from __future__ import annotations

import pytest

from flowengine.adapters.local.unfinished import sounds_unfinished
from flowengine.conversation.commands import Expecting


@pytest.mark.parametrize(
    "text",
    [
        *(
            "my number is",
            "I'd like to book a",
            "yes and",
            "um",
            "My postcode is.",
            "it's",
            "call me on my",
            "Yes, but...",
        ),
        *(
            "because",
            "No, because",
            "let me see",
            "it's double",
            "Yes. Well,",
            "hang on",
            "my email address is",
            "is it on the",
        ),
    ],
)
def test_words_that_ask_for_more(text: str) -> None:
    assert sounds_unfinished(text)
    assert sounds_unfinished(text, "open")


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "What company are you from?",
        "go on",
        "it is",
        "I am",
        "no thanks",
        "",
        "brand",
        "I think so",
        "not really",
        "tell me what it's about",
        "not quite",
        "all is well",
        "it's fine though",
        "in a while",
    ],
)
def test_words_that_do_not(text: str) -> None:
    assert sounds_unfinished(text, "choice") is False


@pytest.mark.parametrize(
    ("expecting", "begun", "whole"),
    [
        ("digits", "oh seven seven double oh", "oh seven seven double oh nine hundred one two three"),
        ("digits", "It's 07700 900", "It's 07700 900123"),
        ("digits", "Oh, one, one, three.", "Oh, one, one, three, four nine six, oh nine nine nine."),
        ("digits", "plus 44 7700", "plus 44 7700 900123"),
        ("digits", "my number is", "492715"),
        ("digits", "oh seven seven double oh nine hundred one two", "oh one one three four nine six two three four"),
        ("digits", "Oh, seven, seven, for", "for nine two seven one five"),
        ("digits", "Yes.", "No."),
        ("postcode", "L S one", "L S one four A B"),
        ("postcode", "LS1", "LS1 4AB"),
        ("postcode", "it's L", "I don't know it"),
        ("date", "the third", "the third of May"),
        ("time", "half", "half past three"),
        ("number", "two hundred and", "two hundred and fifty"),
        ("open", "hang on", "hang on to it"),
        ("text", "S, m, i.", "Smith"),
        ("text", "it's S", "vitamin C"),
    ],
)
def test_a_value_that_has_begun_asks_for_its_rest(expecting: Expecting, begun: str, whole: str) -> None:
    assert sounds_unfinished(begun, expecting)
    assert not sounds_unfinished(whole, expecting)


@pytest.mark.parametrize(
    "text", ["L", "L S", "L. S. one", "Ow,", "Oh,", "Be,", "You?", "Yes, it is L S", "Okay.", "Lima"]
)
def test_whatever_a_first_letter_is_heard_as_is_the_beginning_of_a_postcode(text: str) -> None:
    assert sounds_unfinished(text, "postcode")


@pytest.mark.parametrize(
    "text",
    [
        "No.",
        "Why?",
        "What is it for?",
        "Sorry?",
        "I don't know it",
        "X F one four A B",
        "Lf1-4ab",
        "stop calling me",
        "",
    ],
)
def test_another_answer_and_a_misheard_postcode_that_is_all_there_are_none(text: str) -> None:
    assert not sounds_unfinished(text, "postcode")


@pytest.mark.parametrize(
    ("hanging", "whole"),
    [
        ("It is the kitchen tap end.", "it is at the far end"),
        ("The meter is in the hall-butt,", "a water butt or two"),
        ("It costs too much ore.", "or?"),
        ("We have two bedrooms, or?", "We have two bedrooms?"),
        ("I would like a smaller one end.", "it will end"),
    ],
)
def test_a_conjunction_left_hanging_asks_for_more_though_it_came_as_another_word(hanging: str, whole: str) -> None:
    assert sounds_unfinished(hanging, "open")
    assert not sounds_unfinished(whole, "open")


def test_asking_to_wait_is_an_answer_where_a_choice_is_asked_for() -> None:
    assert not sounds_unfinished("hang on", "choice")
    assert not sounds_unfinished("just a second", "choice")
