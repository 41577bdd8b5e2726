"""Digits that are said in parts, each a turn of its own."""

from __future__ import annotations

import pytest

from tests.conversation.talk import Talk

FLOW = """
slot account: {kind}
  ask "What is the number?"
  again "Sorry, all of it?"
  confirm "{{{{ account }}}}, is that right?"
  tries 4

slot day: date
  ask "Which day?"

state start
  collect account, day
    done: end good
    failed: end bad
"""
AGAIN = "Sorry, all of it?"
SIX, PHONE = "digits(6)", "phone"


def asked(kind: str) -> Talk:
    return Talk(FLOW.format(kind=kind))


@pytest.mark.parametrize(
    ("kind", "parts", "value"),
    [
        (SIX, ("one two three", "four five six"), "123456"),
        (SIX, ("it's 123", "sorry, pardon?", "and then 456"), "123456"),
        (SIX, ("one two", "three four", "five six"), "123456"),
        (SIX, ("one two", "on Friday", "three four five six"), "123456"),
        (SIX, ("one two three", "three two one"), "123321"),
        # Said anew: the beginning again, more than is missing, or after a "no".
        (SIX, ("four two", "one two three", "one two", "three four five six"), "123456"),
        (SIX, ("nine nine three", "one two three four", "five six"), "123456"),
        (SIX, ("nine nine", "no, that's wrong", "one two three four", "five six"), "123456"),
        (SIX, ("nine nine", "sorry, one two", "one two three", "four five six"), "123456"),
        (SIX, ("nine nine", "one two three four five six"), "123456"),
        (PHONE, ("oh seven seven double oh", "nine double oh one two three"), "+447700900123"),
        (PHONE, ("07700", "900", "123"), "+447700900123"),
        (PHONE, ("double oh", "it's 0113 496", "0000"), "+441134960000"),
    ],
)
def test_the_last_part_completes_the_number_and_all_of_it_is_read_back(
    kind: str, parts: tuple[str, ...], value: str
) -> None:
    talk = asked(kind)
    assert all(talk.says(each) == [AGAIN] for each in parts[:-1])
    assert talk.says(parts[-1]) == [f"{value}, is that right?"]
    talk.says("yes")
    assert talk.conversation.variables["account"] == value


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (SIX, ("one two three", "one two three")),
        (SIX, ("one two three", "four five six seven")),
        (SIX, ("one two three", "about four five six")),
        (SIX, ("one two three", "four five")),
        (PHONE, ("07700", "900")),
        ("digits(4) secret", ("one two", "three four")),
    ],
)
def test_parts_that_may_not_belong_together_make_no_number(kind: str, parts: tuple[str, ...]) -> None:
    talk = asked(kind)
    assert [talk.says(each) for each in parts] == [[AGAIN], [AGAIN]]
    assert "account" not in talk.conversation.variables


def test_a_number_that_was_denied_is_no_beginning_of_the_next() -> None:
    talk = asked(SIX)
    talk.says("one two three", "four five six", "no")
    assert talk.says("four five six") == [AGAIN]
    assert talk.says("seven eight nine") == ["456789, is that right?"]


def test_a_turn_is_over_with_the_last_digit_that_was_missing() -> None:
    talk = asked(SIX)
    assert not talk.conversation.is_whole_turn("four five six")
    talk.says("one two three")
    assert talk.conversation.is_whole_turn("four five six")
    assert not talk.conversation.is_whole_turn("four five")
