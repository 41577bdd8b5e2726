"""A turn that is taken back at the next line's first word: what the caller said last is what they are taken to mean."""

from __future__ import annotations

import pytest

from flowengine.conversation.commands import Speak, StopSpeaking, TakenBack
from flowengine.conversation.events import CallerSaid, Reached, SpeechCut
from tests.conversation.talk import Talk

FLOW = """
intent morning "in the morning"
  "in the morning" "mornings"

intent afternoon "in the afternoon"
  "in the afternoon" "the afternoon"

intent tempted "the caller would like it"
  "sounds tempting" "yes"

slot day: date
  ask "Which day suits you?"
slot visit: date
  ask "Which day?"
  confirm "{{ visit | spoken }}, is that right?"
slot hour: time
  ask "At what time?"
slot name: uk_name
  ask "What is your name?"
slot fuel: one of (gas, electric)
  ask "Gas or electric?"
slot urgent: boolean
  ask "Is it urgent?"

state start
  say "Shall I book the visit?"
  listen 6s
    agree or tempted -> part
    refuse -> sure
    opt_out: end removed
    otherwise: again "Sorry?"

state part
  say "Lovely. Morning or afternoon?"
  listen 6s
    morning -> early
    afternoon -> late
    agree or refuse: end bad
    otherwise: again "Morning, or afternoon?"

state sure
  say "That's fine. Are you quite sure?"
  listen 6s
    agree or refuse: end bad
    otherwise: again "Are you sure?"

state early
  say "Good."
  collect SLOTS
    done -> last
    failed: end bad

state late
  say "Right. Anything else?"
  listen 6s
    agree or refuse: end bad
    otherwise: end bad

state last
  say "Thank you. Anything else?"
  listen 6s
    agree or refuse: end bad
    otherwise: end bad
"""
COLLECTING = ("yes", "in the morning")


def talk(*before: str, slots: str = "day") -> Talk:
    """A call in which the caller has said this and heard the answers; what follows is heard when a test says so."""
    talk = Talk(FLOW.replace("SLOTS", slots))
    talk.says(*before)
    talk.hears = False
    return talk


def goes_on(talk: Talk, text: str, *, heard: str = "Well") -> None:
    """The caller cuts the answer at its first word."""
    talk.at += 0.5
    pending, talk.pending = talk.pending, []
    for number, speech_id in enumerate(pending):
        talk.send(SpeechCut(talk.at, speech_id, heard if number == 0 else ""))
    talk.says(text)


def values(talk: Talk) -> dict[str, str]:
    return {name: str(value) for name, value in talk.conversation.variables.items()}


@pytest.mark.parametrize("no", ["no", "nope", "nah", "sorry no", "oh no", "actually no", "no wait", "I mean no"])
def test_a_no_takes_a_yes_back(no: str) -> None:
    call = talk()
    call.says("yes")
    goes_on(call, no)
    assert call.did(TakenBack)
    assert call.state == "sure"
    assert call.understood.intent == "refuse"
    assert call.understood.score == 1
    assert call.turns("caller") == [f"yes {no}"]
    assert call.understood.text == f"yes {no}"


@pytest.mark.parametrize("yes", ["oh yes", "actually yes", "I mean yes", "no wait, yes", "sorry, yes please"])
def test_a_change_of_mind_takes_a_no_back(yes: str) -> None:
    call = talk()
    call.says("no")
    goes_on(call, yes)
    assert call.state == "part"
    assert call.turns("caller") == [f"no {yes}"]


def test_the_mind_can_be_changed_twice() -> None:
    call = talk()
    call.says("yes")
    goes_on(call, "no")
    goes_on(call, "oh yes")
    assert call.state == "part"
    assert call.turns("caller") == ["yes no oh yes"]


@pytest.mark.parametrize("said", ["no, go ahead", "no that's fine", "no heating at all"])
def test_a_no_that_takes_nothing_back_leaves_the_yes(said: str) -> None:
    call = talk()
    call.says("yes please")
    goes_on(call, said)
    assert call.state == "part"


