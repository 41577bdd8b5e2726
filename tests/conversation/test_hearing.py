"""What was heard: transcripts, firm lines, doubt, repetition."""

from __future__ import annotations

from flowengine.conversation.commands import StopSpeaking
from flowengine.conversation.events import CallerSaid, SpeechCut, SpeechHeard
from flowengine.conversation.transcript import Utterance
from tests.conversation.talk import Talk

FLOW = """
line identity "This is Amy." "The call is recorded."

state start
  say identity
  say "Shall I go on?"
  listen
    agree -> goodbye
    refuse: end bad
    silence: again

state goodbye
  say "Goodbye."
  end good
"""


def test_the_transcript_holds_what_was_heard() -> None:
    talk = Talk(FLOW, hears=False)
    first, second = talk.pending
    talk.pending = []
    talk.send(SpeechHeard(2.0, first))
    talk.send(SpeechCut(3.0, second, "Shall I"))
    talk.send(CallerSaid(4.0, "yes"))
    assert talk.conversation.transcript == (
        Utterance(0.0, "agent", "This is Amy. The call is recorded.", heard=True),
        Utterance(0.0, "agent", "Shall I", heard=False),
        Utterance(4.0, "caller", "yes", heard=True),
        Utterance(4.0, "agent", "Goodbye.", heard=False),
    )


def test_a_line_that_was_never_played_leaves_no_trace() -> None:
    talk = Talk(FLOW, hears=False)
    talk.says("yes")
    talk.hear()
    assert [each.text for each in talk.conversation.transcript] == ["yes", "Goodbye."]


def test_a_line_counts_as_heard_only_when_played_to_its_end() -> None:
    talk = Talk(FLOW, hears=False)
    assert talk.conversation.heard_lines == frozenset()
    talk.hear()
    assert talk.conversation.heard_lines == {"identity"}


def test_a_greeting_cut_short_by_a_hello_begins_again() -> None:
    talk = Talk(FLOW, hears=False)
    first, second = talk.pending
    talk.pending = []
    talk.send(SpeechCut(0.8, first, "This is"))
    talk.send(SpeechCut(0.8, second, ""))
    assert talk.says("Hello?") == ["This is Amy. The call is recorded.", "Shall I go on?"]
    talk.hear()
    assert talk.conversation.heard_lines == {"identity"}
    assert talk.turns("caller") == ["Hello?"]


def test_words_that_cut_the_agent_short_are_a_turn() -> None:
    talk = Talk(FLOW, hears=False)
    for speech_id in talk.pending:
        talk.send(SpeechCut(0.8, speech_id, ""))
    talk.pending = []
    assert talk.says("yes") == ["Goodbye."]


def test_each_caller_turn_stands_once_in_the_transcript() -> None:
    talk = Talk(FLOW)
    talk.says("what lovely weather", "yes")
    assert talk.turns("caller") == ["what lovely weather", "yes"]


def test_a_firm_line_defers_an_answer_until_it_was_heard() -> None:
    talk = Talk(FLOW, hears=False, firm=frozenset({"identity"}))
    assert talk.says("no") == []
    assert not talk.did(StopSpeaking)
    first, second = talk.pending
    talk.send(SpeechHeard(2.0, first))
    assert talk.outcome == "bad"
    assert talk.turns("caller") == ["no"]
    talk.send(SpeechCut(2.0, second, ""))


TWO_QUESTIONS = """
line identity "This is Amy." "The call is recorded."

state start
  say identity
  say "Is that Sam?"
  listen
    agree -> offer
    refuse: end bad
    silence or otherwise: again

state offer
  say "Shall I book it?"
  listen
    agree: end good
    refuse: end bad
    silence or otherwise: again
"""


def test_what_is_said_twice_into_a_firm_line_answers_one_question() -> None:
    talk = Talk(TWO_QUESTIONS, hears=False, firm=frozenset({"identity"}))
    talk.says("yes please", "yes")
    talk.send(SpeechHeard(3.0, talk.pending[0]))
    # The second "yes" came before the second question, and was no answer to it.
    assert (talk.conversation.state, talk.outcome) == ("offer", None)
    assert talk.turns("caller") == ["yes please yes"]


def test_an_opt_out_is_never_deferred() -> None:
    talk = Talk(FLOW, hears=False, firm=frozenset({"identity"}))
    talk.says("stop calling me")
    assert talk.suppressed


DOUBT = """
intent upstairs "the caller asks about upstairs"
  "the bedroom"

intent downstairs "the caller wants his kitchen done"
  "the kitchen"

state start
  say "Which room?"
  listen
    upstairs: end good
    downstairs: end bad
    otherwise: again "Sorry, which room?"
    silence: again
"""


def test_equal_meanings_are_a_question_to_the_caller() -> None:
    talk = Talk(DOUBT)
    assert talk.says("the bedroom the kitchen") == ["Sorry, did you mean to ask about upstairs?"]
    assert talk.understood.intent is None
    assert talk.expecting == "choice"
    talk.says("yes")
    assert talk.outcome == "good"


def test_equal_meanings_that_lead_to_the_same_place_are_no_question() -> None:
    talk = Talk(DOUBT.replace("downstairs: end bad", "downstairs: end good"))
    talk.says("the bedroom the kitchen")
    assert talk.outcome == "good"


def test_no_to_the_question_means_the_other() -> None:
    talk = Talk(DOUBT)
    talk.says("the bedroom the kitchen", "no")
    assert talk.outcome == "bad"


def test_another_answer_is_taken_as_said() -> None:
    talk = Talk(DOUBT)
    talk.says("the bedroom the kitchen", "the kitchen")
    assert talk.outcome == "bad"


def test_silence_after_the_question_asks_the_states_own_again() -> None:
    talk = Talk(DOUBT)
    talk.says("the bedroom the kitchen")
    assert talk.waits() == ["Which room?"]


def test_the_same_line_is_not_spoken_twice_in_a_row() -> None:
    talk = Talk(
        """
line offer "It's free."

state start
  say offer
  say offer
  -> other

state other
  say offer
  listen
    agree: end good
    silence: again
"""
    )
    assert talk.said == ["It's free."]
    assert talk.waits() == ["It's free."]


def test_what_came_before_is_known_to_templates() -> None:
    talk = Talk(
        """
state start
  say "Well?"
  listen
    agree: end good
    otherwise: again "You said {{ last_heard }}, in turn {{ turns }}, on a {{ now.strftime('%A') }} {{ daypart }}."
    silence: again
"""
    )
    assert talk.says("lovely weather") == ["You said lovely weather, in turn 1, on a Tuesday morning."]
