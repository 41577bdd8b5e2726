"""The further tiers: likeness, the model's choice, questions; and what protects the caller, looked at beside a turn."""

from __future__ import annotations

import pytest

from flowengine.compliance.honoured import honoured
from flowengine.conversation.call import Further
from flowengine.conversation.commands import ChooseIntent, ReadValue, StartTimer, Suppress, WeighMeaning
from flowengine.conversation.doubts import QUESTIONS
from flowengine.conversation.events import IntentChosen, MeaningWeighed, WeighingFailed
from flowengine.conversation.honouring import SUPPRESSED
from flowengine.conversation.meaning import Likeness
from tests.conversation.talk import Talk
from tests.conversation.test_listen import GREETING

MEANING: frozenset[Further] = frozenset({"meaning"})
MODEL: frozenset[Further] = frozenset({"model"})
BOTH = MEANING | MODEL

SURE, UNSURE, UNLIKE = 0.9, 0.57, 0.2
ODD = "what sort of damage are we talking about"
FREE = "It's free."
AGAIN = "Am I speaking with Sam?"

HANDLED = f"""{GREETING}
state removed
  say "You're off the list."
  end removed

state robot
  say "I'm an automated assistant."
  resume

anywhere
  opt_out -> removed
  robot_question -> robot
"""

COLLECTING = """
slot day: date
  ask "Which day?"
  confirm "{{ day | spoken }}, is that right?"
  tries 2

slot pin: digits(4) secret
  ask "Your PIN?"

state start
  collect day
    done -> happy
    failed: end bad

state happy
  say "Good."
  end good
"""


def asked(talk: Talk, kind: type = WeighMeaning) -> list[object]:
    return [each for each in talk.commands if isinstance(each, kind)]


def test_without_further_tiers_nobody_is_asked() -> None:
    talk = Talk(GREETING)
    assert talk.says(ODD) == [AGAIN]
    assert not asked(talk)


def test_words_that_fit_are_not_weighed() -> None:
    talk = Talk(GREETING, further=BOTH)
    assert talk.says("how much is it") == [FREE, AGAIN]
    assert not asked(talk)
    assert not asked(talk, ChooseIntent)


def test_words_that_fit_nothing_are_weighed_against_the_live_intents_and_what_anybody_may_say() -> None:
    talk = Talk(GREETING, further=MEANING)
    assert talk.says(ODD) == []
    order = talk.order(WeighMeaning)
    assert order.text == ODD
    assert order.intents[:3] == ("agree", "refuse", "price")
    assert {"opt_out", "robot_question", "distress"} < set(order.intents)
    assert "card_number" not in order.intents


def test_sure_likeness_takes_the_branch() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    assert talk.likens(price=SURE, agree=UNLIKE) == [FREE, AGAIN]
    assert (talk.understood.intent, talk.understood.tier) == ("price", "meaning")
    assert 0.8 <= talk.understood.score <= 1


def test_unsure_likeness_is_asked_and_not_guessed() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    assert talk.likens(price=UNSURE, agree=UNLIKE) == ["Sorry, did you mean to ask what it costs?"]
    assert talk.state == "greeting"
    assert talk.says("yes") == [FREE, AGAIN]


def test_no_to_the_question_is_a_turn_that_was_not_understood() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    talk.likens(price=UNSURE)
    assert talk.says("no") == [AGAIN]
    assert talk.understood.intent is None


def test_no_and_what_was_meant_is_taken_as_said() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    talk.likens(refuse=UNSURE)
    assert talk.says("no no, tell me how much is it") == [FREE, AGAIN]


def test_two_that_are_as_likely_are_both_in_the_question() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    assert talk.likens(price=0.7, refuse=0.7) == ["Sorry, did you mean to ask what it costs?"]
    talk.says("no")
    assert talk.outcome == "bad"


def test_unlike_words_are_not_understood() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    assert talk.likens(price=UNLIKE) == [AGAIN]
    assert talk.understood.tier == "none"


def test_intents_that_are_not_live_are_not_taken() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    assert talk.likens(never_heard_of=SURE) == [AGAIN]


