"""`transfer`: the caller is put through to a colleague."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Command, Dismiss, Transfer
from flowengine.conversation.events import (
    CallerSaid,
    GuardAnswered,
    Reached,
    SpeechCut,
    SpeechHeard,
    TimerFired,
    TransferResult,
)
from tests.conversation.talk import Talk

UNANSWERED = """
state later
  say "Nobody is free."
  listen
    agree: end bad
    silence or otherwise: end bad

state broken
  say "That didn't work."
  end bad
"""
ROBOT = """  robot_question
    say "I'm a machine."
    resume
"""
HELP = f"""
state start
  say "I'll put you through."
  transfer "+44 113 496 0000"
    answered: end good
    busy or no_answer -> later
    failed -> broken
{UNANSWERED}
state timed
  say "Time is up."
  end bad

anywhere
  after 60s -> timed
{ROBOT}"""


def test_the_order_holds_the_number_as_the_network_writes_it() -> None:
    assert Talk(HELP).order(Transfer).target == "+441134960000"


@pytest.mark.parametrize(
    ("result", "said", "outcome"),
    [
        ("answered", [], "good"),
        ("busy", ["Nobody is free."], None),
        ("no_answer", ["Nobody is free."], None),
        ("failed", ["That didn't work."], "bad"),
    ],
)
def test_each_result_takes_its_branch(result: TransferResult, said: list[str], outcome: str | None) -> None:
    talk = Talk(HELP)
    assert talk.transfers(result) == said
    assert talk.outcome == outcome
    assert f"transfer {result}" in talk.notes


def test_a_uk_number_may_be_written_as_it_is_there() -> None:
    assert Talk(HELP.replace("+44 113 496 0000", "0113 496 0000")).order(Transfer).target == "+441134960000"


def test_what_is_no_number_fails_at_once() -> None:
    talk = Talk(HELP.replace("+44 113 496 0000", "the office"))
    assert talk.outcome == "bad"
    assert not any(isinstance(command, Transfer) for command in talk.commands)


def test_nobody_listens_while_it_rings_but_for_an_opt_out() -> None:
    talk = Talk(HELP)
    assert talk.says("are you a robot", "hello?") == []
    talk.presses("1")
    assert talk.turns("caller") == []
    talk.says("stop calling me")
    assert talk.suppressed
    assert talk.state == "start"


def test_the_calls_time_does_not_end_a_colleagues_conversation() -> None:
    talk = Talk(HELP)
    talk.at = 60.0
    talk.send(TimerFired(60.0, "after-60"))
    assert talk.state == "start"
    assert talk.transfers("busy") == ["Nobody is free.", "Time is up."]


def test_an_opt_out_while_it_rings_is_answered_when_the_caller_comes_back() -> None:
    talk = Talk(HELP)
    talk.says("stop calling me")
    assert talk.suppressed
    talk.transfers("busy")
    assert talk.outcome == "removed"


# Until the lines before it are heard.

OVER = f"""
state start
  say "I'll put you through."
  say "It costs ten pence."
  transfer "+44 113 496 0000"
    answered: end good
    busy or no_answer -> later
    failed -> broken
{UNANSWERED}
state gone
  say "We won't ring again."
  end removed

state priced
  say "Ten pence."
  listen
    agree: end good
    silence or otherwise: end bad

state timed
  say "Time is up. Anything else?"
  listen
    agree: end good
    silence or otherwise: end bad

anywhere
  opt_out -> gone
  price -> priced
  after 60s -> timed
"""
ASIDE = OVER.replace(
    """  say "Ten pence."
  listen
    agree: end good
    silence or otherwise: end bad
""",
    """  guard uk_outbound
    allowed or refused: resume
""",
)


def over(*heard: str) -> Talk:
    """A caller who is still being told that they will be put through, after these of its speeches."""
    talk = Talk(OVER, hears=False)
    for speech_id in heard:
        talk.pending.remove(speech_id)
        talk.send(SpeechHeard(talk.at, speech_id))
    return talk


def orders(talk: Talk) -> list[type[Command]]:
    return [type(each) for each in talk.commands if isinstance(each, Transfer | Dismiss)]


def test_what_is_listened_for_everywhere_takes_the_place_of_a_transfer() -> None:
    talk = over()
    assert talk.says("how much is it") == ["Ten pence."]
    assert talk.state == "priced"
    assert orders(talk) == [Transfer, Dismiss]


def test_an_opt_out_takes_the_place_of_a_transfer_and_is_confirmed() -> None:
    talk = over()
    assert talk.says("stop calling me") == ["We won't ring again."]
    assert (talk.suppressed, talk.outcome) == (True, "removed")


def test_words_over_its_line_that_fit_nothing_leave_the_rest_of_it_to_be_said_and_then_the_transfer() -> None:
    talk = over("u1")
    talk.send(SpeechCut(talk.at, talk.pending.pop(), "It costs"))
    talk.send(CallerSaid(2.0, "purple elephants", reached=Reached("u2", 3)))
    assert talk.said == ["It costs ten pence."]
    assert orders(talk) == [Transfer]
    talk.transfers("answered")
    assert talk.outcome == "good"


def test_an_opt_out_in_two_parts_over_its_line_is_one() -> None:
    talk = over()
    talk.says("please never", "call this number again")
    assert (talk.suppressed, talk.state) == (True, "gone")


def test_two_parts_that_mean_nothing_together_are_two() -> None:
    talk = over()
    talk.says("please never", "mind the gap")
    assert (talk.suppressed, talk.state) == (False, "start")


def test_words_that_began_before_its_line_was_over_are_still_said_to_us() -> None:
    talk = over("u1", "u2")
    talk.send(CallerSaid(2.0, "how much is it", reached=Reached("u2", 3)))
    assert talk.state == "priced"
    assert orders(talk) == [Transfer, Dismiss]


def test_the_calls_time_may_run_out_before_it() -> None:
    talk = over()
    talk.send(TimerFired(60.0, "after-60"))
    assert talk.state == "timed"
    assert orders(talk) == [Transfer, Dismiss]


def test_what_was_said_over_a_line_that_may_not_be_cut_takes_the_place_of_the_transfer_once_it_was_heard() -> None:
    talk = Talk(OVER.replace("state start", "state start\n  barge-in never", 1), hears=False)
    talk.says("how much is it")
    assert talk.state == "start"
    for speech_id in ("u1", "u2"):
        talk.pending.remove(speech_id)
        talk.send(SpeechHeard(talk.at, speech_id))
    assert talk.state == "priced"
    assert orders(talk) == [Transfer, Dismiss]


def test_a_digression_takes_the_order_back_until_it_has_come_to_its_end() -> None:
    talk = Talk(ASIDE, hears=False, allowed=None)
    talk.says("how much is it")
    assert (talk.state, orders(talk)) == ("priced", [Transfer, Dismiss])
    talk.send(GuardAnswered(talk.at, "guard-2", allowed=True, reasons=()))
    assert (talk.state, orders(talk)) == ("start", [Transfer, Dismiss, Transfer])
    assert len({each.request_id for each in talk.commands if isinstance(each, Transfer)}) == 1
    talk.transfers("answered")
    assert talk.outcome == "good"
