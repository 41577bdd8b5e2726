"""States, statements, branches, rungs: the semantics of `listen`."""

from __future__ import annotations

from flowengine.conversation.commands import Listen, StartTimer, StopSpeaking
from flowengine.conversation.events import SpeechHeard
from tests.conversation.talk import Talk

GREETING = """
state greeting
  say "Hello."
  say "Am I speaking with Sam?"
  listen 5s
    agree -> happy
    refuse: end bad
    price
      say "It's free."
      resume
    silence: again "Is Sam there?"
    otherwise: again
    silence or otherwise 3 -> goodbye

state happy
  say "Good."
  end good

state goodbye
  say "Goodbye."
  end bad
"""


def test_a_state_speaks_and_then_listens() -> None:
    talk = Talk(GREETING)
    assert talk.said == ["Hello.", "Am I speaking with Sam?"]
    assert talk.expecting == "choice"
    assert talk.listening.intents == ("agree", "refuse", "price")


def test_an_intent_takes_its_branch() -> None:
    talk = Talk(GREETING)
    assert talk.says("Yes, that's right.") == ["Good."]
    assert (talk.state, talk.outcome) == ("happy", "good")


def test_a_branch_may_end_the_call_by_itself() -> None:
    talk = Talk(GREETING)
    talk.says("no thanks")
    assert talk.outcome == "bad"
    assert talk.state == "greeting"


def test_again_with_a_text_speaks_the_text_alone() -> None:
    talk = Talk(GREETING)
    assert talk.waits() == ["Is Sam there?"]


def test_again_without_a_text_asks_the_question_and_repeats_no_statement() -> None:
    talk = Talk(GREETING)
    assert talk.says("the weather is lovely") == ["Am I speaking with Sam?"]
    assert talk.entered == ["greeting"]


def test_resume_in_a_branch_asks_the_open_question() -> None:
    talk = Talk(GREETING)
    assert talk.says("how much is it") == ["It's free.", "Am I speaking with Sam?"]


def test_joined_events_are_counted_together() -> None:
    talk = Talk(GREETING)
    talk.waits()
    talk.says("the weather is lovely")
    assert talk.state == "greeting"
    assert talk.waits() == ["Goodbye."]


def test_a_digression_that_returns_does_not_reset_the_rungs() -> None:
    talk = Talk(GREETING)
    talk.waits()
    talk.says("how much is it")
    talk.waits()
    assert talk.waits() == ["Goodbye."]


def test_silence_counts_from_the_end_of_what_was_heard() -> None:
    talk = Talk(GREETING, hears=False)
    assert not talk.did(StartTimer)
    talk.hear()
    assert talk.timers == {"silence-1": 5.0}


def test_an_answer_cancels_the_silence_timer() -> None:
    talk = Talk(GREETING)
    talk.says("how much is it")
    assert list(talk.timers) == ["silence-2"]


def test_speech_while_the_agent_speaks_is_taken_at_once() -> None:
    talk = Talk(GREETING, hears=False)
    talk.says("yes")
    assert talk.did(StopSpeaking)
    assert talk.said == ["Good."]


def test_a_hello_over_the_greeting_is_no_answer() -> None:
    talk = Talk(GREETING, hears=False)
    assert talk.says("Hello?") == []
    assert not talk.did(StopSpeaking)
    assert talk.turns("caller") == ["Hello?"]
    talk.hear()
    assert talk.waits() == ["Is Sam there?"]


def test_a_cough_is_no_turn() -> None:
    talk = Talk(GREETING)
    talk.says("", "  ", "...")
    assert talk.latest == []
    assert talk.turns("caller") == []


def test_thinking_aloud_only_gives_more_time() -> None:
    talk = Talk(GREETING)
    assert talk.says("Um, er…") == []
    assert talk.timers == {"silence-2": 6.0}


def test_a_branch_without_a_closing_listens_on() -> None:
    talk = Talk(
        """
state only
  say "Well?"
  listen
    price
      say "It's free."
    agree: end good
    silence: again
"""
    )
    assert talk.says("how much is it") == ["It's free."]
    assert talk.did(Listen)
    talk.says("yes")
    assert talk.outcome == "good"


def test_a_self_move_runs_the_statements_anew_and_keeps_the_rungs() -> None:
    talk = Talk(
        """
state only
  say "Well?"
  listen
    agree: end good
    silence -> only
    silence 3: end bad
"""
    )
    assert talk.waits() == ["Well?"]
    talk.waits()
    talk.waits()
    assert (talk.outcome, talk.entered) == ("bad", ["only", "only", "only"])


def test_rungs_begin_anew_when_entered_from_elsewhere() -> None:
    talk = Talk(
        """
state first
  say "First?"
  listen
    agree -> second
    silence: again
    silence 2: end bad

state second
  say "Second?"
  listen
    agree -> first
    silence: again
"""
    )
    talk.waits()
    talk.says("yes", "yes")
    assert talk.waits() == ["First?"]


def test_silence_that_nothing_handles_repeats_the_question_twice_and_ends() -> None:
    talk = Talk('state only\n  say "Well?"\n  listen\n    agree: end good')
    assert talk.waits() == ["Well?"]
    assert talk.waits() == ["Well?"]
    assert talk.waits() == []
    assert talk.outcome == "failed"


def test_words_that_nothing_handles_get_an_apology_and_the_question() -> None:
    talk = Talk('state only\n  say "Well?"\n  listen\n    agree: end good')
    assert talk.says("the weather is lovely") == ["Sorry, I didn't catch that.", "Well?"]


def test_the_states_branch_wins_over_anywhere() -> None:
    talk = Talk(
        """
state only
  say "Well?"
  listen
    price: end good
    silence: again

anywhere
  price: end bad
"""
    )
    talk.says("how much is it")
    assert talk.outcome == "good"


def test_conditions_and_variables() -> None:
    talk = Talk(
        """
state only
  set price_now = 14.50 if daypart == "morning" else 22
  if price_now < 20
    say "It's {{ price_now | money }}."
  else
    say "It's dear."
  note "quoted {{ price_now }}"
  end good
"""
    )
    assert talk.said == ["It's fourteen pounds fifty."]
    assert talk.notes == ["quoted 14.5"]
    assert talk.conversation.variables == {"price_now": 14.5}


def test_a_wait_is_heard_before_silence_counts() -> None:
    talk = Talk(
        """
state only
  say "One moment."
  wait 2s
  listen
    agree: end good
    silence: again
""",
        hears=False,
    )
    spoken, pause = talk.pending
    talk.send(SpeechHeard(1.0, spoken))
    assert talk.timers == {}
    talk.send(SpeechHeard(3.0, pause))
    assert list(talk.timers) == ["silence-1"]
