"""A turn that was taken back, in a `.flowtest` and in a test that is made of a recorded call."""

from __future__ import annotations

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
