"""Keys: menus, longer rows, and numbers typed into slots."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flowengine.conversation.commands import StopSpeaking
from tests.conversation.talk import Talk, compiled

MENU = """
state menu
  say "Press 1 for sales, 12 for service, or star."
  listen 6s
    press 1: end good
    press 12: end bad
    press "*" -> menu
    otherwise: again "That key does nothing."
    silence: again
"""
PIN = """
slot pin: digits(4)
  ask "Please type your four digits."
  again "Four digits, please."
  tries 2

slot party: number
  ask "How many?"

state start
  collect pin, party
    done: end good
    failed: end bad
"""


def test_a_row_that_could_go_on_waits_for_the_next_key() -> None:
    talk = Talk(MENU)
    talk.presses("12")
    assert talk.outcome == "bad"


def test_a_pause_finishes_the_row() -> None:
    talk = Talk(MENU)
    talk.presses("1")
    assert talk.outcome is None
    talk.waits(2)
    assert talk.outcome == "good"


def test_a_key_interrupts_the_agent_when_its_branch_is_taken() -> None:
    talk = Talk(MENU, hears=False)
    talk.presses("*")
    assert talk.did(StopSpeaking)
    assert talk.entered == ["menu", "menu"]


def test_an_unknown_key_is_otherwise() -> None:
    talk = Talk(MENU)
    assert talk.presses("7") == ["That key does nothing."]
    assert talk.turns("caller") == ["(press 7)"]


def test_a_key_where_none_is_live_is_noted_and_changes_nothing() -> None:
    talk = Talk('state only\n  say "Well?"\n  listen\n    agree: end good\n    silence: again')
    assert talk.presses("5") == []
    assert talk.notes == ["a key was pressed where none is live"]
    assert talk.timers != {}


def test_digits_fill_a_slot_as_soon_as_there_are_enough() -> None:
    talk = Talk(PIN)
    assert talk.presses("0427") == ["How many?"]
    assert talk.conversation.variables == {"pin": "0427"}


def test_a_hash_or_a_pause_ends_a_number() -> None:
    talk = Talk(PIN)
    talk.presses("0427")
    talk.presses("12#")
    assert talk.conversation.variables["party"] == 12
    other = Talk(PIN)
    other.presses("0427")
    other.presses("3")
    other.waits(4)
    assert other.conversation.variables["party"] == 3


def test_too_few_digits_are_asked_for_again() -> None:
    talk = Talk(PIN)
    assert talk.presses("04#") == ["Four digits, please."]


def test_a_secret_slot_is_typed_and_shows_nowhere() -> None:
    flow = compiled(
        """
slot pin: digits(4)
  ask "Please type your PIN."
  again "On the keys of your telephone, please."

state start
  collect pin
    done: end good
    failed: end bad
"""
    )
    # The language cannot say `secret` yet; the graph can.
    talk = Talk(replace(flow, slots={"pin": replace(flow.slots["pin"], secret=True)}))
    assert talk.says("it's one two three four") == ["On the keys of your telephone, please."]
    talk.presses("1234")
    assert talk.conversation.variables == {"pin": "1234"}
    shown = repr(talk.commands) + repr(talk.conversation.transcript)
    assert "1234" not in shown
    assert "one two" not in shown


UNTYPED = """
slot wanted: {kind}
  ask "What is it?"
  again "In words, please."
  tries 2

slot party: digits(1)
  ask "How many?"

state start
  collect {slots}
    done: end good
    failed: end bad
{press}
"""
SPOKEN_KINDS = ["date", "time", "uk_postcode", "text", "one of (gas, oil)", "boolean"]


@pytest.mark.parametrize("kind", SPOKEN_KINDS)
def test_keys_in_a_slot_that_takes_none_ask_again_and_count_as_a_try(kind: str) -> None:
    talk = Talk(UNTYPED.format(kind=kind, slots="wanted", press=""))
    assert talk.presses("1530") == []
    assert talk.waits(2) == ["In words, please."]
    assert talk.turns("caller") == ["(press 1530)"]
    assert talk.presses("3#") == []
    assert talk.outcome == "bad"


def test_a_press_branch_of_a_collect_is_taken_where_the_slot_takes_no_keys() -> None:
    talk = Talk(UNTYPED.format(kind="date", slots="wanted", press="    press 0: end removed"))
    assert talk.presses("5") == ["In words, please."]
    talk.presses("0")
    assert talk.outcome == "removed"


def test_a_hash_after_a_full_number_is_no_answer_to_the_next_question() -> None:
    talk = Talk(UNTYPED.format(kind="date", slots="party, wanted", press=""))
    assert talk.presses("4") == ["What is it?"]
    assert talk.presses("#") == []
    assert talk.waits(2) == []
    assert talk.waits() == ["In words, please."]
