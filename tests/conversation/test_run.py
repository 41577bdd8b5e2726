"""`run`: a subflow with its own states, handlers and outcomes, inside the call that runs it."""

from __future__ import annotations

from tests.conversation.talk import Talk, compiled

ADDRESS = """
flow find_address "Finds an address" inbound

outcome found
outcome gave_up

intent agree "the caller says yes"
  "yes"

intent refuse "the caller says no"
  "no"

intent unsure "the caller does not know"
  "I don't know"

slot postcode: uk_postcode
  ask "What's your postcode?"
  again "Your postcode, please?"
  confirm "{{ postcode | spoken }}, is that right?"
  tries 2

state ask
  collect postcode
    done -> check
    failed: end gave_up

state check
  say "Is that a house?"
  listen
    agree: end found
    refuse -> explain
    silence or otherwise: again

state explain
  say "Then I need the flat's number."
  resume

anywhere
  unsure: end gave_up
"""

FLOW = """
slot day: date
  ask "Which day?"

state start
  say "May I ask for your address?"
  listen
    agree -> address
    silence or otherwise: again

state address
  run find_address
    found -> thanks
    gave_up: again "Let's try that once more."

state thanks
  say "Thank you."
  collect day
    done: end good
    failed: end bad

state robot
  say "I'm a machine."
  resume

state goodbye
  say "Goodbye."
  end bad

anywhere
  robot_question -> robot
  price -> goodbye
  opt_out: end removed
"""


def running() -> Talk:
    talk = Talk(compiled(FLOW, find_address=ADDRESS))
    talk.says("yes")
    return talk


def test_a_subflow_runs_and_its_outcome_is_a_branch() -> None:
    talk = running()
    assert talk.state == "address/find_address/ask"
    assert talk.says("SW1A 1AA") == ["S W one A, one A A, is that right?"]
    assert talk.says("yes") == ["Is that a house?"]
    assert talk.says("yes") == ["Thank you.", "Which day?"]
    assert talk.entered == [
        "start",
        "address",
        "address/find_address/ask",
        "address/find_address/check",
        "address",
        "thanks",
    ]


def test_a_correction_and_a_read_back_hold_inside_it() -> None:
    talk = running()
    talk.says("SW1A 1AA")
    assert talk.says("no, SW1A 2AA") == ["S W one A, two A A, is that right?"]
    talk.says("yes")
    assert talk.conversation.variables["postcode"] == "SW1A 2AA"


def test_again_begins_the_run_anew() -> None:
    talk = running()
    talk.waits()
    assert talk.waits() == ["Let's try that once more.", "What's your postcode?"]
    assert talk.state == "address/find_address/ask"


def test_its_own_handlers_are_live_in_it_and_nowhere_else() -> None:
    talk = running()
    assert talk.says("I don't know") == ["Let's try that once more.", "What's your postcode?"]
    talk.says("SW1A 1AA", "yes", "yes")
    assert talk.state == "thanks"
    assert "unsure" not in {intent.name for intent in talk.conversation.live_intents()}


def test_the_callers_handlers_are_live_in_it_too() -> None:
    talk = running()
    assert talk.says("are you a robot") == ["I'm a machine.", "What's your postcode?"]
    assert talk.state == "address/find_address/ask"
    talk.says("SW1A 1AA", "yes")
    assert talk.says("yes") == ["Thank you.", "Which day?"]


def test_a_subflow_that_is_left_for_good_has_ended() -> None:
    talk = running()
    assert talk.says("how much is it") == ["Goodbye."]
    assert talk.outcome == "bad"


def test_an_opt_out_is_heard_in_it() -> None:
    talk = running()
    talk.says("take me off your list")
    assert (talk.outcome, talk.suppressed) == ("removed", True)


INNER = """
flow ask_twice "Asks twice" inbound

outcome sure
outcome unsure

intent agree "the caller says yes"
  "yes"

intent refuse "the caller says no"
  "no"

state first
  say "Really?"
  listen
    agree: end sure
    refuse: end unsure
    silence or otherwise: again
"""

OUTER = """
flow ask_well "Asks well" inbound

outcome settled
outcome open

state begin
  say "Let me ask."
  run ask_twice
    sure: end settled
    unsure -> once_more

state once_more
  run ask_twice
    sure: end settled
    unsure: end open

anywhere
  hangup: end open
"""

NESTED = """
state start
  run ask_well
    settled: end good
    open -> last

state last
  run ask_twice
    sure: end good
    unsure: end bad
"""


def test_a_subflow_runs_another() -> None:
    talk = Talk(compiled(NESTED, ask_well=OUTER, ask_twice=INNER))
    assert talk.said == ["Let me ask.", "Really?"]
    assert talk.state == "start/ask_well/begin/ask_twice/first"
    talk.says("no")
    assert talk.state == "start/ask_well/once_more/ask_twice/first"
    talk.says("no")
    assert talk.state == "last/ask_twice/first"
    talk.says("yes")
    assert talk.outcome == "good"


def test_a_hang_up_in_a_subflow_ends_the_call() -> None:
    talk = Talk(compiled(NESTED, ask_well=OUTER, ask_twice=INNER))
    talk.hangs_up()
    assert talk.outcome == "hung_up"


DIGRESSION = """
state start
  say "Ready?"
  listen
    agree: end good
    silence or otherwise: again

state costs
  say "Before I tell you:"
  run ask_twice
    sure -> free
    unsure: end bad

state free
  say "It's free."
  resume

anywhere
  price -> free
  robot_question -> asked

state asked
  if turns > 5: resume
  run ask_twice
    sure -> free
    unsure -> costs
"""


def test_a_digression_may_run_a_subflow_and_resume_after_it() -> None:
    talk = Talk(compiled(DIGRESSION, ask_twice=INNER))
    assert talk.says("are you a robot") == ["Really?"]
    assert talk.state == "asked/ask_twice/first"
    assert talk.says("how much is it") == ["It's free.", "Really?"]
    assert talk.says("yes") == ["It's free.", "Ready?"]
    assert talk.entered[-3:] == ["asked", "free", "start"]


def test_a_run_that_goes_round_for_ever_is_stopped() -> None:
    flow = compiled(
        "state start\n  run at_once\n    over: again\n    done: end good\n",
        at_once='flow at_once "Ends at once" inbound\n\noutcome over\noutcome done\n\n'
        "state only\n  if turns > 5: end done\n  end over\n",
    )
    talk = Talk(flow)
    assert talk.outcome == "failed"
