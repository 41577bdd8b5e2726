"""A value that was read back, and put right in part: "no, one two four", "no, Friday", "no, the fifteenth"."""

from __future__ import annotations

import pytest

from tests.conversation.talk import Talk
from tests.conversation.test_corrections import READ_BACK_ONCE

PUT_RIGHT = [
    ("phone", "07700 900123", "no, one two four", "+447700900124"),
    ("phone", "07700 900123", "no sorry it ends in double four", "+447700900144"),
    ("phone", "07700 900123", "no, 07700 900456", "+447700900456"),
    ("digits(6)", "one two three four five six", "no, five seven", "123457"),
    ("uk_postcode", "SW1A 1AA", "no, one A B", "SW1A 1AB"),
    ("email", "sam at example dot com", "no, dot net", "sam@example.net"),
    ("email", "sam at example dot com", "no, at example dot org", "sam@example.org"),
    ("date", "the fourteenth of March nineteen eighty-two", "no, the fifteenth", "1982-03-15"),
    ("date", "the fourteenth of March nineteen eighty-two", "no, nineteen eighty-three", "1983-03-14"),
    ("date", "the fourteenth of March nineteen eighty-two", "no, April", "1982-04-14"),
    ("date", "the twenty-eighth", "no, the second", "2026-12-02"),
    ("datetime", "Saturday at half two", "no, Friday", "2026-11-27 14:30:00+00:00"),
    ("datetime", "Saturday at half two", "no, half three", "2026-11-28 15:30:00+00:00"),
    ("datetime", "Saturday at half two", "no, Sunday at four", "2026-11-29 16:00:00+00:00"),
]


@pytest.mark.parametrize(("kind", "first", "said", "value"), PUT_RIGHT)
def test_a_read_back_is_put_right_in_part(kind: str, first: str, said: str, value: str) -> None:
    talk = Talk(READ_BACK_ONCE.format(kind=kind))
    talk.says(first)
    assert talk.says(said) == [f"{value}, is that right?"]
    talk.says("yes")
    assert talk.outcome == "good"


@pytest.mark.parametrize(
    ("kind", "first", "said"),
    [
        ("phone", "07700 900123", "no, the time should be eight"),
        ("phone", "07700 900123", "no, I moved house on the fourth"),
        ("phone", "07700 900123", "no"),
        ("uk_postcode", "SW1A 1AA", "no, I am at work"),
        ("email", "sam at example dot com", "no, that's my wife's"),
        ("digits(6)", "one two three four five six", "no, that one is old"),
    ],
)
def test_what_is_no_correction_of_its_end_takes_a_value_back_whole(kind: str, first: str, said: str) -> None:
    talk = Talk(READ_BACK_ONCE.format(kind=kind))
    talk.says(first)
    talk.says(said)
    assert "asked" not in talk.conversation.variables


TWO = """
slot born: date
  ask "When were you born?"
slot visit: datetime
  ask "When shall we come?"
  confirm "{{ visit | spoken }}, is that right?"

state start
  collect born, visit
    done: end good
    failed: end bad
"""


def test_a_day_put_right_is_that_of_the_read_back_and_of_no_other_slot() -> None:
    talk = Talk(TWO)
    talk.says("the fourteenth of March 1982", "Saturday at half two", "no, Friday")
    found = {name: str(value) for name, value in talk.conversation.variables.items()}
    assert found == {"born": "1982-03-14", "visit": "2026-11-27 14:30:00+00:00"}
