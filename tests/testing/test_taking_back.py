"""A turn that was taken back, in a `.flowtest` and in a test that is made of a recorded call."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import TakenBack, Understood
from flowengine.conversation.events import CallerSaid
from flowengine.testing.labelled.playing import _steps
from tests.store.records import entries
from tests.testing.made_flows import played

FLOW = """
flow early "Early" inbound
  agent "Amy" of "Us"

outcome done success
outcome declined

intent agree "yes"
  "yes" "go on"

intent refuse "no"
  "no thanks" "not today"

intent opt_out protective "no more calls"
  "stop calling me"

state start
  say "Shall I go on?"
  listen
    agree -> more
    refuse: end declined
    silence or otherwise: again
    silence or otherwise 3: end declined

state more
  say "Lovely. Would you like to hear the terms?"
  listen
    agree or refuse: end done
    silence or otherwise: again
    silence or otherwise 3: end declined

anywhere
  opt_out: end declined
"""


def test_a_flowtest_goes_on_after_the_first_word_of_the_answer() -> None:
    result = played(
        """
agent: *
caller: yes
caller: (interrupts after "Lovely") but not today
expect understood refuse
ends declined
""",
        FLOW,
    )
    assert result.passed, result


def test_it_answers_what_it_has_heard_more_of() -> None:
    result = played(
        """
agent: *
caller: yes
caller: (interrupts after "Would you like") but not today
ends done
""",
        FLOW,
    )
    assert result.passed, result


CHANGING = """
flow changing "Changing" inbound
  agent "Amy" of "Us"

outcome done success
outcome declined

intent agree "yes"
  "yes" "yes please"

intent refuse "no"
  "no" "no thanks"

slot day: date
  ask "Which day?"
  confirm "{{ day | spoken }}, is that right?"

slot name: uk_name
  ask "What is your name?"

state start
  say "Shall I book a visit?"
  listen
    agree -> when
    refuse -> parting
    silence or otherwise: again
    silence or otherwise 3: end declined

state when
  say "Lovely."
  collect day, name
    done -> thanks
    failed: end declined

state thanks
  say "Thank you. Anything else?"
  listen
    agree or refuse: end done
    silence or otherwise: again
    silence or otherwise 3: end declined

state parting
  say "That's fine. Would you like to be asked again?"
  listen
    agree or refuse: end declined
    silence or otherwise: again
    silence or otherwise 3: end declined
"""


@pytest.mark.parametrize(
    ("played_on", "state", "day"),
    [
        ('caller: yes\ncaller: (interrupts after "Lovely") no\nexpect understood refuse', "parting", None),
        ('caller: yes\ncaller: (interrupts after "Lovely") sorry, no', "parting", None),
        ('caller: no\ncaller: (interrupts after "That\'s") oh yes\nexpect understood agree', "when", None),
        ('caller: no\ncaller: (interrupts after "That\'s") yes', "parting", None),
        ('caller: yes\ncaller: (interrupts after "Lovely") no problem', "when", None),
        ('caller: yes\nagent: *\ncaller: Tuesday\ncaller: (interrupts after "Tuesday") sorry, Wednesday', "when", 25),
        (
            "caller: yes\nagent: *\ncaller: Tuesday\nagent: *\ncaller: yes\n"
            'caller: (interrupts after "What") no, Wednesday\nexpect day = 2026-12-02',
            "when",
            2,
        ),
        (
            "caller: yes\nagent: *\ncaller: Tuesday\nagent: *\ncaller: yes\nagent: *\ncaller: Sam\n"
            'caller: (interrupts after "Thank") no, Dan\nexpect name = "Dan"',
            "thanks",
            1,
        ),
    ],
)
def test_what_was_said_is_put_right_at_the_first_word_of_the_answer(
    played_on: str, state: str, day: int | None
) -> None:
    month = 11 if day == 25 else 12
    of_day = [] if day is None else [f"expect day = 2026-{month}-{day:02}"]
    script = "\n".join(["now 2026-11-24 10:00", "", "agent: *", played_on, f"expect state = {state}", *of_day])
    result = played(script, CHANGING)
    assert result.passed, result


def test_a_test_of_a_recorded_call_says_of_a_yes_and_a_no_the_last() -> None:
    happened = entries(
        (4.0, CallerSaid(4.0, "yes")),
        (4.0, Understood("yes", "agree", 1.0, "phrase")),
        (5.2, CallerSaid(5.2, "oh no")),
        (5.2, TakenBack(4.0, "start")),
        (5.2, Understood("yes oh no", "refuse", 1.0, "phrase")),
    )
    assert _steps(happened, 1).lines == ["caller: no"]


def test_a_test_of_a_recorded_call_says_both_parts_in_one() -> None:
    happened = entries(
        (4.0, CallerSaid(4.0, "yes")),
        (4.0, Understood("yes", "agree", 1.0, "phrase")),
        (5.2, CallerSaid(5.2, "but not today")),
        (5.2, TakenBack(4.0, "start")),
        (5.2, Understood("yes but not today", "refuse", 1.0, "phrase")),
        (9.0, CallerSaid(9.0, "goodbye")),
    )
    assert _steps(happened, 1).lines == ["caller: yes but not today"]
    assert _steps(happened, 2).lines == ["caller: yes but not today", "caller: goodbye"]
