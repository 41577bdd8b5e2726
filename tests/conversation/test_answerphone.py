"""An answering machine at the other end: noticed, heard out, and then dealt with as the flow says."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import HearGreeting, Screened, Speak, StopSpeaking
from flowengine.conversation.events import (
    CallerSaid,
    GreetingEnded,
    GreetingRecognised,
    GuardAnswered,
    LineJudged,
    SpeechHeard,
)
from tests.conversation.talk import HEAD, Talk, compiled

OPENING = ["Hello, this is Amy, an automated assistant.", "Is now a good time?"]
FLOW = """
state start
  say "Hello, this is Amy, an automated assistant."
  say "Is now a good time?"
  listen
    agree -> more
    refuse -> sorry
    silence or otherwise: again "Sorry?"

state more
  say "Shall we go on?"
  listen
    agree: again "And now?"
    refuse: end good
    silence or otherwise: again

state sorry
  say "Sorry to have troubled you."
  end bad

anywhere
  opt_out: end removed
  MACHINE
"""
LEAVES = "machine -> message\n"
MESSAGE = """
state message
  say "This is Amy."
  say "Please ring us."
  end bad
"""
GREETING = "You've reached Dana. Please leave a message after the tone."


def call(machine: str = LEAVES, more: str = MESSAGE, *, hears: bool = True, head: str = HEAD) -> Talk:
    flow = FLOW.replace("  MACHINE\n", f"  {machine}" if machine else "")
    return Talk(compiled(flow + more, head=head), hears=hears)


def waits(talk: Talk) -> list[HearGreeting]:
    return [each for each in talk.latest if isinstance(each, HearGreeting)]


def ended(talk: Talk, by: str = "beep") -> list[str]:
    talk.at += 5
    talk.send(GreetingEnded(talk.at, by))  # type: ignore[arg-type]  # the table's words
    return talk.said


def test_a_verdict_silences_the_agent_until_the_greeting_has_ended() -> None:
    talk = call(hears=False)
    talk.send(LineJudged(2.0, "machine"))
    assert [type(each) for each in talk.latest][:2] == [StopSpeaking, HearGreeting]
    assert waits(talk)[0] == HearGreeting(on=True, quiet=3.0, longest=30.0)
    assert talk.state == "start"
    assert ended(talk) == ["This is Amy.", "Please ring us."]
    assert talk.conversation.heard_lines == frozenset()
    talk.hear()
    assert talk.conversation.outcome == "bad"


def test_the_message_is_not_interrupted_by_the_machines_noise() -> None:
    talk = call(hears=False)
    talk.send(LineJudged(2.0, "machine"))
    ended(talk)
    assert [each.interruptible for each in talk.latest if isinstance(each, Speak)] == [False, False]
    talk.says("To re-record your message press one")
    assert not any(isinstance(each, StopSpeaking) for each in talk.latest)


@pytest.mark.parametrize("words", [GREETING, "I'm not available to take your call", "The mailbox is full."])
def test_words_alone_are_enough_at_the_beginning_and_mean_nothing_else(words: str) -> None:
    talk = call()
    assert talk.says(words) == []
    assert waits(talk) == [HearGreeting(on=True, quiet=2.0, longest=30.0)]
    assert talk.conversation.turns == 0
    assert ended(talk, "quiet") == ["This is Amy.", "Please ring us."]
    assert Screened(by_machine=True, evidence=("words",)) in talk.commands


def test_words_of_several_utterances_are_read_together() -> None:
    talk = call(hears=False)
    talk.says("Hi, you've reached Dana")
    talk.says("I'm not here")
    assert waits(talk)


def test_what_was_said_before_we_were_heard_proves_nothing_with_what_comes_after() -> None:
    talk = call(hears=False)
    talk.says("Hi, you've reached Dana")
    talk.hear()
    talk.says("I'm not here")
    assert not waits(talk)


def test_words_that_are_still_being_said_are_enough() -> None:
    talk = call(hears=False)
    assert talk.conversation.screens
    talk.send(GreetingRecognised(2.0))
    assert waits(talk)[0].on
    assert not talk.conversation.screens


def test_an_opt_out_in_a_greeting_is_none() -> None:
    talk = call()
    talk.says(f"{GREETING} Stop calling me if you are selling something.", "don't call me again", "no thanks")
    assert ended(talk) == ["This is Amy.", "Please ring us."]
    assert talk.conversation.outcome == "bad"


def test_a_person_who_says_hello_into_the_quiet_hears_the_opening_again() -> None:
    talk = call(hears=False)
    talk.send(LineJudged(2.0, "machine"))
    assert talk.says("Hello? Hello?") == OPENING
    assert Screened(by_machine=False, evidence=("verdict",)) in talk.latest
    assert waits(talk) == [HearGreeting(on=False)]
    talk.hear()
    assert talk.says("yes") == ["Shall we go on?"]


def test_a_call_screen_is_heard_out_and_the_person_behind_it_is_talked_to() -> None:
    talk = call()
    talk.says("Please state your name and why you're calling.")
    assert waits(talk)[0].on
    assert talk.says("Hello, who's this?") == OPENING
    talk.says(GREETING)
    assert waits(talk)[0].on


def test_the_verdict_alone_hushes_no_opt_out_and_no_answer() -> None:
    talk = call()
    talk.send(LineJudged(2.0, "machine"))
    talk.says("stop calling me")
    assert talk.conversation.outcome == "removed"
    other = call()
    other.send(LineJudged(2.0, "machine"))
    assert other.says("no thanks") == ["Sorry to have troubled you."]
    third = call()
    third.send(LineJudged(2.0, "machine"))
    # Into the quiet that is "I'm here", and nothing that they agree to.
    assert third.says("yes") == OPENING


def test_whoever_has_had_two_turns_is_a_person() -> None:
    talk = call()
    talk.says("yes", "yes")
    talk.send(LineJudged(9.0, "machine"))
    assert not waits(talk)
    talk.says(GREETING)
    assert not waits(talk)


def test_a_verdict_that_comes_when_the_greeting_has_ended_is_acted_upon_at_once() -> None:
    talk = call()
    talk.send(LineJudged(9.0, "message_end"))
    assert talk.said == ["This is Amy.", "Please ring us."]


def test_the_greeting_that_the_verdict_tells_the_end_of_is_waited_for_no_longer() -> None:
    talk = call()
    talk.says(GREETING)
    talk.send(LineJudged(9.0, "message_end"))
    assert talk.said == ["This is Amy.", "Please ring us."]
    assert Screened(by_machine=True, evidence=("verdict", "words")) in talk.latest


def test_a_verdict_of_a_person_takes_one_of_a_machine_back_but_no_words() -> None:
    talk = call()
    talk.send(LineJudged(2.0, "machine"))
    talk.send(LineJudged(3.0, "person"))
    assert talk.said == OPENING
    talk.says(GREETING)
    talk.send(LineJudged(9.0, "person"))
    assert talk.said == []


@pytest.mark.parametrize(("evidence", "quiet"), [("words", 2.0), ("verdict", 6.0)])
def test_nobody_is_hung_up_on_by_the_verdict_alone_before_they_could_say_hello(evidence: str, quiet: float) -> None:
    for machine in ("machine: end bad\n", ""):
        talk = call(machine, "")
        if evidence == "words":
            talk.says(GREETING)
        else:
            talk.send(LineJudged(2.0, "machine"))
        assert [each.quiet for each in waits(talk)] == [quiet]


def test_without_a_branch_the_call_ends_with_the_outcome_that_fits() -> None:
    talk = call("", "")
    talk.says(GREETING)
    assert ended(talk) == []
    assert talk.conversation.outcome == "hung_up"
    other = call("", "", head=HEAD + "outcome no_answer retry\n")
    other.says(GREETING)
    ended(other)
    assert other.conversation.outcome == "no_answer"


def test_a_flow_that_listens_to_a_machine_is_over_when_the_message_was_heard() -> None:
    more = '\nstate message\n  say "Please ring us."\n  listen\n    silence or otherwise: end bad\n'
    talk = call(more=more, hears=False)
    talk.says(GREETING)
    assert ended(talk) == ["Please ring us."]
    assert talk.conversation.outcome is None
    talk.hear()
    assert talk.conversation.outcome == "hung_up"


def test_an_answer_from_outside_waits_until_the_greeting_has_ended() -> None:
    body = """
