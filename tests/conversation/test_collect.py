"""`collect`: asking, reading back, correcting, giving up."""

from __future__ import annotations

import pytest

from tests.conversation.talk import Talk

DAY = """
slot day: date
  ask "Which day?"
  again "Sorry, which day?"
  confirm "{{ day | spoken }}, is that right?"
  valid day > today else "That day has gone."
  tries 3

slot slot_time: time
  ask "At what time?"
  again "Sorry, at what time?"
  tries 2
"""
BOTH = (
    DAY
    + """
state start
  collect day, slot_time
    done -> over
    failed: end bad

state over
  say "{{ day | spoken }}, {{ slot_time | spoken }}."
  end good

anywhere
  price
    say "It's free."
    resume
"""
)


def test_slots_are_asked_for_in_order_and_read_back() -> None:
    talk = Talk(BOTH)
    assert talk.said == ["Which day?"]
    assert talk.expecting == "date"
    assert talk.says("next friday") == ["Friday the fourth of December, is that right?"]
    assert talk.expecting == "choice"
    assert talk.says("yes") == ["At what time?"]
    assert talk.says("half four") == ["Friday the fourth of December, half past four."]
    assert talk.outcome == "good"


def test_several_slots_in_one_answer() -> None:
    talk = Talk(BOTH)
    assert talk.says("next friday at ten past nine") == ["Friday the fourth of December, is that right?"]
    assert talk.says("yes") == ["Friday the fourth of December, ten past nine in the morning."]


def test_a_correction_in_the_same_breath() -> None:
    talk = Talk(BOTH)
    assert talk.says("Thursday, no, Friday") == ["Friday the twenty-seventh of November, is that right?"]


def test_no_with_another_value_corrects_the_read_back() -> None:
    talk = Talk(BOTH)
    talk.says("thursday")
    assert talk.says("no, Friday") == ["Friday the twenty-seventh of November, is that right?"]


def test_yes_with_another_day_means_the_other_day() -> None:
    talk = Talk(BOTH)
    talk.says("thursday")
    assert talk.says("yes, Friday") == ["Friday the twenty-seventh of November, is that right?"]


def test_a_slot_filled_by_a_digression_is_not_asked_for_again() -> None:
    talk = Talk(
        """
slot day: date
  ask "Which day?"
slot slot_time: time
  ask "At what time?"

state start
  collect day, slot_time
    done: end good
    failed: end bad

anywhere
  price
    set day = today
    resume
"""
    )
    assert talk.says("how much is it") == ["At what time?"]


def test_a_bare_no_asks_again() -> None:
    talk = Talk(BOTH)
    talk.says("thursday")
    assert talk.says("no") == ["Sorry, which day?"]


def test_an_earlier_slot_is_corrected_while_the_next_is_asked_for() -> None:
    talk = Talk(BOTH)
    talk.says("thursday", "yes")
    assert talk.says("no sorry, friday") == ["Friday the twenty-seventh of November, is that right?"]
    assert talk.says("yes") == ["At what time?"]


def test_an_invalid_value_is_refused_with_its_reason() -> None:
    talk = Talk(BOTH)
    assert talk.says("today") == ["That day has gone.", "Which day?"]
    assert "day" not in talk.conversation.variables


def test_tries_run_out() -> None:
    talk = Talk(BOTH)
    assert talk.says("the weather is lovely") == ["Sorry, which day?"]
    assert talk.waits() == ["Sorry, which day?"]
    talk.says("what lovely weather")
    assert talk.outcome == "bad"


def test_an_unconfirmed_value_is_not_kept_when_tries_run_out() -> None:
    talk = Talk(BOTH)
    talk.says("thursday", "lovely weather", "lovely weather", "lovely weather")
    assert talk.outcome == "bad"
    assert talk.conversation.variables == {}


def test_a_question_inside_a_collect_returns_to_it() -> None:
    talk = Talk(BOTH)
    talk.says("thursday")
    assert talk.says("how much is it") == ["It's free.", "Thursday the twenty-sixth of November, is that right?"]


def test_an_opt_out_inside_a_collect_comes_first() -> None:
    talk = Talk(BOTH)
    talk.says("thursday and stop calling me")
    assert talk.suppressed
    assert talk.outcome == "removed"


