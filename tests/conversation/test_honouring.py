"""What every caller may say, in a flow that knows nothing of it."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Record
from flowengine.conversation.honouring import INBOUND, OUTBOUND, floor_under
from flowengine.conversation.understanding import Matcher
from flowengine.graph.model import Flow
from tests.conversation.talk import HEAD, Talk, compiled

BODY = """
slot rooms: number
  ask "How many?"

state start
  say "This call is recorded."
  record start
  say "Shall I go on?"
  listen
    agree -> offer
    otherwise: again "Sorry?"
    silence: again

state offer
  say "Good. And how many rooms?"
  collect rooms
    done or failed -> bye

state bye
  say "Goodbye."
  end good
"""
AGREE = 'intent agree "yes"\n  "yes"\n'
FULL = (
    "outcome complained suppress\noutcome vulnerable\noutcome emergency\noutcome wrong_number\noutcome callback retry\n"
)


def bare(direction: str = "outbound", outcomes: str = "") -> Flow:
    return compiled(BODY, head=HEAD.replace("outbound", direction) + outcomes, intents=AGREE)


GOES_ON = [
    ("are you a robot", "robot_question"),
    ("who are you", "who_are_you"),
    ("where did you get my number", "my_number"),
    ("please don't record this", "dont_record"),
]
ENDS = [
    ("I want to make a complaint", "complaint", "complained"),
    ("my wife has died", "distress", "vulnerable"),
    ("call an ambulance", "emergency", "emergency"),
    ("you've got the wrong number", "wrong_person", "wrong_number"),
    ("I'm driving", "driving", "callback"),
    ("can I speak to a real person", "human_request", "callback"),
]


def _words(kind: str, *, inbound: bool = False) -> str:
    answers = {str(name): answer for name, answer in (INBOUND if inbound else OUTBOUND).items()}
    return answers[kind].text.format(name="Amy", company="Hearth & Home")


@pytest.mark.parametrize(("said", "kind"), GOES_ON)
def test_a_question_is_answered_and_the_call_goes_on(said: str, kind: str) -> None:
    talk = Talk(bare())
    assert talk.says(said) == [_words(kind), "Shall I go on?"]
    assert talk.understood.intent == kind
    assert talk.state == "start"


@pytest.mark.parametrize(("said", "kind", "outcome"), ENDS)
def test_what_forbids_going_on_ends_a_call_of_ours(said: str, kind: str, outcome: str) -> None:
    talk = Talk(bare(outcomes=FULL))
    assert talk.says(said) == [_words(kind)]
    assert talk.outcome == outcome


@pytest.mark.parametrize(("said", "kind", "outcome"), ENDS)
def test_without_an_outcome_for_it_the_engine_has_ended_the_call(said: str, kind: str, outcome: str) -> None:
    talk = Talk(bare())
    talk.says(said)
    assert talk.outcome == "failed"


@pytest.mark.parametrize("direction", ["outbound", "inbound"])
def test_an_opt_out_needs_no_intent(direction: str) -> None:
    talk = Talk(bare(direction))
    talk.says("please take me off your list")
    assert talk.suppressed
    assert talk.outcome == "removed"


def test_a_complaint_means_no_more_calls() -> None:
    talk = Talk(bare())
    talk.says("I want to complain")
    assert talk.suppressed
    assert "complaint" in talk.notes


@pytest.mark.parametrize("said", ["I want to make a complaint", "my wife has died", "can I speak to a real person"])
def test_whoever_rings_us_is_noted_and_the_call_goes_on(said: str) -> None:
    talk = Talk(bare("inbound"))
    assert talk.says(said)[1:] == ["Shall I go on?"]
    assert talk.outcome is None
    assert talk.says(said) == ["Sorry?"]


@pytest.mark.parametrize(("said", "kind"), GOES_ON)
def test_it_is_heard_where_a_value_is_asked_for(said: str, kind: str) -> None:
    talk = Talk(bare())
    talk.says("yes")
    assert talk.says(said) == [_words(kind), "How many?"]


def test_the_recording_stops_and_does_not_begin_again() -> None:
    talk = Talk(bare())
    talk.says("don't record me")
    assert [command.start for command in talk.commands if isinstance(command, Record)] == [True, False]


def test_a_flow_s_own_words_answer_first() -> None:
    flow = compiled(BODY + '\nanywhere\n  robot_question\n    say "Beep."\n    resume\n')
    talk = Talk(flow)
    assert talk.says("are you a robot") == ["Beep.", "Shall I go on?"]
    assert talk.says("hold on, am I talking to a machine here") == ["Beep.", "Shall I go on?"]


DENTIST = """
intent nervous "the caller is afraid of treatment"
  "I'm scared of the dentist"
intent distress "distress"
  "I'm scared"
"""


def test_a_whole_phrase_of_the_flow_comes_before_distress_that_it_contains() -> None:
    matcher = Matcher(compiled(BODY, head=HEAD, intents=AGREE + DENTIST).intents)
    for said, taken in (("I'm scared of the dentist", "nervous"), ("I'm scared", "distress")):
        unanswered, heard = floor_under(
            said, matcher.intents, matcher.intents, matcher.understand(said, matcher.intents)
        )
        assert (unanswered, heard[0].intent) == (None, taken)


def test_a_whole_phrase_of_the_flow_does_not_hide_an_opt_out() -> None:
    matcher = Matcher(compiled(BODY, head=HEAD, intents=AGREE + DENTIST).intents)
    said = "I'm scared of the dentist, stop calling me"
    _, heard = floor_under(said, matcher.intents, matcher.intents, matcher.understand(said, matcher.intents))
    assert heard[0].intent == "opt_out"


def test_dont_stop_carry_on_is_none_of_these() -> None:
    talk = Talk(bare())
    talk.says("don't stop, carry on")
    assert not talk.suppressed
    assert talk.outcome is None


def test_a_card_number_is_not_wanted() -> None:
    talk = Talk(bare())
    assert talk.says("it's [card number]") == [_words("card_number"), "Shall I go on?"]