state start
  guard uk_outbound
    allowed -> pitch
    refused: end bad

state pitch
  say "Hello, this is Amy."
  listen
    silence or otherwise: end bad

anywhere
  machine: end good
"""
    talk = Talk(body, allowed=None)
    talk.send(LineJudged(1.0, "machine"))
    talk.send(GuardAnswered(1.5, "guard-1", allowed=True))
    assert talk.said == []
    talk.send(CallerSaid(2.0, "Hello?"))
    assert talk.said == ["Hello, this is Amy."]


def test_a_speech_that_was_heard_meanwhile_moves_nothing() -> None:
    talk = call(hears=False)
    talk.send(LineJudged(2.0, "machine"))
    talk.send(SpeechHeard(2.1, "u1"))
    assert talk.latest == []


def test_nothing_screens_a_call_that_comes_in() -> None:
    talk = call(head=HEAD.replace("outbound", "inbound"))
    talk.says(GREETING)
    assert not waits(talk)


def test_an_opt_out_in_a_greeting_counts_whoever_or_whatever_says_it() -> None:
    talk = call(hears=False)
    talk.says(GREETING)
    talk.says("don't call me again")
    assert (talk.suppressed, talk.understood.intent) == (True, "opt_out")
    assert ended(talk) == ["This is Amy.", "Please ring us."]


def test_somebody_who_picks_up_during_the_message_and_opts_out_is_answered() -> None:
    talk = call(hears=False)
    talk.says(GREETING)
    assert ended(talk) == ["This is Amy.", "Please ring us."]
    talk.says("stop calling me")
    assert (talk.suppressed, talk.understood.intent) == (True, "opt_out")
    assert talk.did(StopSpeaking)
    assert talk.conversation.outcome == "removed"
    assert Screened(by_machine=False, evidence=("beep", "words")) in talk.latest


@pytest.mark.parametrize(
    "words",
    [
        "stop calling me. Please leave a message after the tone",
        "if this is an emergency hang up and dial 999",
        "hello, who is this?",
    ],
)
def test_nothing_else_that_is_said_over_the_message_ends_it(words: str) -> None:
    talk = call(hears=False)
    talk.says(GREETING)
    ended(talk)
    assert talk.says(words) == []
    assert not talk.did(StopSpeaking)
