"""Guards, deadlines, hang-ups, ends from outside, failures: how a call stops, and what stays harmless after it."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Ended, Hangup, Speak, StopSpeaking
from flowengine.conversation.events import (
    CallerPressed,
    CallerSaid,
    Connected,
    EndRequested,
    Event,
    GuardAnswered,
    SpeechCut,
    SpeechHeard,
    TimerFired,
)
from flowengine.conversation.honouring import SUPPRESSED
from tests.conversation.talk import Talk

SIMPLE = """
state start
  say "Well?"
  listen
    agree -> goodbye
    silence: again

state goodbye
  say "Goodbye."
  end good
"""
GUARDED = """
state start
  guard uk_outbound
    allowed -> hello
    refused: end bad

state hello
  say "Hello?"
  listen
    agree: end good
    silence: again
"""


def test_a_farewell_is_spoken_to_its_end() -> None:
    talk = Talk(SIMPLE)
    talk.says("yes")
    speech, hangup, ended = talk.latest[-3:]
    assert isinstance(speech, Speak)
    assert not speech.interruptible
    assert (hangup, ended) == (Hangup("good"), Ended("good"))


@pytest.mark.parametrize(
    ("words", "is_one"),
    [
        (("please never", "call this number again"), True),
        (("don't", "call me again"), True),
        (("please", "never", "ring me again"), True),
        (("please never", "mind the gap"), False),
        (("call me again", "please"), False),
    ],
)
def test_an_opt_out_in_several_parts_over_the_farewell_is_one(words: tuple[str, ...], is_one: bool) -> None:
    talk = Talk(SIMPLE)
    talk.says("yes")
    talk.says(*words)
    assert talk.suppressed is is_one
    assert (talk.outcome, talk.said) == ("good", [SUPPRESSED] if is_one else [])


def test_a_guard_lets_through_or_ends() -> None:
    assert Talk(GUARDED).state == "hello"
    refused = Talk(GUARDED, allowed=False)
    assert refused.outcome == "bad"
    assert refused.notes == ["guard uk_outbound refused OUTSIDE_HOURS"]


def test_words_while_the_guard_is_asked_are_kept_and_answer_nothing() -> None:
    talk = Talk(GUARDED, allowed=None)
    assert talk.says("hello?") == []
    talk.send(GuardAnswered(2.0, "guard-1", allowed=True))
    assert talk.said == ["Hello?"]
    assert talk.turns("caller") == ["hello?"]


def test_an_opt_out_while_the_guard_is_asked_is_honoured() -> None:
    talk = Talk(GUARDED, allowed=None)
    talk.says("stop calling me")
    assert talk.suppressed
    assert talk.outcome == "removed"


def test_a_guards_answer_reaches_the_state_that_a_digression_interrupted() -> None:
    talk = Talk(
        GUARDED
        + """
state robot
  if turns > 100
    end bad
  else
    say "I'm a machine. Shall I go on?"
    listen
      agree -> return_now
      silence: again

state return_now
  if turns > 100
    end bad
  else
    resume

anywhere
  robot_question
    say "I'm a machine."
    resume
""",
        allowed=None,
    )
    assert talk.says("is this a robot") == ["I'm a machine."]
    talk.send(GuardAnswered(3.0, "guard-1", allowed=True))
    assert talk.state == "hello"


def test_the_deadline_counts_from_the_connection_and_interrupts() -> None:
    talk = Talk(SIMPLE + "\nanywhere\n  after 8m -> goodbye\n", hears=False)
    assert talk.timers == {"after-480": 480.0}
    talk.waits(480)
    assert talk.did(StopSpeaking)
    assert talk.outcome == "good"


def test_a_hang_up_ends_every_state() -> None:
    talk = Talk(SIMPLE, hears=False)
    talk.hangs_up()
    assert talk.outcome == "hung_up"
    assert talk.turns("agent") == []


def test_anywhere_hangup_notes_and_ends() -> None:
    talk = Talk(
        SIMPLE
        + """
anywhere
  hangup
    note "left in {{ turns }} turns"
    end bad
"""
    )
    talk.hangs_up()
    assert (talk.outcome, talk.notes) == ("bad", ["left in 0 turns"])


def test_an_end_from_outside_says_its_message_and_hangs_up() -> None:
    talk = Talk(SIMPLE, hears=False)
    talk.send(EndRequested(3.0, "User declined offer", "I understand. Goodbye!"))
    assert talk.said == ["I understand. Goodbye!"]
    assert talk.did(StopSpeaking)
    assert talk.outcome == "failed"


def test_an_end_from_outside_may_name_an_outcome() -> None:
    talk = Talk(SIMPLE)
    talk.send(EndRequested(3.0, "removed by operator", outcome="removed"))
    assert talk.outcome == "removed"
    assert talk.suppressed
    other = Talk(SIMPLE)
    other.send(EndRequested(3.0, "odd", outcome="no_such"))
    assert other.outcome == "failed"


def test_a_missing_value_apologises_and_never_raises() -> None:
    talk = Talk('state start\n  if turns > 100\n    set missing = 1\n  say "It is {{ missing }}."\n  end good')
    assert talk.outcome == "failed"
    assert talk.said == ["I'm sorry, something has gone wrong at our end. Goodbye."]
    assert [note.rpartition(": ")[2] for note in talk.notes] == ["a value that is missing"]


LATE: list[Event] = [
    Connected(9.0),
    CallerSaid(9.0, "yes"),
    CallerPressed(9.0, "1"),
    SpeechHeard(9.0, "u99"),
    SpeechCut(9.0, "u99", "half"),
    TimerFired(9.0, "silence-1"),
    GuardAnswered(9.0, "guard-9", allowed=True),
    EndRequested(9.0, "late", "Goodbye again."),
]


@pytest.mark.parametrize("event", LATE, ids=lambda event: type(event).__name__)
def test_events_after_the_end_do_nothing(event: Event) -> None:
    talk = Talk(SIMPLE)
    talk.says("yes")
    talk.send(event)
    assert talk.latest == []
    talk.hangs_up()
    assert talk.outcome == "good"


def test_words_after_the_end_are_kept_and_an_opt_out_among_them_counts() -> None:
    talk = Talk(SIMPLE)
    talk.says("yes", "and don't call me again")
    assert talk.suppressed
    assert talk.outcome == "good"
    assert talk.turns("caller") == ["yes", "and don't call me again"]


@pytest.mark.parametrize("event", LATE[1:7], ids=lambda event: type(event).__name__)
def test_unknown_ids_do_nothing(event: Event) -> None:
    talk = Talk(SIMPLE)
    if isinstance(event, CallerSaid | CallerPressed | TimerFired):
        event = TimerFired(1.0, "no-such-timer")
    talk.send(event)
    assert talk.latest == []
    assert talk.state == "start"


def test_an_outcome_that_suppresses_writes_the_number_down() -> None:
    talk = Talk(SIMPLE.replace("end good", "end removed"))
    talk.says("yes")
    assert talk.suppressed


def test_an_opt_out_that_no_branch_handles_wins_over_intents_that_have_one() -> None:
    talk = Talk(SIMPLE)
    talk.says("yes yes but don't call me again")
    assert (talk.outcome, talk.suppressed) == ("removed", True)


def test_an_opt_out_that_no_branch_handles_is_confirmed_and_ends() -> None:
    talk = Talk(SIMPLE)
    assert talk.says("please don't call me again") == [
        "I've taken your number off our list, and we won't call you again. Goodbye."
    ]
    assert (talk.outcome, talk.suppressed) == ("removed", True)