def test_silence_does_not_run_while_words_are_weighed() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    assert all(timer.startswith("meaning") for timer in talk.timers)
    talk.likens(price=UNLIKE)
    assert any(timer.startswith("silence") for timer in talk.timers)


def test_an_engine_that_does_not_answer_costs_less_than_half_a_second() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    began = talk.at
    assert talk.waits() == [AGAIN]
    assert talk.at - began < 0.5
    assert "asked what was meant, in vain: no answer in time" in talk.notes


def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    talk.waits()
    assert talk.likens(price=SURE) == []
    assert talk.state == "greeting"


def test_a_failing_engine_is_noted_and_the_call_goes_on() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    talk.send(WeighingFailed(talk.at, talk.order(WeighMeaning).request_id, "the engine is away"))
    assert talk.said == [AGAIN]
    assert "asked what was meant, in vain: the engine is away" in talk.notes


def test_what_is_said_while_words_are_weighed_is_one_turn_with_them() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says("well now")
    first = talk.order(WeighMeaning)
    talk.says("the thing is")
    assert talk.order(WeighMeaning).text == "well now the thing is"
    talk.send(MeaningWeighed(talk.at, first.request_id, (Likeness("refuse", SURE, SURE, ""),)))
    assert talk.outcome is None
    talk.says("how much is it")
    assert talk.understood.intent == "price"
    assert [each.text for each in talk.conversation.transcript if each.speaker == "caller"] == [
        "well now",
        "the thing is",
        "how much is it",
    ]


def test_an_opt_out_while_words_are_weighed_is_heard() -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says(ODD)
    assert talk.says("stop calling me") == ["You're off the list."]
    assert talk.outcome == "removed"


def test_a_hang_up_while_words_are_weighed_ends_the_call() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    talk.hangs_up()
    assert talk.outcome == "hung_up"
    assert talk.likens(price=SURE) == []


# What protects the caller, by likeness.


def test_an_opt_out_by_likeness_is_asked_about_however_sure() -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says("I have had it up to here")
    assert talk.likens(opt_out=0.99) == [QUESTIONS["opt_out"]]
    assert Suppress("opt_out") not in talk.commands
    assert talk.says("yes please") == ["You're off the list."]
    assert Suppress("opt_out") in talk.commands
    assert talk.outcome == "removed"


def test_an_opt_out_without_a_branch_is_the_engines_own_to_answer() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says("I have had it up to here")
    assert talk.likens(opt_out=0.9) == [QUESTIONS["opt_out"]]
    assert talk.says("yes") == [SUPPRESSED]
    assert talk.outcome == "removed"


def test_no_more_calls_denied_is_no_opt_out() -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says("I have had it up to here")
    talk.likens(opt_out=0.9)
    assert talk.says("no") == [AGAIN]
    talk.hangs_up()
    assert Suppress("opt_out") not in talk.commands


@pytest.mark.parametrize("how", ["hangs up", "is silent"])
def test_a_question_about_an_opt_out_that_is_not_answered_counts_as_yes(how: str) -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says("I have had it up to here")
    talk.likens(opt_out=0.9)
    if how == "hangs up":
        talk.hangs_up()
    else:
        while talk.outcome is None:
            talk.waits()
    assert talk.outcome is not None
    assert talk.commands.count(Suppress("opt_out")) == 1


def test_an_opt_out_question_that_was_talked_over_is_forgotten() -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says("I have had it up to here")
    talk.likens(opt_out=0.9)
    talk.says("how much is it")
    talk.hangs_up()
    assert Suppress("opt_out") not in talk.commands


def test_a_protective_intent_whose_answer_comes_back_is_answered_at_once() -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says(ODD)
    assert talk.likens(robot_question=0.9) == ["I'm an automated assistant.", AGAIN]


def test_what_the_flow_does_not_answer_is_answered_by_the_engine() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    said = talk.likens(robot_question=0.9)
    assert said[0] == "Yes, I'm Amy, an automated assistant for Hearth & Home."


def test_what_would_end_the_call_is_asked_first() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    assert talk.likens(complaint=0.9) == [QUESTIONS["complaint"]]
    assert talk.says("yes") != []
    assert talk.outcome is not None