def test_a_slot_filled_in_passing_is_only_read_back() -> None:
    talk = Talk(
        DAY
        + """
state start
  say "Shall I book a visit?"
  listen
    agree -> chat
    silence: again

state chat
  say "Lovely. Is the boiler indoors?"
  listen
    agree -> booking
    silence: again

state booking
  collect day
    done: end good
    failed: end bad
"""
    )
    talk.says("yes, and thursday is best")
    assert talk.says("yes") == ["Thursday the twenty-sixth of November, is that right?"]
    talk.says("yes")
    assert talk.outcome == "good"


def test_the_words_that_lead_to_a_collect_may_answer_it() -> None:
    talk = Talk(
        """
slot day: date
  ask "Which day?"
slot other_day: date
  ask "Which other day?"

state start
  say "Shall I book a visit?"
  listen
    agree -> booking
    silence: again

state booking
  collect day, other_day
    done: end good
    failed: end bad
"""
    )
    assert talk.says("yes, on thursday please") == ["Which other day?"]


def test_a_confirmed_slot_is_not_asked_for_again() -> None:
    talk = Talk(
        DAY
        + """
state start
  collect day
    done -> chat
    failed: end bad

state chat
  say "Shall I book it?"
  listen
    agree -> start
    refuse: end good
    silence: again
"""
    )
    talk.says("thursday", "yes")
    assert talk.says("yes") == ["Shall I book it?"]


def test_a_collect_that_is_always_done_cannot_loop_for_ever() -> None:
    talk = Talk(
        """
slot day: date
  ask "Which day?"

state start
  collect day
    done -> start
    failed: end bad
"""
    )
    talk.says("thursday")
    assert talk.outcome == "failed"
    assert talk.notes == ["moved 50 times without waiting, last to 'start'"]


def test_again_in_failed_begins_the_collect_anew() -> None:
    talk = Talk(
        """
slot day: date
  ask "Which day?"
  tries 1

state start
  collect day
    done: end good
    failed: again "Let's try again."
"""
    )
    assert talk.says("the weather is lovely") == ["Let's try again.", "Which day?"]


@pytest.mark.parametrize(
    ("kind", "answer", "value"),
    [
        ("text", "the blue one by the door", "the blue one by the door"),
        ("boolean", "yes please", True),
        ("one of (morning, afternoon)", "in the afternoon", "afternoon"),
        ("number", "two and a half", 2.5),
        ("money", "fourteen fifty", 14.5),
        ("digits(4)", "double four oh one", "4401"),
        ("uk_postcode", "S W one A, one A A", "SW1A 1AA"),
        ("phone", "oh double seven double oh, nine double oh, one two three", "+447700900123"),
        ("email", "sam dot jones at example dot com", "sam.jones@example.com"),
        ("uk_name", "my name is sam jones", "Sam Jones"),
    ],
)
def test_each_type_is_taken_from_an_answer(kind: str, answer: str, value: object) -> None:
    talk = Talk(
        f"""
slot wanted: {kind}
  ask "What is it?"

state start
  collect wanted
    done: end good
    failed: end bad
"""
    )
    talk.says(answer)
    assert talk.conversation.variables == {"wanted": value}
    assert talk.outcome == "good"


COUNTED = """
slot count: number
  ask "How many?"
  confirm "{{ count }}, is that right?"

slot at: time
  ask "At what time?"
  confirm "{{ at | spoken }}, is that right?"

state start
  collect count, at
    done or failed: end good
"""


@pytest.mark.parametrize("said", ["no, it's five", "no it's 5", "it's five", "no the correct number is five"])
def test_a_sentence_that_gives_another_number_corrects_the_read_back(said: str) -> None:
    talk = Talk(COUNTED)
    assert talk.says("four") == ["4, is that right?"]
    assert talk.says(said) == ["5, is that right?"]


def test_a_sentence_that_gives_another_time_corrects_the_read_back() -> None:
    talk = Talk(COUNTED)
    talk.says("four")
    talk.says("no, that's right, it is")
    talk.says("half past five")
    assert talk.says("no it's half past six") == ["half past six in the evening, is that right?"]
