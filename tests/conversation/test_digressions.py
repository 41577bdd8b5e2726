"""Digression states: entered anywhere, they give back the place they interrupted."""

from __future__ import annotations

from tests.conversation.talk import Talk

FLOW = """
slot day: date
  ask "Which day?"
  again "Sorry, which day?"
  tries 3

state first
  say "First question?"
  listen
    agree -> second
    silence: again
    silence 2 -> goodbye

state second
  say "Let's see."
  collect day
    done -> goodbye
    failed: end bad

state pricing
  say "It's free."
  resume

state robot
  say "I'm a machine. Shall I go on?"
  listen
    agree -> back
    refuse -> goodbye
    silence -> back

state back
  resume

state goodbye
  say "Goodbye."
  end good

anywhere
  price -> pricing
  robot_question -> robot
"""


def test_a_digression_returns_and_asks_the_open_question() -> None:
    talk = Talk(FLOW)
    assert talk.says("how much is it") == ["It's free.", "First question?"]
    assert talk.entered == ["first", "pricing", "first"]
    assert talk.says("yes") == ["Let's see.", "Which day?"]


def test_it_keeps_the_rungs_of_what_it_interrupted() -> None:
    talk = Talk(FLOW)
    talk.waits()
    talk.says("how much is it")
    assert talk.waits() == ["Goodbye."]


def test_a_collect_is_interrupted_and_goes_on() -> None:
    talk = Talk(FLOW)
    talk.says("yes")
    assert talk.says("what does it cost") == ["It's free.", "Which day?"]
    assert talk.says("tomorrow") == ["Goodbye."]


def test_a_state_that_only_resumes_gives_back_to_the_state_that_led_to_it() -> None:
    # `robot` does not resume by itself, so entering it lets go of the first state; `back` interrupts `robot`.
    talk = Talk(FLOW)
    assert talk.says("are you a robot") == ["I'm a machine. Shall I go on?"]
    assert talk.says("yes") == ["I'm a machine. Shall I go on?"]
    assert talk.entered == ["first", "robot", "back", "robot"]


def test_digressions_in_each_other_return_in_order() -> None:
    talk = Talk(
        """
state first
  say "First question?"
  listen
    agree: end good
    silence: again

state pricing
  if turns < 3
    say "It's free. Anything else?"
    listen
      refuse -> pricing_over
      silence -> pricing_over
  else
    resume

state pricing_over
  resume

state robot
  if turns > 100
    listen
      agree: end good
      silence: again
  else
    say "I'm a machine."
    resume

anywhere
  price -> pricing
  robot_question -> robot
"""
    )
    talk.says("how much is it")
    assert talk.says("are you a robot") == ["I'm a machine.", "It's free. Anything else?"]
    assert talk.entered == ["first", "pricing", "robot", "pricing"]


def test_a_digression_that_comes_again_starts_over() -> None:
    talk = Talk(FLOW)
    for _ in range(30):
        talk.says("how much is it")
    assert talk.says("yes") == ["Let's see.", "Which day?"]


def test_a_resume_with_nothing_interrupted_ends_the_call_with_an_apology() -> None:
    talk = Talk(
        """
state first
  say "Hello."
  -> lost

state lost
  resume
"""
    )
    assert talk.outcome == "failed"
    assert talk.said == ["Hello.", "I'm sorry, something has gone wrong at our end. Goodbye."]
    assert talk.notes == ["state 'lost' resumes, and interrupted nothing"]