# The second layer, beside a turn that was taken.


def test_a_longer_turn_is_looked_at_for_what_protects() -> None:
    talk = Talk(HANDLED, further=MEANING)
    said = "how much is it and rest my ears"
    assert honoured(said) is None
    assert talk.says(said) == [FREE, AGAIN]
    order = talk.order(WeighMeaning)
    assert order.text == said
    assert {"opt_out", "distress"} <= set(order.intents)
    assert not {"agree", "price"} & set(order.intents)


def test_what_surely_protects_is_asked_beside_the_turn() -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says("how much is it and rest my ears")
    assert talk.likens(opt_out=0.9) == [QUESTIONS["opt_out"]]
    assert talk.says("no") == [AGAIN]
    assert talk.state == "greeting"
    talk.says("how much is it and rest my ears")
    talk.likens(opt_out=0.9)
    talk.says("yes")
    assert talk.outcome == "removed"


def test_what_only_may_protect_does_not_disturb_a_turn() -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says("how much is it and rest my ears")
    assert talk.likens(opt_out=UNSURE) == []


def test_short_turns_are_what_their_phrases_say() -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says("how much is it")
    talk.says("what does it cost")
    assert not asked(talk)


# The model.


def test_the_model_is_asked_when_likeness_is_unsure() -> None:
    talk = Talk(GREETING, further=BOTH)
    talk.says(ODD)
    assert talk.likens(price=UNSURE) == []
    order = talk.order(ChooseIntent)
    assert (order.text, order.question) == (ODD, AGAIN)
    assert dict(order.choices)["price"] == "the caller asks what it costs"
    assert "opt_out" in dict(order.choices)
    assert talk.chooses("price") == [FREE, AGAIN]
    assert talk.understood.tier == "model"


def test_the_model_is_not_asked_when_likeness_is_sure() -> None:
    talk = Talk(GREETING, further=BOTH)
    talk.says(ODD)
    talk.likens(price=SURE)
    assert not asked(talk, ChooseIntent)


def test_without_an_engine_the_model_is_asked_at_once() -> None:
    talk = Talk(GREETING, further=MODEL)
    talk.says(ODD)
    assert talk.chooses("price") == [FREE, AGAIN]


def test_none_of_them_is_not_understood() -> None:
    talk = Talk(GREETING, further=MODEL)
    talk.says(ODD)
    assert talk.chooses(None) == [AGAIN]


def test_an_intent_that_was_not_offered_is_not_taken() -> None:
    talk = Talk(GREETING, further=MODEL)
    talk.says(ODD)
    talk.send(IntentChosen(talk.at, talk.order(ChooseIntent).request_id, "give_a_discount"))
    assert talk.said == [AGAIN]


def test_an_opt_out_that_the_model_hears_is_one() -> None:
    talk = Talk(HANDLED, further=MODEL)
    talk.says("I have had it up to here")
    assert talk.chooses("opt_out") == ["You're off the list."]
    assert Suppress("opt_out") in talk.commands


def test_the_model_does_not_clear_what_may_protect() -> None:
    talk = Talk(HANDLED, further=BOTH)
    talk.says("I have had it up to here")
    assert talk.likens(opt_out=UNSURE) == []
    assert talk.chooses(None) == [QUESTIONS["opt_out"]]


def test_a_model_that_fails_leaves_the_question_to_the_caller() -> None:
    talk = Talk(GREETING, further=BOTH)
    talk.says(ODD)
    talk.likens(price=UNSURE)
    (timer,) = (each for each in talk.latest if isinstance(each, StartTimer))
    assert timer.seconds <= 2
    assert talk.waits() == ["Sorry, did you mean to ask what it costs?"]


# Values.


def test_a_value_that_no_reader_finds_is_the_models_to_read_and_is_read_back() -> None:
    talk = Talk(COLLECTING, further=BOTH)
    talk.says("whenever the bins go out")
    talk.likens(opt_out=UNLIKE)
    order = talk.order(ReadValue)
    assert (order.slot, order.question) == ("day", "Which day?")
    assert talk.reads("2026-11-27") == ["Friday the twenty-seventh of November, is that right?"]
    assert talk.says("yes") == ["Good."]


