"""`split`: one variant for one contact, each for its share of all."""

from __future__ import annotations

from collections import Counter

import pytest

from flowengine.conversation.commands import Chose
from tests.conversation.talk import Talk, compiled

HEAD = """
flow offers "An experiment" outbound
  agent "Amy" of "Hearth & Home"

contact
  name: text
  number: phone = "0113 496 0000"

outcome good
"""

FLOW = """
state start
  split opening
    warm 75% -> warm
    direct 25%
      say "Hello."
      end good

state warm
  say "Good morning!"
  end good
"""


EXPECTED = ["warm", "warm", "direct", "warm", "warm", "warm", "warm", "direct"]


def split(name: str, key: str | None = None, **variants: str) -> str:
    talk = Talk(compiled(FLOW, head=HEAD), {"name": name}, contact_key=key, variants=variants)
    chosen = [command.variant for command in talk.commands if isinstance(command, Chose)]
    assert len(chosen) == 1
    assert talk.turns("agent") == (["Good morning!"] if chosen == ["warm"] else ["Hello."])
    return chosen[0]


def test_a_contact_keeps_its_variant() -> None:
    assert len({split("Sam") for _ in range(5)}) == 1
    assert {split("Sam", key="contact-7") for _ in range(5)} == {split("Samuel", key="contact-7")}


def test_variants_get_their_shares() -> None:
    counted = Counter(split("Sam", key=f"contact-{number}") for number in range(400))
    assert counted["warm"] == pytest.approx(300, abs=35)


def test_a_variant_may_be_settled_from_outside() -> None:
    assert {split(f"Sam {number}", opening="direct") for number in range(20)} == {"direct"}


def test_the_choice_does_not_change_between_versions_of_python() -> None:
    # Fixed here on purpose: a contact who was called last month gets the same variant again.
    assert [split("Sam", key=f"contact-{number}") for number in range(8)] == EXPECTED
