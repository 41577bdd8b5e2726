"""A caller who does not want to be put through, and says so over the line before it."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Command, Dismiss, Speak, Transfer
from flowengine.conversation.events import CallerSaid, Reached, SpeechCut, SpeechHeard
from flowengine.conversation.house_lines import house_lines
from flowengine.conversation.staying import STAYS, STILL, refuses
from tests.conversation.talk import INTENTS, Talk, compiled

LINE = "I'll put you through to a colleague."
FLOW = """
state start
  say "{line}"
  transfer "+44 113 496 0000"
    answered: end good
    busy or no_answer -> later
    failed -> message

state later
  say "Nobody is free."
  end bad

state message
  say "Shall I take a message?"
  listen
    agree: end good
    silence or otherwise: end bad

state gone
  say "Goodbye then."
  end bad

anywhere
  price
    say "Ten pence."
    resume
{more}
"""
TRIAGE = """
state triage
  say "What has happened?"
  listen
    {event} -> start
    silence or otherwise: end bad
"""


def told(more: str = "", *, line: str = LINE) -> Talk:
    """A caller who is being told that they will be put through."""
    return Talk(FLOW.format(line=line, more=more), hears=False)


def orders(talk: Talk) -> list[type[Command]]:
    return [type(each) for each in talk.commands if isinstance(each, Transfer | Dismiss)]


@pytest.mark.parametrize(
    "said",
    [
        *("No thanks, I'm not interested", "oh no", "no", "please don't", "I'd rather not", "I've changed my mind"),
        *("um, no, don't put me through", "no need", "never mind", "sorry, no, I don't want that"),
    ],
)
def test_who_refuses_is_asked_and_stays_with_a_no(said: str) -> None:
    talk = told()
    assert talk.says(said) == [STILL]
    assert orders(talk) == [Transfer, Dismiss]
    assert talk.says("no thanks") == [STAYS, "Shall I take a message?"]
    assert (talk.state, orders(talk)) == ("message", [Transfer, Dismiss])
    assert "the caller did not want to be put through" in talk.notes


@pytest.mark.parametrize(
    "said",
    [
        *("no problem", "no worries", "ok", "great, no rush", "I've no heating", "no heating", "thank you"),
        *("no that's fine, thanks", "I hope it's not long", "I don't need anything else", "purple elephants"),
        *("no, put me through please", "nobody called me back", "how long will it take"),
    ],
)
def test_other_words_keep_nobody(said: str) -> None:
    assert not refuses(said)
    talk = told()
    talk.says(said)
    assert STILL not in talk.said
    assert orders(talk) == [Transfer]


@pytest.mark.parametrize("said", ["yes please", "oh go on then", "put me through", "no, do put me through"])
def test_with_a_yes_the_rest_of_the_line_is_said_and_then_the_call_put_through(said: str) -> None:
    talk = told(line="One thing first. It costs ten pence.")
    talk.send(SpeechCut(talk.at, talk.pending.pop(), "One thing first. It"))
    talk.send(CallerSaid(1.0, "no thank you", reached=Reached("u1", 4)))
    assert talk.said == [STILL]
    assert talk.says(said) == ["It costs ten pence."]
    assert orders(talk) == [Transfer, Dismiss, Transfer]
    talk.transfers("answered")
    assert talk.outcome == "good"


def test_a_yes_that_comes_while_the_question_is_asked_is_an_answer() -> None:
    talk = told()
    talk.says("no thanks")
    talk.send(CallerSaid(talk.at + 1, "yes", reached=Reached(talk.order_of(STILL), 6)))
    assert orders(talk) == [Transfer, Dismiss, Transfer]


@pytest.mark.parametrize("answers", [("yes",), ("purple elephants", "yes")])
def test_a_question_that_is_cut_by_its_answer_is_not_asked_again(answers: tuple[str, ...]) -> None:
    talk = told(line="One thing first. It costs ten pence.")
    talk.send(CallerSaid(1.0, "no thank you", reached=Reached(talk.pending.pop(), 4)))
    for answer in answers:
        speech = talk.order_of(STILL)
        talk.send(CallerSaid(talk.at + 1, answer, reached=Reached(speech, 3)))
        talk.send(SpeechCut(talk.at, speech, "Would you"))
    spoken = [sentence for each in talk.commands if isinstance(each, Speak) for sentence in each.sentences]
    assert spoken[-1] == "It costs ten pence."
    assert spoken.count(STILL) == len(answers)
    assert orders(talk) == [Transfer, Dismiss, Transfer]


def test_an_aside_at_the_question_leaves_the_rest_of_the_line_for_after_its_yes() -> None:
    talk = told(line="One thing first. It costs ten pence.")
    talk.send(CallerSaid(1.0, "no thank you", reached=Reached(talk.pending.pop(), 4)))
    assert talk.says("how much is it") == ["Ten pence.", STILL]
    assert talk.says("yes please") == ["It costs ten pence."]


def test_who_answers_nothing_is_not_put_through() -> None:
    talk = told()
    talk.says("no thanks")
    talk.hear()
    assert talk.waits(6) == [STAYS, "Shall I take a message?"]
    assert orders(talk) == [Transfer, Dismiss]


def test_an_unclear_answer_is_asked_again_once() -> None:
    talk = told()
    assert talk.says("no thanks", "purple elephants") == [STILL]
    assert talk.says("the green ones") == [STAYS, "Shall I take a message?"]
    assert orders(talk) == [Transfer, Dismiss]


def test_after_an_aside_the_question_is_open_still() -> None:
    talk = told()
    assert talk.says("no thanks", "how much is it") == ["Ten pence.", STILL]
    talk.says("no")
    assert (talk.state, orders(talk)) == ("message", [Transfer, Dismiss])


def test_what_the_flow_listens_for_goes_first() -> None:
    talk = told("  refuse -> gone")
    assert talk.says("No thanks, I'm not interested") == ["Goodbye then."]
    assert talk.outcome == "bad"


def test_who_asks_for_a_person_is_being_put_through_to_one() -> None:
    talk = told()
    assert talk.says("I want to speak to a person") == []
    assert orders(talk) == [Transfer]


BYE = f'{INTENTS}\nintent bye "takes leave"\n  "bye" "thanks bye" "thanks"\n'


@pytest.mark.parametrize("said", ["no thanks", "oh no thanks", "leave it thanks"])
def test_a_short_refusal_is_asked_about_before_an_intent_that_it_is_merely_like(said: str) -> None:
    talk = Talk(compiled(FLOW.format(line=LINE, more="  bye -> gone"), intents=BYE), hears=False)
    assert talk.says(said) == [STILL]
    talk.says("thanks bye")
    assert (talk.state, orders(talk)) == ("gone", [Transfer, Dismiss])


@pytest.mark.parametrize("said", ["thanks bye", "no thanks bye"])
def test_who_takes_leave_in_so_many_words_has_taken_leave(said: str) -> None:
    talk = Talk(compiled(FLOW.format(line=LINE, more="  bye -> gone"), intents=BYE), hears=False)
    talk.says(said)
    assert talk.state == "gone"


OWN_BRANCH = '    briefing "A caller."\n    human_request -> gone\n'
PERSON = f'{INTENTS}\nintent human_request protective "the caller wants a person"\n  "a real person please"\n'


@pytest.mark.parametrize(
    ("own", "policy", "state"),
    [("", "", "start"), (OWN_BRANCH, "", "gone"), ("", "always human_request -> gone", "gone")],
)
def test_a_flow_s_answer_to_who_asks_for_a_person_does_not_take_one_away(own: str, policy: str, state: str) -> None:
    flow = FLOW.format(line=LINE, more="  human_request -> gone").replace("    answered:", f"{own}    answered:", 1)
    rules = f"{PERSON}\npolicy house\n  {policy}\n" if policy else PERSON
    talk = Talk(compiled(flow, intents=rules), hears=False)
    talk.says("a real person please")
    assert talk.state == state
    if state == "start":
        assert orders(talk) == [Transfer]
        assert talk.says("no thanks", "a real person please") == []
        assert orders(talk) == [Transfer, Dismiss, Transfer]


def test_an_opt_out_at_the_question_is_one() -> None:
    talk = told("  opt_out: end removed")
    talk.says("no thanks", "stop calling me")
    assert (talk.outcome, talk.suppressed) == ("removed", True)


def test_a_refusal_of_a_line_that_may_not_be_cut_is_asked_about_when_it_was_heard() -> None:
    flow = FLOW.format(line=LINE, more="").replace("state start", "state start\n  barge-in never", 1)
    talk = Talk(flow, hears=False)
    assert talk.says("no thanks") == []
    talk.send(SpeechHeard(talk.at, talk.pending.pop()))
    assert talk.said == [STILL]
    assert orders(talk) == [Transfer, Dismiss]


@pytest.mark.parametrize(
    ("name", "said"),
    [("gas", "I can smell gas"), ("emergency", "he has stopped breathing"), ("distress", "my wife died")],
)
def test_nobody_who_is_in_danger_is_kept_by_a_question(name: str, said: str) -> None:
    protective = " protective" if name == "gas" else ""
    intents = f'{INTENTS}\nintent {name}{protective} "the caller needs help"\n  "{said}"\n'
    talk = Talk(compiled(TRIAGE.format(event=name) + FLOW.format(line=LINE, more=""), intents=intents), hears=False)
    talk.hear()
    talk.says(said)
    assert talk.state == "start"
    talk.says("oh no no no")
    assert STILL not in [each.text for each in talk.commands if isinstance(each, Speak)]
    assert orders(talk) == [Transfer]


@pytest.mark.parametrize("name", ["robot_question", "human_request"])
def test_another_protective_intent_is_no_reason_to_hurry(name: str) -> None:
    intents = INTENTS + '\nintent human_request protective "the caller wants a person"\n  "a real person please"\n'
    talk = Talk(compiled(TRIAGE.format(event=name) + FLOW.format(line=LINE, more=""), intents=intents), hears=False)
    talk.hear()
    talk.says({"robot_question": "are you a robot", "human_request": "a real person please"}[name])
    assert talk.state == "start"
    assert talk.says("oh no no no") == [STILL]


def test_both_lines_are_the_house_s_where_a_flow_puts_anybody_through_cold() -> None:
    cold = compiled(FLOW.format(line=LINE, more=""))
    assert {STILL, STAYS} <= house_lines(cold)