@pytest.mark.parametrize("value", [None, "a bin day", "2026-13-45", "<html>"])
def test_what_is_no_value_is_a_try(value: str | None) -> None:
    talk = Talk(COLLECTING, further=MODEL)
    talk.says("whenever the bins go out")
    assert talk.reads(value) == ["Which day?"]
    talk.says("whenever the bins go out")
    talk.reads(None)
    assert talk.outcome == "bad"


def test_nothing_of_a_secret_is_weighed() -> None:
    talk = Talk(COLLECTING.replace("collect day", "collect pin"), further=BOTH)
    talk.says("it is the year my mother was born in")
    assert not asked(talk)
    assert not asked(talk, ReadValue)


def test_what_was_understood_has_its_candidates_in_the_record() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says(ODD)
    talk.likens(price=0.72, agree=0.65, refuse=UNLIKE)
    taken = talk.understood
    assert [each.intent for each in taken.candidates] == ["price", "agree"]
    assert {each.tier for each in taken.candidates} == {"meaning"}


THINKING = """
state start
  say "Shall I?"
  listen
    agree: end good
    price: again "It's free."
    silence: end bad
    otherwise -> worry

state worry
  llm "Answer."
    facts "It is easy."
    never "prices"
    convinced "the caller agrees": end good
    limit 3 turns: end bad
    fallback "I see.": end bad
"""


def test_a_model_that_gets_the_words_next_is_not_asked_to_choose_first() -> None:
    talk = Talk(THINKING, further=BOTH)
    talk.says(ODD)
    talk.likens(price=UNLIKE)
    assert talk.state == "worry"
    assert not asked(talk, ChooseIntent)


def test_where_likeness_is_unsure_it_is_asked_all_the_same() -> None:
    talk = Talk(THINKING, further=BOTH)
    talk.says(ODD)
    talk.likens(price=UNSURE)
    assert talk.chooses("price") == ["It's free."]


# A phrase that covers little of the words, and what a "not" turns round.

CHATTY = "the lovely weather yes please is what we have today"


def weak() -> Talk:
    talk = Talk(GREETING, further=MEANING)
    assert talk.says(CHATTY) == []
    return talk


def test_a_phrase_that_covers_little_is_held_against_likeness() -> None:
    talk = weak()
    assert talk.likens(agree=0.62, price=UNLIKE) == ["Good."]
    assert (talk.understood.intent, talk.understood.tier) == ("agree", "phrase")


def test_where_likeness_gives_it_nothing_it_is_not_taken() -> None:
    talk = weak()
    assert talk.likens(agree=0.1, price=UNLIKE) == [AGAIN]
    assert talk.understood.intent is None


def test_where_likeness_says_something_else_that_is_taken() -> None:
    talk = weak()
    assert talk.likens(agree=0.1, price=SURE) == [FREE, AGAIN]


def test_where_likeness_fails_the_phrase_is_taken() -> None:
    talk = weak()
    talk.send(WeighingFailed(talk.at, talk.order(WeighMeaning).request_id, "the engine is away"))
    assert talk.said == ["Good."]


def test_without_an_engine_a_weak_phrase_is_taken_at_once() -> None:
    assert Talk(GREETING).says(CHATTY) == ["Good."]


def test_a_phrase_that_covers_most_of_the_words_asks_nobody() -> None:
    talk = Talk(GREETING, further=MEANING)
    assert talk.says("yes please do") == ["Good."]


def test_what_a_not_turns_round_is_not_likely_after_all() -> None:
    talk = Talk(GREETING, further=MEANING)
    talk.says("I would not say how much is it")
    order = talk.order(WeighMeaning)
    assert "price" in order.intents
    assert talk.likens(price=SURE) == [AGAIN]


def test_an_opt_out_that_is_denied_is_not_asked_about_beside_the_turn() -> None:
    talk = Talk(HANDLED, further=MEANING)
    talk.says("how much is it, do not stop calling me")
    assert talk.understood.intent == "price"
    assert talk.likens(opt_out=0.98) == []
