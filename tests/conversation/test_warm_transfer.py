"""A warm transfer: the caller waits with us while a colleague is rung and told, and then is sent to them."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Dismiss, Hold, Join, Speak, Transfer
from flowengine.conversation.consulting import FILLER_EVERY_S, LONGEST_BRIEFING, LONGEST_S
from flowengine.conversation.events import (
    CallerHungUp,
    ColleagueReady,
    EndRequested,
    TimerFired,
    TransferEnded,
    TransferResult,
)
from flowengine.conversation.staying import STAYS, STILL
from flowengine.graph.compile import compile_text
from flowengine.graph.model import OnIntent
from flowengine.graph.model import Transfer as Order
from tests.conversation.talk import HEAD, INTENTS, Talk, compiled
from tests.conversation.test_transfer import ROBOT, UNANSWERED

HELP = f"""
contact
  name: text = "Sam"

intent never_mind "changed their mind"
  "never mind" "leave it"

state start
  say "I'll put you through."
  transfer "+44 113 496 0000"
    briefing "{{{{ contact.name }}}} would like to spread the payments."
    filler "I'm still trying."
    never_mind or press 0 -> later
    answered: end good
    busy or no_answer -> later
    failed -> broken
{UNANSWERED}
anywhere
{ROBOT}"""
SAM = {"name": "Sam"}
EXPLAIN = """
action look_up() -> maker: text
  python "acme:look_up"
  timeout 2s
  effect none

state explain
  say "Let me look that up."
  do look_up()
    ok
      say "I was made by {{ maker }}."
      resume
    error: resume
