"""`heard SLOT`: a value in passing is an event of its own."""

from __future__ import annotations

import pytest

from tests.conversation.talk import Talk

FLOW = """
slot day: date
  ask "Which day?"
  valid day > today else "That day has gone."

slot many: number
  ask "How many?"

slot who: text
  ask "Who?"

slot pin: digits(4) secret
  ask "Your PIN?"

state start
  say "Shall I come on Thursday?"
  listen
    agree: end good
    refuse: again "When, then?"
    heard day
      say "{{ day | spoken }} it is."
      again "Anything else?"
    heard many: again "{{ many }} of them."
    silence or otherwise: again "Sorry?"

state elsewhere
  say "And here?"
  listen
    agree: end good
    silence or otherwise: end bad

anywhere
  price -> elsewhere
"""


def test_a_value_is_kept_and_its_branch_taken() -> None:
    talk = Talk(FLOW)
    assert talk.says("next Tuesday would be better") == ["Tuesday the first of December it is.", "Anything else?"]
    assert str(talk.conversation.variables["day"]) == "2026-12-01"
    assert (talk.understood.intent, talk.understood.tier) == ("heard day", "slot")


def test_a_short_answer_will_do_where_the_state_asks() -> None:
    talk = Talk(FLOW)
    assert talk.says("three") == ["3 of them."]


def test_a_phrase_that_is_all_that_was_said_is_surer() -> None:
    talk = Talk(FLOW)
    talk.says("yes")
    assert talk.outcome == "good"


def test_no_wednesday_is_the_day_and_no_refusal() -> None:
    talk = Talk(FLOW)
    assert talk.says("no, Wednesday") == ["Wednesday the twenty-fifth of November it is.", "Anything else?"]


def test_a_value_is_corrected_in_the_same_way() -> None:
    talk = Talk(FLOW)
    talk.says("next Tuesday")
    talk.says("no, sorry, next Wednesday")
    assert str(talk.conversation.variables["day"]) == "2026-12-02"


def test_a_value_that_is_known_already_is_no_news_beside_an_intent() -> None:
    talk = Talk(FLOW)
    talk.says("next Tuesday")
    talk.says("yes please, next Tuesday")
    assert talk.outcome == "good"


def test_a_value_that_is_not_valid_was_not_heard() -> None:
    talk = Talk(FLOW)
    assert talk.says("today") == ["Sorry?"]
    assert "day" not in talk.conversation.variables


def test_a_state_that_does_not_listen_for_it_does_not_hear_it() -> None:
    talk = Talk(FLOW)
    talk.says("how much is it")
    talk.says("three")
    assert talk.outcome == "bad"


def test_a_slot_that_is_being_collected_is_answered_there() -> None:
    flow = """
slot day: date
  ask "Which day?"
  confirm "{{ day | spoken }}?"

state start
  collect day
    done: end good
    failed: end bad

state noted
  end bad

anywhere
  heard day -> noted
"""
    talk = Talk(flow)
    talk.says("next Tuesday")
    assert talk.says("no, next Wednesday") == ["Wednesday the second of December?"]
    talk.says("yes")
    assert talk.outcome == "good"


def test_a_handler_takes_only_what_is_plain_by_itself() -> None:
    flow = f"{FLOW}  heard day -> elsewhere\n  heard many -> elsewhere\n"
    for mine in (
        '    heard day\n      say "{{ day | spoken }} it is."\n      again "Anything else?"\n',
        '    heard many: again "{{ many }} of them."\n',
    ):
        flow = flow.replace(mine, "")
    talk = Talk(flow)
    assert talk.says("three") == ["Sorry?"]
    talk.says("next Tuesday")
    assert talk.state == "elsewhere"


@pytest.mark.parametrize(("words", "said"), [("no", ["When, then?"]), ("my mother", ["my mother, I see."])])
def test_words_that_mean_something_are_no_text(words: str, said: list[str]) -> None:
    flow = FLOW.replace("    heard many: again", '    heard who: again "{{ who }}, I see."\n    heard many: again')
    assert Talk(flow).says(words) == said
