"""Corrections inside a `collect`: whose value a caller takes back, and what remains a refusal."""

from __future__ import annotations

import pytest

from tests.conversation.talk import INTENTS, Talk, compiled

ORDER = """
slot topping: one of (pepperoni, margherita)
  ask "Which pizza?"
slot how_many: number
  ask "How many?"
slot at: time
  ask "At what time?"
{asked}

state start
  collect topping, how_many, at, asked
    done: end good
    failed: end bad

anywhere
  opt_out: end removed
  refuse: end bad
  sorry: again
"""
SORRY = INTENTS + '\nintent sorry "the caller did not hear"\n  "sorry" "pardon" "what"\n'
LAST = 'slot asked: uk_postcode\n  ask "Which postcode?"'
READ_BACK = 'slot asked: date\n  ask "Which day?"\n  confirm "{{ asked | spoken }}, is that right?"'


def _order(asked: str = LAST, *, said: tuple[str, ...] = ("pepperoni", "twelve", "at seven")) -> Talk:
    talk = Talk(compiled(ORDER.format(asked=asked), intents=SORRY))
    talk.says(*said)
    return talk


KINDS = ["uk_postcode", "text", "uk_name", "boolean", "date", "number", "phone", "digits(11)"]
CORRECTIONS = [
    ("no, actually the time should be eight", "at", "08:00:00"),
    ("oh no sorry the time is eight", "at", "08:00:00"),
    ("sorry I said four pizzas not twelve", "how_many", "4"),
    ("actually make it margherita", "topping", "margherita"),
    ("no, at half past six", "at", "18:30:00"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("said", "slot", "value"), CORRECTIONS)
def test_an_earlier_slot_is_corrected_and_the_question_asked_again(kind: str, said: str, slot: str, value: str) -> None:
    talk = _order(f'slot asked: {kind}\n  ask "And the last?"')
    before = {name: str(each) for name, each in talk.conversation.variables.items()}
    assert talk.says(said) == ["And the last?"]
    assert {name: str(each) for name, each in talk.conversation.variables.items()} == {**before, slot: value}


@pytest.mark.parametrize(
    "said",
    ["no, four", "sorry, I meant four", "actually make that four please", "no sorry four of them", "no, four pizzas"],
)
def test_a_number_alone_corrects_the_only_number(said: str) -> None:
    talk = _order()
    assert talk.says(said) == ["Which postcode?"]
    assert talk.conversation.variables["how_many"] == 4


@pytest.mark.parametrize("said", ["sorry, one moment", "no one told me that", "sorry, give me two minutes"])
def test_a_number_that_counts_nothing_corrects_nothing(said: str) -> None:
    talk = _order()
    talk.says(said)
    assert talk.conversation.variables["how_many"] == 12


@pytest.mark.parametrize(
    ("said", "at"), [("no, actually the time should be half past eight", "08:30:00"), ("no, at four", "16:00:00")]
)
def test_a_correction_of_another_slot_leaves_the_read_back_open(said: str, at: str) -> None:
    talk = _order(READ_BACK)
    assert talk.says("on friday") == ["Friday the twenty-seventh of November, is that right?"]
    assert talk.says(said) == ["Friday the twenty-seventh of November, is that right?"]
    assert str(talk.conversation.variables["at"]) == at


def test_a_correction_while_a_name_is_asked_for_is_no_name() -> None:
    talk = _order('slot asked: text\n  ask "Any message?"')
    assert talk.says("no sorry, at half past six") == ["Any message?"]
    talk.says("sorry to be a bother but the bell is broken, ring at the side door")
    assert talk.outcome == "good"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("said", ["no thanks, I'm not interested", "no thanks"])
def test_a_clean_refusal_stays_one(kind: str, said: str) -> None:
    talk = _order(f'slot asked: {kind}\n  ask "And the last?"')
    talk.says(said)
    assert talk.outcome == ("good" if kind == "boolean" else "bad")


def test_what_protects_the_caller_comes_before_a_correction() -> None:
    talk = _order()
    talk.says("no, actually the time should be eight, and stop calling me")
    assert talk.outcome == "removed"


READ_BACK_ONCE = """
slot asked: {kind}
  ask "And?"
  confirm "{{{{ asked }}}}, is that right?"

state start
  collect asked
    done: end good
    failed: end bad
"""
READ_BACKS = [
    ("number", "four", "yes, five", "5"),
    ("number", "four", "yes that's right, five please", "5"),
    ("number", "twelve", "yeah twenty", "20"),
    ("time", "at four", "yes, five", "17:00:00"),
    ("time", "at eight in the evening", "yes, eight in the morning", "08:00:00"),
    ("digits(4)", "one two three four", "yes, one two three five", "1235"),
    ("digits", "one two three four", "yes, one two three", "123"),
    ("number", "four", "yes, that's the one, five", "5"),
    ("digits", "one two", "oh one two", "012"),
    ("money", "fourteen fifty", "yes, fifteen fifty", "15.5"),
    ("money", "fourteen pounds", "yes, fifteen pounds", "15.0"),
]


@pytest.mark.parametrize(("kind", "first", "said", "value"), READ_BACKS)
def test_yes_with_another_value_means_the_other_value_and_is_read_back(
    kind: str, first: str, said: str, value: str
) -> None:
    talk = Talk(READ_BACK_ONCE.format(kind=kind))
    talk.says(first)
    assert talk.says(said) == [f"{value}, is that right?"]
    talk.says("yes")
    assert talk.outcome == "good"


@pytest.mark.parametrize(
    ("kind", "first", "said"),
    [
        ("number", "four", "yes, four"),
        ("number", "four", "yes, that's the one"),
        ("number", "four", "yes that one"),
        ("time", "at eight in the evening", "it's eight"),
        ("number", "four", "one hundred percent, yes"),
        ("time", "at eight in the evening", "yes, eight"),
        ("time", "at four in the morning", "yes, four o'clock"),
        ("time", "at five", "yes, that's the one"),
        ("digits", "four four", "oh yes"),
        ("money", "fourteen fifty", "yes fourteen pounds fifty"),
        ("money", "fourteen fifty", "yes, that's the one"),
    ],
)
def test_yes_with_the_same_value_or_none_agrees(kind: str, first: str, said: str) -> None:
    talk = Talk(READ_BACK_ONCE.format(kind=kind))
    talk.says(first, said)
    assert talk.outcome == "good"


def test_a_time_beside_the_yes_is_no_number() -> None:
    talk = _order('slot asked: number\n  ask "How old?"\n  confirm "{{ asked }}, is that right?"')
    talk.says("forty", "yes, and at half past six")
    assert talk.conversation.variables["asked"] == 40


@pytest.mark.parametrize(
    ("first", "said", "day"),
    [
        ("Tuesday the first of December", "no, Wednesday", "2026-12-02"),
        ("Tuesday the first of December", "no, on Monday", "2026-11-30"),
        ("Tuesday the first of December", "Wednesday", "2026-12-02"),
        ("the eighth of December", "yes, Tuesday", "2026-12-08"),
        ("Friday", "no, Tuesday", "2026-12-01"),
        ("the eighth of December", "no, next Wednesday", "2026-12-02"),
    ],
)
def test_a_bare_weekday_puts_a_date_right_to_the_nearest_one(first: str, said: str, day: str) -> None:
    """Today is Tuesday, the 24th of November; the day itself and those before it are none to come."""
    talk = Talk(READ_BACK + "\n\nstate start\n  collect asked\n    done: end good\n    failed: end bad\n")
    talk.says(first, said)
    assert str(talk.conversation.variables["asked"]) == day


SPOKEN_TO = """
slot wanted: {kind}
  ask "What is it?"
  confirm "{{{{ wanted }}}}, is that right?"
slot fuel: one of (gas, oil)
  ask "Which fuel?"

state start
  collect wanted, fuel
    done: end good
    failed: end bad
"""
BEHIND_A_YES = [
    ("number", "twelve", "yes and actually it's thirteen", "13"),
    ("datetime", "Friday at two", "yes and actually it's three o'clock", "2026-11-27 15:00:00+00:00"),
    ("datetime", "Friday at two", "yeah but make it Saturday at three", "2026-11-28 15:00:00+00:00"),
    ("duration", "twelve minutes", "yes, actually thirteen minutes", "0:13:00"),
    ("uk_name", "Sam Jones", "yes and actually it's Sam Smith", "Sam Smith"),
    ("uk_name", "Sam Jones", "yes but it's Samantha Jones", "Samantha Jones"),
    ("text", "the blue one", "yes and actually it's the red one", "the red one"),
    ("text", "the blue one", "no, it's the red one", "the red one"),
]
YES_ALL_THE_SAME = [
    ("datetime", "Friday at two", "yes, Friday afternoon"),
    ("datetime", "Friday at two", "yes, actually that's fine"),
    ("duration", "twelve minutes", "yes, just give me five minutes"),
    ("uk_name", "Sam Jones", "yes, sorry, that's me"),
    ("uk_name", "Sam Jones", "yes, actually it is Sam Jones"),
    ("text", "the blue one", "yes, sorry, I forgot"),
    ("text", "the blue one", "yes, I mean, I think so"),
]


@pytest.mark.parametrize(("kind", "first", "then", "value"), BEHIND_A_YES)
def test_another_value_behind_a_yes_is_a_correction_and_read_back(kind: str, first: str, then: str, value: str) -> None:
    talk = Talk(SPOKEN_TO.format(kind=kind))
    talk.says(first)
    assert talk.says(then) == [f"{value}, is that right?"]
    assert talk.says("yes") == ["Which fuel?"]


@pytest.mark.parametrize(("kind", "first", "then"), YES_ALL_THE_SAME)
def test_a_yes_with_more_words_and_no_other_value_is_one(kind: str, first: str, then: str) -> None:
    talk = Talk(SPOKEN_TO.format(kind=kind))
    talk.says(first)
    before = talk.conversation.variables["wanted"]
    assert talk.says(then) == ["Which fuel?"]
    assert talk.conversation.variables == {"wanted": before}


def test_and_actually_corrects_what_was_said_yes_to_when_the_next_question_is_asked() -> None:
    talk = Talk(SPOKEN_TO.format(kind="number"))
    assert talk.says("twelve", "yes") == ["Which fuel?"]
    assert talk.says("and actually it's thirteen") == ["13, is that right?"]