"""


def of(talk: Talk, kind: type) -> list[object]:
    return [command for command in talk.commands if isinstance(command, kind)]


def test_the_order_holds_the_briefing_and_nobody_hears_it_as_said() -> None:
    talk = Talk(HELP, SAM)
    assert talk.order(Transfer).briefing == "Sam would like to spread the payments."
    assert talk.turns("agent") == ["I'll put you through."]
    assert of(talk, Hold) == [Hold(True)]


@pytest.mark.parametrize(
    ("result", "outcome"), [("answered", "good"), ("busy", None), ("no_answer", None), ("failed", "bad")]
)
def test_each_result_takes_its_branch_and_the_music_ends(result: TransferResult, outcome: str | None) -> None:
    talk = Talk(HELP, SAM)
    talk.transfers(result)
    assert talk.outcome == outcome
    assert outcome is not None or of(talk, Hold)[-1] == Hold(False)
    assert not of(talk, Dismiss), "whoever told how it ended knows that the colleague has gone"


def test_the_filler_is_said_again_and_again_until_the_colleague_is_ready() -> None:
    talk = Talk(HELP, SAM)
    assert talk.waits(3 * FILLER_EVERY_S) == ["I'm still trying."] * 3
    talk.send(ColleagueReady(talk.at, "transfer-1"))
    assert of(talk, Join) == [Join("transfer-1")]
    assert of(talk, Hold)[-1] == Hold(False)
    assert talk.timers == {}
    talk.says("are you a robot")
    assert talk.turns("agent")[-1] == "I'm still trying.", "the caller is on the way, and is not spoken to"
    talk.transfers("answered")
    assert talk.outcome == "good"


def test_a_colleague_who_is_ready_waits_for_an_answer_that_is_being_given() -> None:
    talk = Talk(HELP.replace('    say "I\'m a machine."\n    resume', "    -> explain") + EXPLAIN, SAM)
    talk.says("are you a robot")
    assert of(talk, Hold)[-1] == Hold(False)
    talk.send(ColleagueReady(talk.at, "transfer-1"))
    assert not of(talk, Join), "the caller is owed an answer"
    assert talk.acts({"maker": "Acme"}) == ["I was made by Acme."]
    assert of(talk, Join) == [Join("transfer-1")]
    talk.transfers("answered")
    assert talk.outcome == "good"


def test_a_caller_may_leave_the_wait_by_words_or_by_a_key() -> None:
    talk = Talk(HELP, SAM)
    assert talk.says("never mind") == ["Nobody is free."]
    assert of(talk, Dismiss) == [Dismiss("transfer-1")]
    talk = Talk(HELP, SAM)
    talk.presses("0")
    assert (talk.state, of(talk, Dismiss)) == ("later", [Dismiss("transfer-1")])
    talk.send(ColleagueReady(talk.at, "transfer-1"))
    talk.send(TransferEnded(talk.at, "transfer-1", "answered"))
    assert (talk.state, of(talk, Join)) == ("later", [])


def test_an_opt_out_ends_the_wait_at_once() -> None:
    talk = Talk(HELP, SAM)
    talk.says("stop calling me")
    assert talk.suppressed
    assert of(talk, Dismiss) == [Dismiss("transfer-1")]
    assert talk.outcome is not None


@pytest.mark.parametrize("event", [CallerHungUp(3.0), EndRequested(3.0, "operator", "Goodbye.")])
def test_a_call_that_ends_lets_the_colleague_go(event: CallerHungUp | EndRequested) -> None:
    talk = Talk(HELP, SAM)
    talk.send(event)
    assert of(talk, Dismiss) == [Dismiss("transfer-1")]


def test_a_telephone_that_never_tells_is_given_up() -> None:
    talk = Talk(HELP, SAM)
    talk.waits(LONGEST_S)
    assert (talk.state, of(talk, Dismiss)) == ("later", [Dismiss("transfer-1")])


def test_a_briefing_is_one_line_and_not_endless() -> None:
    long = "{{ contact.name }} would like" + " something" * 100
    talk = Talk(HELP.replace("{{ contact.name }} would like to spread the payments.", long), {"name": "Sam \n Jones"})
    briefing = talk.order(Transfer).briefing
    assert briefing is not None
    assert len(briefing) <= LONGEST_BRIEFING
    assert briefing.startswith("Sam Jones would like something")
    assert briefing.endswith("something")


def test_a_transfer_without_a_briefing_is_as_it_was() -> None:
    cold = HELP.replace('    briefing "{{ contact.name }} would like to spread the payments."\n', "")
    cold = cold.replace('    filler "I\'m still trying."\n    never_mind or press 0 -> later\n', "").replace(
        'intent never_mind "changed their mind"\n  "never mind" "leave it"\n', ""
    )
    talk = Talk(cold, SAM)
    assert talk.order(Transfer).briefing is None
    assert not of(talk, Hold)
    assert not [speak for speak in of(talk, Speak) if "spread" in str(speak)]


@pytest.mark.parametrize("word", ["refuse", "decline", "reject"])
def test_what_the_caller_means_while_they_wait_may_be_an_intent_of_a_library(word: str) -> None:
    """Elsewhere these are results of a transfer; where an intent has the name, it is meant, wherever it is written."""
    flow = HELP.replace("never_mind or press 0", f"{word} or press 0").split("anywhere")[0]
    library = INTENTS.replace("intent refuse", f"intent {word}")
    using = HEAD.replace("outcome good", "  use words\n\noutcome good", 1)
    for found in (compiled(flow, head=using, intents="", words=library), compiled(flow + library, intents="")):
        waiting = found.states["start"].body[-1]
        assert isinstance(waiting, Order)
        assert waiting.branches[0].triggers[0] == OnIntent(word)


@pytest.mark.parametrize("word", ["reject", "silence"])
def test_what_stands_under_a_wait_is_told_as_it_is(word: str) -> None:
    flow = f"{HEAD}{INTENTS}{HELP}".replace("never_mind or press 0", f"{word} or press 0")
    wrong = [each.message for each in compile_text(flow).errors if each.code == "FL310"]
    assert wrong == ["a warm transfer only says 'answered', 'busy', 'no_answer', 'failed', and hears intents and keys"]


REFUSALS = ("don't put me through", "no thanks goodbye", "no I do not want to be put through")


@pytest.mark.parametrize("said", REFUSALS)
@pytest.mark.parametrize("seconds", [0, FILLER_EVERY_S])
def test_who_refuses_is_asked_and_put_in_no_room_without_a_yes(said: str, seconds: float) -> None:
    talk = Talk(HELP, SAM)
    if seconds:
        talk.waits(seconds)
    assert talk.says(said) == [STILL]
    assert of(talk, Hold)[-1] == Hold(False), "no music over a question"
    talk.send(ColleagueReady(talk.at, "transfer-1"))
    assert not of(talk, Join), "the colleague waits for the answer"
    assert STAYS in talk.waits(6)
    assert (talk.state, of(talk, Dismiss), of(talk, Join)) == ("broken", [Dismiss("transfer-1")], [])


def test_who_still_wants_it_goes_on_waiting_and_is_put_through() -> None:
    talk = Talk(HELP, SAM)
    assert talk.says("no thanks", "oh go on then") == []
    assert of(talk, Hold)[-1] == Hold(True)
    assert talk.waits(FILLER_EVERY_S) == ["I'm still trying."]
    talk.send(ColleagueReady(talk.at, "transfer-1"))
    assert (of(talk, Join), of(talk, Dismiss)) == ([Join("transfer-1")], [])


def test_the_filler_does_not_talk_into_the_question() -> None:
    talk = Talk(HELP, SAM)
    talk.waits(FILLER_EVERY_S - 2)
    talk.says("no thanks")
    filler = next(each for each in talk.timers if each.startswith("filler"))
    talk.send(TimerFired(talk.at + 2, filler))
    assert talk.said == []
    assert talk.says("no")[0] == STAYS
