"""`llm`: the model's turns, its exits, and what goes on without it."""

from __future__ import annotations

from dataclasses import replace

from flowengine.conversation.commands import AskModel, Listen
from flowengine.conversation.modelling import sentences
from flowengine.graph.model import Flow, Llm, OnResult
from tests.conversation.talk import Talk, compiled

WORRY = """
state start
  set monthly = 14.50
  say "Shall I carry it on?"
  listen
    agree -> goodbye
    silence: again
    otherwise -> worry

state worry
  llm "Answer the caller's worry about {{ monthly | money }}."
    facts
      "Cover includes the boiler."
      "It's {{ monthly | money }} a month."
    never "discounts" "guarantees"
    convinced "the caller agrees to go ahead" -> booked
    refused "the caller says no" -> goodbye
    limit 2 turns 45s -> enough
    fallback "I understand." -> goodbye

state booked
  say "Lovely."
  end good

state enough
  say "Let's leave it there."
  end bad

state goodbye
  say "Goodbye."
  end bad

anywhere
  robot_question
    say "I'm a machine."
    resume
  price
    say "It's free."
    resume
  opt_out: end removed
"""


def worried(flow: str | Flow = WORRY, *, hears: bool = True) -> Talk:
    talk = Talk(flow, hears=hears)
    talk.hear()
    talk.says("my boiler is old")
    return talk


def test_the_model_is_told_its_task_its_facts_and_its_exits() -> None:
    order = worried().order(AskModel)
    assert order.task == "Answer the caller's worry about fourteen pounds fifty."
    assert order.facts == ("Cover includes the boiler.", "It's fourteen pounds fifty a month.")
    assert order.never == ("discounts", "guarantees")
    assert order.exits == (("convinced", "the caller agrees to go ahead"), ("refused", "the caller says no"))


def test_the_model_speaks_and_the_callers_turn_is_open() -> None:
    talk = worried()
    assert talk.model("It covers old boilers. Shall we go ahead?") == ["It covers old boilers. Shall we go ahead?"]
    assert talk.did(Listen)
    assert talk.state == "worry"


def test_the_callers_words_are_the_models() -> None:
    talk = worried()
    talk.model("It covers old boilers.")
    first = talk.order(AskModel)
    talk.says("yes")  # `agree` is not live here: the model decides what it means
    assert talk.state == "worry"
    assert talk.order(AskModel) != first
    assert talk.model("Good.", "convinced") == ["Good.", "Lovely."]
    assert talk.outcome == "good"


def test_an_exit_without_words_is_taken_at_once() -> None:
    talk = worried()
    assert talk.model("", "refused") == ["Goodbye."]


def test_an_exit_that_there_is_not_counts_as_none() -> None:
    talk = worried()
    talk.model("Shall we?", "booked")
    assert talk.state == "worry"
    assert "the model chose an exit that there is not" in talk.notes


def test_the_words_limit_and_fallback_are_no_exits_of_the_model() -> None:
    talk = worried()
    talk.model("Shall we?", "limit")
    assert talk.state == "worry"


def test_after_its_turns_the_limit_is_taken() -> None:
    talk = worried()
    for _ in range(2):
        talk.model("And?")
        talk.says("I don't know")
    talk.model("And?")
    assert talk.says("I really don't know") == ["Let's leave it there."]


def test_a_limit_without_a_way_of_its_own_is_the_fallback() -> None:
    flow = compiled(WORRY)
    llm = flow.states["worry"].body[0]
    assert isinstance(llm, Llm)
    open_ended = tuple(replace(each, body=()) if OnResult("limit") in each.triggers else each for each in llm.branches)
    worry = replace(flow.states["worry"], body=(replace(llm, branches=open_ended),))
    talk = worried(replace(flow, states={**flow.states, "worry": worry}))
    for _ in range(3):
        talk.model("And?")
        said = talk.says("I don't know")
    assert said == ["I understand.", "Goodbye."]


def test_without_a_model_the_fallback_is_said() -> None:
    talk = worried()
    assert talk.model_fails() == ["I understand.", "Goodbye."]
    assert "model: no model is configured" in talk.notes


def test_a_model_that_says_nothing_is_no_help() -> None:
    assert worried().model("  ") == ["I understand.", "Goodbye."]


def test_a_model_that_is_late_is_not_waited_for() -> None:
    talk = worried()
    assert talk.waits(4.0) == ["One moment, please.", "I understand.", "Goodbye."]


def test_a_filler_of_the_flow_s_own_is_said_in_place_of_the_engine_s() -> None:
    own = WORRY.replace('    fallback "I', '    filler "Let me look what {{ monthly | money }} buys."\n    fallback "I')
    assert worried(own).waits(1.5) == ["Let me look what fourteen pounds fifty buys."]


def test_the_time_is_up_at_once_when_nobody_speaks() -> None:
    talk = worried()
    talk.model("And?")
    while talk.at < 44:
        talk.waits(4)
        talk.says("how much is it")
    assert talk.outcome is None
    assert talk.waits(2) == ["Let's leave it there."]


def test_the_time_is_up_after_what_is_being_said() -> None:
    talk = worried(hears=False)
    talk.model("It is a long story. Once upon a time there was a boiler.")
    talk.waits(45)
    assert talk.state == "worry"
    talk.hear()
    assert talk.said == ["Let's leave it there."]


def test_what_protects_the_caller_comes_before_the_model() -> None:
    talk = worried()
    talk.model("And?")
    talk.says("stop calling me")
    assert talk.outcome == "removed"
    assert talk.suppressed


def test_a_handler_answers_and_the_models_question_is_asked_again() -> None:
    talk = worried()
    talk.model("Shall we?")
    assert talk.says("how much is it") == ["It's free.", "Shall we?"]
    assert talk.state == "worry"


def test_a_robot_question_while_the_model_thinks_does_not_lose_its_answer() -> None:
    talk = worried()
    assert talk.says("are you a robot") == ["I'm a machine."]
    assert talk.model("It covers old boilers.") == ["It covers old boilers."]


def test_words_while_the_model_thinks_are_asked_with_the_rest() -> None:
    talk = worried()
    first = talk.order(AskModel)
    talk.says("it is from the seventies")
    second = talk.order(AskModel)
    assert first.request_id != second.request_id
    talk.model("Old answer.", order=first)
    assert talk.said == []
    assert talk.model("New answer.") == ["New answer."]


def test_silence_is_answered_with_the_models_last_words_twice() -> None:
    talk = worried()
    talk.model("Shall we?")
    assert talk.waits() == ["Shall we?"]
    assert talk.waits() == ["Shall we?"]
    assert talk.waits() == ["Let's leave it there."]


def test_a_silence_handler_of_anywhere_counts_in_a_models_turn() -> None:
    talk = worried(f'{WORRY}  silence: again "Are you there?"\n')
    talk.model("Shall we?")
    assert talk.waits() == ["Are you there?"]


def test_a_catch_all_of_anywhere_never_takes_the_models_turn() -> None:
    talk = worried(f"{WORRY}  otherwise -> goodbye\n")
    talk.model("Shall we?")
    talk.says("what about the pump")
    assert talk.state == "worry"


def test_a_text_is_spoken_sentence_by_sentence() -> None:
    assert sentences("It covers the boiler. And the pump!  Is that  right?") == (
        "It covers the boiler.",
        "And the pump!",
        "Is that right?",
    )
    assert sentences("That's 14.50 a month") == ("That's 14.50 a month",)
    assert sentences("  ") == ()