@pytest.mark.parametrize("said", ["no problem", "yes no worries"])
def test_a_courtesy_over_the_answer_stays_a_noise_of_listening(said: str) -> None:
    call = talk()
    call.says("yes")
    begun = next(each.speech_id for each in call.latest if isinstance(each, Speak))
    call.at += 0.5
    call.send(CallerSaid(call.at, said, 0.9, Reached(begun, 1)))
    assert (call.state, call.did(StopSpeaking), call.did(TakenBack)) == ("part", False, False)
    assert call.understood.intent is None


def test_a_no_problem_does_not_unsay_a_no() -> None:
    call = talk()
    call.says("no")
    goes_on(call, "no problem")
    assert not call.did(TakenBack)
    assert call.state == "sure"


def test_a_yes_by_what_it_was_taken_for_is_taken_back_as_well() -> None:
    call = talk()
    call.says("sounds tempting")
    assert call.state == "part"
    goes_on(call, "oh no")
    assert call.state == "sure"


def test_a_change_of_mind_is_no_noise_of_listening() -> None:
    call = talk()
    call.says("no")
    begun = next(each.speech_id for each in call.latest if isinstance(each, Speak))
    assert not call.conversation.is_early("oh yes", Reached(begun, 1))
    assert call.conversation.is_early("yes", Reached(begun, 1))
    assert not call.conversation.is_early("oh yes", Reached("", 0))


def test_without_a_word_that_has_cut_the_answer_the_place_where_it_began_tells_how_much_was_heard() -> None:
    for words, back in ((1, True), (2, True), (3, False)):
        call = talk()
        call.says("yes")
        begun = next(each.speech_id for each in call.latest if isinstance(each, Speak))
        call.at += 0.5
        call.send(CallerSaid(call.at, "oh no", 0.9, Reached(begun, words)))
        assert call.did(TakenBack) == back
        assert call.did(StopSpeaking)
        assert call.state == ("sure" if back else "part")


def test_over_a_line_that_must_be_heard_a_change_of_mind_answers_nothing() -> None:
    flow = FLOW.replace("SLOTS", "day").replace("say \"That's fine. Are", 'say terms\n  say "Are')
    call = Talk(flow + '\nline terms barge-in never "That is fine."\n', hears=False)
    call.hear()
    call.says("no")
    begun = next(each.speech_id for each in call.latest if isinstance(each, Speak))
    call.at += 0.5
    call.send(CallerSaid(call.at, "oh yes", 0.9, Reached(begun, 1)))
    assert not call.did(TakenBack)
    assert not call.did(StopSpeaking)
    # A noise of listening, which does not wait for the line's end.
    assert call.turns("caller") == ["no", "oh yes"]
    call.hear()
    assert (call.state, call.outcome) == ("sure", None)


def test_all_of_an_answer_in_several_lines_counts_as_heard_of_it() -> None:
    for words, back in ((1, True), (2, False)):
        call = talk("yes")
        call.says("in the morning")
        _, asked = (each.speech_id for each in call.latest if isinstance(each, Speak))
        call.at += 0.5
        call.send(CallerSaid(call.at, "no, the afternoon", 0.9, Reached(asked, words)))
        assert call.did(TakenBack) == back


def test_the_agent_may_not_argue_with_a_yes_that_became_a_no() -> None:
    call = talk()
    call.says("yes")
    goes_on(call, "no")
    assert call.conversation._call.guarding.refused
    call = talk()
    call.says("no")
    goes_on(call, "oh yes")
    assert not call.conversation._call.guarding.refused


@pytest.mark.parametrize(("first", "then"), [("yes", "no, stop calling me"), ("no", "no don't call me again")])
def test_an_opt_out_in_it_always_counts(first: str, then: str) -> None:
    call = talk()
    call.says(first)
    goes_on(call, then)
    assert call.suppressed


def test_what_protects_the_caller_counts_where_only_both_parts_say_it() -> None:
    flow = FLOW.replace("SLOTS", "day").replace(
        "    opt_out: end removed", "    opt_out: end removed\n    lost: end bad"
    )
    call = Talk(f'{flow}\nintent lost protective "the caller is confused"\n  "yes or no"\n', hears=False)
    call.hear()
    call.says("yes or")
    goes_on(call, "no")
    assert call.understood.intent == "lost"
    assert call.outcome == "bad"


def test_a_choice_is_put_right() -> None:
    for words in ("no, the afternoon", "sorry, the afternoon", "I mean in the afternoon"):
        call = talk("yes")
        call.says("in the morning")
        goes_on(call, words)
        assert call.state == "late"
        assert call.turns("caller")[-1] == f"in the morning {words}"


