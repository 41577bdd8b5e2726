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


SIGNS = """
slot account: digits(6){secret}
  ask "Please type your account number."
  again "Six digits, please."
  tries 2
{confirm}
slot party: number
  ask "How many?"
  confirm "{{{{ party }}}}, is that right?"

state start
  collect account, party
    done: end good
    failed: end bad
{press}
"""


def typing(press: str = "", *, secret: str = "", confirm: str = "") -> Talk:
    return Talk(SIGNS.format(press=press, secret=secret, confirm=confirm))


@pytest.mark.parametrize("secret", ["", " secret"])
@pytest.mark.parametrize("typed", ["12*345678", "*345678", "1*2*345678", "#345678", "12345*345678#"])
def test_a_star_clears_what_is_being_typed_and_costs_no_try(typed: str, secret: str) -> None:
    talk = typing(secret=secret)
    assert talk.presses("1#") == ["Six digits, please."]
    assert talk.presses(typed[:-1] if typed.endswith("#") else typed) == ["How many?"]
    assert talk.conversation.variables == {"account": "345678"}
    assert talk.turns("caller")[-1] == ("(press •••)" if secret else "(press 345678)")


def test_who_clears_what_they_typed_and_types_no_more_is_asked_again() -> None:
    talk = typing()
    talk.presses("12*")
    assert talk.waits(6) == ["Six digits, please."]
    assert talk.turns("caller") == []


@pytest.mark.parametrize("hears", [True, False])
def test_a_star_takes_back_a_number_that_is_read_back_however_soon(*, hears: bool) -> None:
    talk = Talk(SIGNS.format(press="", secret="", confirm='  confirm "{{ account }}?"\n'), hears=hears)
    assert talk.presses("123456") == ["123456?"]
    assert talk.presses("*") == ["Six digits, please."]
    assert talk.presses("345678") == ["345678?"]
    talk.at += 5
    talk.presses("*")
    assert talk.outcome == "bad"
    assert talk.conversation.variables == {}


def test_a_star_at_the_end_of_a_number_takes_back_no_other() -> None:
    flow = SIGNS.format(press="", secret="", confirm="")
    talk = Talk(flow.replace("  collect", "  set party = 4\n  collect"), hears=False)
    assert talk.presses("123456") == ["4, is that right?"]
    assert talk.presses("*") == []
    assert talk.conversation.variables == {"account": "123456", "party": 4}
    talk.at += 2
    assert talk.presses("*") == ["How many?"]


@pytest.mark.parametrize(
    ("press", "keys", "outcome"),
    [
        ("    press *: end removed", "12*", "removed"),
        ("    press *: end removed", "*", "removed"),
        ('    press "*9": end removed', "12*9", "removed"),
        ("    press #: end removed", "#", "removed"),
        ("    press #: end removed", "12#", None),
        ("    press *: end removed", "123456", None),
        ('    press "*9": end removed', "*123456", None),
        ('    press "1*": end removed', "1*", None),
        ("anywhere\n  press *: end removed", "12*", "removed"),
    ],
)
def test_a_branch_of_the_flow_on_a_sign_comes_first(press: str, keys: str, outcome: str | None) -> None:
    talk = typing(press)
    talk.presses(keys)
    assert talk.outcome == outcome


CODES = """
state menu
  say "Type the code."
  listen 6s
    press 1: end good
    press 42: end bad
    press 421: end removed
    otherwise: again "That code does nothing."
    silence: again
"""


@pytest.mark.parametrize(
    ("keys", "outcome"), [("42#", "bad"), ("4*1", "good"), ("42*421", "removed"), ("4#", None), ("#", None)]
)
def test_a_hash_ends_a_code_and_a_star_clears_it(keys: str, outcome: str | None) -> None:
    talk = Talk(CODES)
    talk.presses(keys)
    assert talk.outcome == outcome
    assert talk.turns("caller")[-1:] == ([] if keys == "#" else [f"(press {keys.rpartition('*')[2].rstrip('#')})"])
