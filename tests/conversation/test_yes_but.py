"""A yes with a "but" or an "except" confirms no read-back; the end of a row of digits is put right by itself."""

from __future__ import annotations

import pytest

from flowengine.conversation.endings import with_another_end
from tests.conversation.talk import Talk

FLOW = """
slot account: digits(6)
  ask "What is your account number?"
  confirm "{{ account | spelled }}, is that right?"

state start
  collect account
    done: end good
    failed: end bad
"""


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("yes but the last one is seven", "123457"),
        ("yes except it ends in seven", "123457"),
        ("the last digit is five", "123455"),
        ("no, it ends in nine nine", "123499"),
        ("yes but I have moved", "123456"),
    ],
)
def test_a_yes_with_a_but_is_read_back_anew(text: str, account: str) -> None:
    talk = Talk(FLOW)
    talk.says("one two three four five six", text)
    assert (talk.outcome, talk.conversation.variables["account"]) == (None, account)
    talk.says("yes")
    assert talk.outcome == "good"


@pytest.mark.parametrize(
    "text", ["the last one is wrong", "it ends in tears", "it ends in one two three four five six", "the last time", ""]
)
def test_other_words_give_no_end(text: str) -> None:
    assert with_another_end("123456", text) is None
