"""A yes said before the question had begun to be heard answers nothing; everything else counts at once."""

from __future__ import annotations

import pytest

from flowengine.conversation.answers import is_assent
from flowengine.conversation.commands import Speak, StopSpeaking, WeighMeaning
from flowengine.conversation.events import CallerSaid, Reached, SpeechCut
from flowengine.conversation.record import event_from_json, event_to_json
from flowengine.testing.player import Player
from tests.conversation.talk import INTENTS, Talk, compiled

FLOW = """
intent boiler "the boiler"
  "the boiler"

slot consent: boolean
  ask "We would keep your number for a year. Is that all right?"
  again "Would that be all right?"

slot side: one of (left, right)
  ask "There are two doors. Left or right?"

state start
  say "This call is recorded." "Your cover ends in May."
  say "Shall I renew it?"
  listen
    agree -> yes
    refuse -> no
    boiler -> no
    silence: again "Are you still there?"
    otherwise: again "Sorry, shall I renew it?"
    silence or otherwise 3 -> no

state yes
  collect consent
    done -> door
    failed -> no

state door
  collect side
    done: end good
    failed -> no

state no
  say "Goodbye."
  end bad

anywhere
  price
    say "It is ten pounds." "There is no fee to leave."
    resume
  opt_out: end removed
"""


def says(talk: Talk, text: str, speech: str, words: int, *, heard: str | None = None) -> None:
    """The caller begins to say it when so many words of that speech have begun; `heard`: and it was cut there."""
    talk.at += 1
    if heard is not None:
        cut, talk.pending = talk.pending, []
        for number, speech_id in enumerate(cut):
            talk.send(SpeechCut(talk.at, speech_id, "" if number else heard))
    talk.send(CallerSaid(talk.at, text, 0.9, Reached(speech, words)))


def test_a_yes_over_the_statement_is_no_answer_and_the_agent_goes_on() -> None:
    talk = Talk(FLOW, hears=False)
    for words in (1, 6):
        says(talk, "yeah, okay", "u1", words)
        assert (talk.state, talk.did(StopSpeaking), talk.said) == ("start", False, [])
        assert talk.understood.intent is None
    assert talk.conversation.turns == 0
    talk.hear()
    talk.says("yes")
    assert talk.state == "yes"


@pytest.mark.parametrize(
    "text", ["mm-hm", "all right", "Alright.", "go on then", "I suppose so", "fair enough", "sounds good"]
)
def test_there_are_many_ways_to_say_it(text: str) -> None:
    assert is_assent(text)


@pytest.mark.parametrize(
    "text", ["speaking", "yes speaking", "yes the boiler", "yes Friday", "yes but", "no", "yes no", ""]
)
def test_what_says_something_is_no_plain_yes(text: str) -> None:
    assert not is_assent(text)


@pytest.mark.parametrize(
    "text", ["hello yes", "yes hello", "yes speaking", "yes what is it", "yes let me turn the radio down"]
)
def test_a_yes_among_words_that_do_not_name_what_is_asked_is_no_answer_either(text: str) -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, text, "u1", 6)
    assert (talk.state, talk.did(StopSpeaking), talk.understood.intent) == ("start", False, None)
    says(talk, text, "u2", 1)
    assert talk.state == "yes"


def test_a_yes_that_names_what_is_asked_counts_at_once() -> None:
    named = FLOW.replace("Shall I renew it?", "Shall I book it for you?", 1)
    intents = INTENTS.replace('"yes please"', '"yes please" "book it" "sign me up"')
    for text, state in (("yes book it", "yes"), ("yes sign me up", "start")):
        talk = Talk(compiled(named, intents=intents), hears=False)
        says(talk, text, "u1", 6)
        assert talk.state == state


def test_what_comes_with_the_yes_is_taken_where_it_weighs_as_much() -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, "yes how much is it", "u1", 6)
    assert talk.state == "start"
    assert talk.said[0].startswith("It is ten pounds.")