def test_a_question_behind_a_sorry_is_asked_where_the_call_is() -> None:
    call = talk()
    call.says("yes")
    goes_on(call, "sorry, the afternoon")
    assert not call.did(TakenBack)
    assert call.state == "late"


@pytest.mark.parametrize(
    ("slots", "first", "then", "expected"),
    [
        ("hour", "half past ten", "no, eleven", {"hour": "11:00:00"}),
        ("hour", "half past ten", "oh no, eleven", {"hour": "11:00:00"}),
        ("hour, day", "half past ten", "sorry, eleven", {"hour": "11:00:00"}),
        ("hour", "half past ten", "make it eleven", {"hour": "11:00:00"}),
        ("day", "Tuesday", "sorry, Wednesday", {"day": "2026-11-25"}),
        ("day, hour", "the third of May", "oh sorry, the fourth", {"day": "2027-05-04"}),
        ("day, hour, name", "Tuesday at ten", "sorry, eleven", {"day": "2026-12-01", "hour": "11:00:00"}),
        ("fuel", "gas", "sorry, electric", {"fuel": "electric"}),
        ("name", "Sam", "no, Dan", {"name": "Dan"}),
        ("name, day", "Sam", "sorry, it's Dan Brown", {"name": "Dan Brown"}),
        ("urgent", "yes", "no", {"urgent": "False"}),
        ("urgent, day", "yes", "sorry no", {"urgent": "False"}),
        ("urgent", "no", "oh yes", {"urgent": "True"}),
    ],
)
def test_a_value_is_put_right(slots: str, first: str, then: str, expected: dict[str, str]) -> None:
    call = talk(*COLLECTING, slots=slots)
    call.says(first)
    goes_on(call, then)
    assert call.did(TakenBack)
    assert values(call) == expected
    assert call.outcome is None
    assert call.turns("caller")[-1] == f"{first} {then}"


@pytest.mark.parametrize(
    ("first", "then", "asks", "visit"),
    [
        ("yes", "no", "Which day?", None),
        ("yes", "oh no it's wrong", "Which day?", None),
        ("yes", "no, Wednesday", "Wednesday the second of December, is that right?", "2026-12-02"),
        ("yes", "sorry, Wednesday", "Wednesday the second of December, is that right?", "2026-12-02"),
        ("no", "oh yes", "Thank you. Anything else?", "2026-12-01"),
    ],
)
def test_the_answer_to_a_read_back_is_put_right(first: str, then: str, asks: str, visit: str | None) -> None:
    call = talk(*COLLECTING, "Tuesday", slots="visit")
    call.says(first)
    goes_on(call, then)
    assert call.said == [asks]
    assert values(call).get("visit") == visit
    assert ("visit" in call.conversation._call.confirmed) == (first == "no")


def test_the_answer_to_did_you_mean_is_put_right() -> None:
    call = talk("yes")
    call.hears = True
    call.says("in the morning in the afternoon")
    assert call.said == ["Sorry, did you mean in the morning?"]
    call.hears = False
    call.says("yes")
    assert call.state == "early"
    goes_on(call, "no")
    assert call.state == "late"


def test_a_day_behind_a_name_is_an_answer_and_no_name() -> None:
    call = talk(*COLLECTING, slots="name, day")
    call.says("Sam")
    goes_on(call, "no, Wednesday", heard="Which day")
    assert values(call) == {"name": "Sam", "day": "2026-11-25"}


def test_what_was_begun_of_an_abandoned_answer_is_owed_to_nobody() -> None:
    call = talk(*COLLECTING, slots="day")
    call.says("Tuesday")
    assert call.state == "last"
    goes_on(call, "or Wednesday", heard="Thank")
    assert call.state == "early"
    assert call.said == ["Which day suits you?"]


def test_words_that_are_weighed_and_a_no_behind_them_mean_the_no() -> None:
    call = Talk(FLOW.replace("SLOTS", "day"), further=frozenset({"model"}), hears=False)
    call.hear()
    call.says("as far as I know I do")
    assert call.conversation._call.is_weighing
    call.says("no wait")
    assert call.state == "sure"
    assert call.understood.text == "as far as I know I do no wait"
    assert call.conversation._call.guarding.refused
