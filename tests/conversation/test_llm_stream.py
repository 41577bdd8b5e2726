"""`llm`: a turn that comes sentence by sentence, and what may come in between."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import AskModel, CancelTimer, Listen
from flowengine.conversation.events import CallerSaid, ModelAnswered, SpeechCut
from flowengine.conversation.guarding import FAREWELL, INSTEAD
from flowengine.conversation.modelling import FILLER, sentences, whole_sentences
from tests.conversation.talk import Talk
from tests.conversation.test_llm import WORRY, worried

ASIDE = f"""{WORRY}  refuse -> aside

state aside
  say "Let me put that right."
  resume
"""
OUTBOUND = """
line who "This is {{ agent.name }}, calling for {{ agent.company }}."

policy introduced
  require heard(who) before pitch

state start
  say "Hello."
  llm "Chat."
    facts "We sell boilers."
    never "discounts"
    bought "the caller agrees" -> introduction
    limit 2 turns -> bye
    fallback "I see." -> bye

state introduction
  say who
  -> pitch

state pitch is pitch
  say "Shall I?"
  end good

state bye
  end bad
"""


def test_each_sentence_is_spoken_as_it_comes_and_the_turn_opens_at_the_end() -> None:
    talk = worried()
    assert talk.model_says("It covers old boilers.") == ["It covers old boilers."]
    assert not talk.did(Listen)
    assert talk.model_says("Shall we?") == ["Shall we?"]
    assert talk.model("") == []
    assert talk.did(Listen)
    assert talk.state == "worry"


def test_an_exit_is_taken_at_the_end_of_the_turn() -> None:
    talk = worried()
    talk.model_says("Good.")
    assert talk.state == "worry"
    assert talk.model("", "convinced") == ["Lovely."]
    assert talk.outcome == "good"


def test_a_turn_that_breaks_off_ends_with_the_fallback() -> None:
    talk = worried()
    talk.model_says("It covers old boilers.")
    assert talk.model_fails() == ["I understand.", "Goodbye."]
    assert talk.turns("agent")[-3:] == ["It covers old boilers.", "I understand.", "Goodbye."]


def test_what_is_still_there_is_said_before_the_turn_ends() -> None:
    talk = worried()
    talk.model_says("It covers old boilers.")
    assert talk.model("Shall we?") == ["Shall we?"]


def test_a_silent_model_is_covered_by_a_filler_once() -> None:
    talk = worried()
    assert talk.waits(1.6) == [FILLER]
    assert talk.waits(1.0) == []
    assert talk.model_says("It covers old boilers.") == ["It covers old boilers."]


def test_a_model_that_has_begun_needs_no_filler() -> None:
    talk = worried()
    talk.model_says("It covers old boilers.")
    assert talk.waits(3) == []


def test_a_filler_waits_until_nothing_is_being_said() -> None:
    talk = worried(hears=False)
    talk.send(CallerSaid(talk.at, "how much is it"))
    assert talk.pending
    assert talk.waits(2.2) == []
    talk.hear()
    assert talk.waits(0.6) == [FILLER]


def test_a_model_that_stalls_between_sentences_is_not_waited_for() -> None:
    talk = worried()
    talk.model_says("It covers old boilers.")
    assert talk.waits(7.9) == []
    assert talk.waits(0.2) == ["I understand.", "Goodbye."]


def test_the_question_asked_again_is_all_that_the_model_has_said() -> None:
    talk = worried()
    talk.model_says("It covers old boilers.", "Shall we?")
    talk.model("")
    assert talk.waits() == ["It covers old boilers. Shall we?"]


def test_sentences_after_the_caller_has_cut_in_wait_for_their_turn() -> None:
    talk = worried(hears=False)
    talk.model_says("It covers old boilers.")
    (cut,) = talk.pending
    talk.pending = []
    talk.send(SpeechCut(talk.at, cut, "It covers"))
    assert talk.model_says("Shall we?") == []
    assert talk.model("", "convinced") == [], "nor is an exit taken over the caller's head"
    assert talk.state == "worry"
    talk.says("but mine is older")
    assert talk.did(AskModel)
    assert talk.model("Even so.") == ["Even so."], "what the model had said before is gone"


def test_after_a_noise_the_model_goes_on_where_it_was() -> None:
    talk = worried(hears=False)
    talk.model_says("It covers old boilers.")
    (cut,) = talk.pending
    talk.pending = []
    talk.send(SpeechCut(talk.at, cut, "It covers"))
    talk.model_says("Shall we?")
    talk.model("")
    assert talk.says("mm") == ["It covers old boilers.", "Shall we?"]


def test_new_words_of_the_callers_end_the_stream() -> None:
    talk = worried()
    first = talk.order(AskModel)
    talk.model_says("It covers old boilers.")
    talk.says("and the pump")
    assert any(isinstance(each, CancelTimer) and each.timer_id == first.request_id for each in talk.latest)
    assert talk.model_says("Shall we?", order=first) == []


def test_a_handler_in_mid_stream_is_answered_and_the_turn_said_from_its_beginning() -> None:
    talk = worried()
    talk.model_says("It covers old boilers.")
    assert talk.says("how much is it") == ["It's free.", "It covers old boilers."]
    assert talk.model_says("Shall we?") == ["Shall we?"]


def test_a_digression_in_mid_stream_keeps_what_comes_for_later() -> None:
    talk = worried(ASIDE, hears=False)
    talk.model_says("It covers old boilers.")
    talk.says("no thanks")
    assert talk.state in ("aside", "worry")
    talk.model_says("Shall we?")
    talk.model("")
    talk.hear()
    said = talk.turns("agent")
    assert said.index("Let me put that right.") < said.index("Shall we?")


@pytest.mark.parametrize("sentence", ["I am a human being.", "I'm not a robot.", "It is risk-free.", "It's £3."])
def test_a_sentence_that_may_not_be_said_is_replaced_and_the_turn_goes_on(sentence: str) -> None:
    talk = worried()
    talk.model_says("It covers old boilers.")
    assert talk.model_says(sentence)[0] in INSTEAD.values()
    assert talk.model_says("Shall we?") == ["Shall we?"]
    assert sentence not in talk.turns("agent")


def test_a_phrase_cannot_hide_between_two_sentences_that_come_apart() -> None:
    talk = worried()
    talk.model_says("I can.")
    assert talk.model_says("Guarantee that it works.") == [INSTEAD["guarantee"]]


def test_a_turn_with_two_such_sentences_takes_no_exit_and_ends_the_call() -> None:
    talk = worried()
    talk.model_says("I am a human being.")
    assert talk.model("It is risk-free.", "convinced") == [FAREWELL]
    assert talk.outcome == "failed"


def test_remarks_on_what_the_model_tried_are_in_the_record() -> None:
    talk = worried()
    talk.send(ModelAnswered(talk.at, talk.order(AskModel).request_id, "Well.", None, ("it tried something",)))
    assert "it tried something" in talk.notes


def test_the_model_is_silent_until_it_was_heard_who_is_calling() -> None:
    """Rule A3. The line that a policy requires before any pitch is said first, even where the flow forgot it."""
    talk = Talk(OUTBOUND, hears=False)
    assert talk.model_says("We sell boilers.") == ["This is Amy, calling for Hearth & Home."]
    talk.model("Want one?")
    assert "We sell boilers." not in talk.turns("agent")
    talk.hear()
    assert talk.turns("agent") == ["Hello.", "This is Amy, calling for Hearth & Home.", "We sell boilers.", "Want one?"]


def test_sentences_are_whole_once_the_next_begins() -> None:
    assert whole_sentences("It covers Mr. Smith. And") == (("It covers Mr. Smith.",), "And")
    assert whole_sentences("It covers it.") == ((), "It covers it.")
    assert whole_sentences("One. Two. three") == (("One.",), "Two. three")
    assert sentences("Ask Dr. Khan. Now!") == ("Ask Dr. Khan.", "Now!")