def test_a_question_heard_before_is_answered_over_the_apology() -> None:
    talk = Talk(FLOW, hears=False)
    talk.hear()
    talk.says("blue elephants")
    says(talk, "hello yes", talk.order_of("Sorry, shall"), 0)
    assert talk.state == "yes"


def test_likeness_makes_no_yes_of_words_before_the_question() -> None:
    talk = Talk(FLOW, hears=False, further=frozenset({"meaning"}))
    says(talk, "you have talked me round nicely", "u1", 6)
    asked = next(each for each in talk.commands if isinstance(each, WeighMeaning))
    assert ("agree" in asked.intents, "refuse" in asked.intents) == (False, True)


def test_consent_among_other_words_waits_for_its_question_too() -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, "yes", "u2", 1)
    asked = talk.order_of("We would keep")
    says(talk, "hello yes I can hear you", asked, 2)
    assert talk.conversation.variables.get("consent") is None


def test_a_yes_once_the_question_has_begun_is_the_answer() -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, "yes", "u2", 1)
    assert talk.state == "yes"


def test_a_yes_that_was_typed_answers_what_was_read() -> None:
    talk = Talk(FLOW, hears=False)
    talk.says("yes")
    assert talk.state == "yes"


@pytest.mark.parametrize(
    ("text", "state", "outcome"),
    [
        ("no", "no", "bad"),
        ("the boiler", "no", "bad"),
        ("stop calling me", "start", "removed"),
        ("yes, stop calling me", "start", "removed"),
    ],
)
def test_whatever_says_more_than_yes_counts_at_once(text: str, state: str, outcome: str) -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, text, "u1", 1)
    assert (talk.state, talk.outcome) == (state, outcome)


def test_a_yes_before_any_word_was_heard_is_none_either() -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, "yes", "", 0)
    assert talk.state == "start"


def test_what_was_cut_all_the_same_is_said_from_the_sentence_on_that_was_being_said() -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, "yes", "u1", 7, heard="This call is recorded. Your cover")
    assert talk.state == "start"
    assert talk.said == ["Your cover ends in May.", "Shall I renew it?"]


def test_a_question_that_was_heard_stays_open_while_it_is_asked_again_after_a_silence() -> None:
    talk = Talk(FLOW, hears=False)
    talk.hear()
    talk.waits()
    assert talk.said == ["Are you still there?"]
    says(talk, "yes", "u2", 1)
    assert talk.state == "yes"


def test_a_yes_to_the_answer_of_a_digression_is_not_one_to_the_open_question() -> None:
    talk = Talk(FLOW, hears=False)
    talk.hear()
    talk.says("how much is it")
    answer = next(each.speech_id for each in talk.commands if isinstance(each, Speak) and "pounds" in each.text)
    says(talk, "yes", answer, 2)
    assert talk.state == "start"
    talk.hear()
    talk.says("okay yes")
    assert talk.state == "yes"


def test_consent_is_not_given_before_it_was_asked_for() -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, "yes", "u2", 1)
    asked = talk.order_of("We would keep")
    says(talk, "yes", asked, 8)
    assert (talk.state, talk.conversation.variables.get("consent")) == ("yes", None)
    says(talk, "yes", asked, 9)
    assert talk.conversation.variables["consent"] is True


def test_a_word_that_is_one_of_the_choices_is_no_yes() -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, "yes", "u2", 1)
    says(talk, "yes", talk.order_of("We would keep"), 9)
    says(talk, "right", talk.order_of("There are two"), 1)
    assert talk.outcome == "good"


def test_over_a_firm_line_it_is_not_kept_for_the_question_behind_it() -> None:
    talk = Talk(
        FLOW.replace('say "This call is recorded." "Your cover ends in May."', "say notice")
        + '\nline notice barge-in never "This call is recorded."\n',
        hears=False,
    )
    says(talk, "yes", "u1", 1)
    talk.hear()
    assert talk.state == "start"


