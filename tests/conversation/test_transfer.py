"""`transfer`: the caller is put through to a colleague."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Transfer
from flowengine.conversation.events import TimerFired, TransferResult
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
