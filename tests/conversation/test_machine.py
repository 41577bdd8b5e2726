"""The machine: legal moves, illegal moves, names that would break the library, and what an instance costs."""

from __future__ import annotations

import pytest

from flowengine.conversation.machine import FlowMachine, plan_machine
from flowengine.errors import IllegalMove
from tests.conversation.talk import compiled

FLOW = """
state start
  say "Well?"
  listen
    agree -> second
    price -> pricing
    silence: again

state second
  say "And?"
  listen
    agree: end good
    silence: again

state pricing
  say "It's free."
  resume

anywhere
  refuse -> goodbye

state goodbye
  end bad
"""


def machine(body: str = FLOW) -> FlowMachine:
    return FlowMachine(plan_machine(compiled(body)))


def test_it_begins_in_the_first_state_and_makes_the_moves_of_the_graph() -> None:
    made = machine()
    assert made.place == "start"
    made.move("second")
    made.end("good")
    assert (made.place, made.ended) == ("good", True)


def test_a_move_the_graph_does_not_have_is_refused() -> None:
    made = machine()
    made.move("second")
    with pytest.raises(IllegalMove, match="'second' to 'pricing'"):
        made.move("pricing")
    assert made.place == "second"


def test_an_end_the_state_does_not_have_is_refused() -> None:
    with pytest.raises(IllegalMove):
        machine().end("good")


def test_anywhere_moves_from_every_state() -> None:
    for state in ("start", "second"):
        made = machine()
        if state == "second":
            made.move("second")
        made.move("goodbye")
        assert made.place == "goodbye"


def test_a_digression_gives_back_only_what_it_may_have_interrupted() -> None:
    made = machine()
    made.move("pricing")
    made.give_back("start")
    assert made.place == "start"
    made.move("pricing")
    with pytest.raises(IllegalMove):
        made.give_back("second")


def test_only_a_digression_gives_back() -> None:
    with pytest.raises(IllegalMove):
        machine().give_back("start")


def test_a_stop_from_outside_is_legal_in_every_state_and_once() -> None:
    made = machine()
    made.stop("hung_up")
    assert made.place == "hung_up"
    with pytest.raises(IllegalMove):
        made.stop("failed")


def test_authors_names_are_data() -> None:
    made = machine(
        """
state send
  say "Well?"
  listen
    agree -> model
    silence: again

state model
  -> states

state states
  -> configuration

state configuration
  end good
"""
    )
    for name in ("model", "states", "configuration"):
        made.move(name)
        assert made.place == name


def test_the_registry_keeps_one_class_a_flow() -> None:
    first, second = plan_machine(compiled(FLOW)), plan_machine(compiled(FLOW))
    assert first.machine.__name__ == second.machine.__name__ == "Machine_test_flow"