def test_a_policy_that_asks_for_a_yes_has_none_by_it() -> None:
    required = FLOW + "\npolicy consent\n  require agree before good\n"
    talk = Talk(required.replace("    agree -> yes\n", "    agree: end good\n"), hears=False)
    says(talk, "yes", "u1", 1)
    assert talk.outcome is None
    says(talk, "yes", "u2", 1)
    assert talk.outcome == "good"


def test_a_record_gives_the_same_call_again_and_old_ones_can_be_read() -> None:
    said = CallerSaid(1.0, "yes", 0.9, Reached("u1", 1))
    assert event_from_json(event_to_json(said)) == said
    typed = CallerSaid(1.0, "yes")
    assert "reached" not in event_to_json(typed)
    assert event_from_json(event_to_json(typed)) == typed


LONG = """
state start
  say "This call is recorded." "Your cover ends in May."
  say "Shall I renew it?"
  listen
    agree: end good
    otherwise{otherwise}
    otherwise 3: end bad
"""


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        (': again "Sorry, shall I renew it?"', ["Your cover ends in May.", "Sorry, shall I renew it?"]),
        (": again", ["Your cover ends in May.", "Shall I renew it?"]),
        (': say "Sorry?"', ["Sorry?", "Your cover ends in May.", "Shall I renew it?"]),
        (" 2 -> start", ["Sorry, I didn't catch that.", "Your cover ends in May.", "Shall I renew it?"]),
    ],
)
@pytest.mark.parametrize("is_cut", [True, False])
def test_words_that_fit_nothing_leave_the_rest_to_be_said(otherwise: str, said: list[str], *, is_cut: bool) -> None:
    talk = Talk(LONG.format(otherwise=otherwise), hears=False)
    heard = "This call is recorded. Your cover" if is_cut else None
    says(talk, "blue elephants", "u1", 6, heard=heard)
    assert talk.said == said


def test_what_was_heard_whole_is_not_said_again() -> None:
    talk = Talk(LONG.format(otherwise=': again "Sorry, shall I renew it?"'), hears=False)
    says(talk, "blue elephants", "u2", 1)
    assert talk.said == ["Sorry, shall I renew it?"]


def test_what_belongs_to_a_state_is_not_said_in_the_next() -> None:
    flow = LONG.format(otherwise=" -> next") + '\nstate next\n  say "Well?"\n  listen\n    agree: end good\n'
    talk = Talk(flow, hears=False)
    says(talk, "blue elephants", "u1", 1)
    assert talk.said == ["Well?"]
    says(talk, "blue elephants", "u3", 1)
    assert "Your cover ends in May." not in talk.said


def test_words_before_the_question_of_a_slot_cost_no_try() -> None:
    talk = Talk(FLOW, hears=False)
    says(talk, "yes", "u2", 1)
    asked = talk.order_of("We would keep")
    says(talk, "blue elephants", asked, 1)
    assert talk.said == ["We would keep your number for a year. Is that all right?"]
    asked = talk.order_of("We would keep")
    says(talk, "blue elephants", asked, 9)
    assert talk.said == ["Would that be all right?"]


def test_a_test_of_a_flow_can_say_it_over_the_line() -> None:
    player = Player(compiled(FLOW))
    assert player.interrupt("recorded", "yes")
    turn = player.listen()
    assert turn.state == "start"
    assert turn.agent == "This call is recorded. Your cover ends in May. Shall I renew it?"
    player.say("yes")
    assert player.listen().state == "yes"


def test_there_too_it_answers_once_the_question_has_begun() -> None:
    player = Player(compiled(FLOW))
    assert player.interrupt("Shall I", "yes")
    assert player.listen().state == "yes"


def test_a_refusal_counts_at_once_though_a_phrase_of_its_intent_would_do_for_a_yes() -> None:
    intents = INTENTS.replace('"not interested"', '"not interested" "I\'m OK, thanks"')
    talk = Talk(compiled(FLOW, intents=intents), hears=False)
    says(talk, "no thanks, not interested", "u1", 6)
    assert talk.state == "no"
