"""Arguments, secrets, numbers to dial, variables and conditions: what is reported, and what is not."""

from __future__ import annotations

from typing import get_args

import pytest

from flowengine.conversation.doing import fitted, number
from flowengine.graph.checks.wrong_arguments import FITS
from flowengine.graph.kinds import SAMPLES, TYPES
from flowengine.graph.model import TypeKind, ValueType
from tests.graph.findings import everything, messages, reported

ACTION = """\
action book(day: date, name: text, size: one of (small, large)) -> reference: text, seats: number
  python "acme.bookings:book"
  timeout 2s

slot visit: date
  ask "Which day?"

slot pin: digits(4) secret
  ask "Your four digits, please?"

"""

DO = """\
state first
  collect visit, pin
    done -> book_it
    failed -> goodbye

state book_it
  do book({arguments})
    ok
      {ok}
      -> goodbye
    error -> goodbye
"""


def do(arguments: str, ok: str = 'note "{{ reference }}"') -> str:
    return ACTION + DO.format(arguments=arguments, ok=ok)


@pytest.mark.parametrize(
    "arguments",
    [
        'visit, contact.name, "small"',
        'visit, size="large", name=contact.name',
        "today, last_heard, contact.plan",
        'now.date(), "Sam, the second", "small"',
        'now, contact.age, "Small"',
        '"2026-12-01", contact.name, "small"',
        'visit, contact.name | upper, "small" if turns > 2 else "large"',
    ],
)
def test_arguments_that_fit_are_not_reported(arguments: str) -> None:
    assert not everything(do(arguments))


@pytest.mark.parametrize(
    ("arguments", "message", "help_"),
    [
        ('visit, contact.name, "small", 3', "'book' takes 3 arguments, and this is one more", None),
        ('visit, nmae=contact.name, size="small"', "'book' has no argument 'nmae'", "did you mean 'name'?"),
        ('visit, contact.name, name="Sam"', "'name' is given twice", None),
        ("visit, contact.name", "'book' is not given 'size'", "it is written: do book(day, name, size)"),
        ('turns, contact.name, "small"', "'day' is a date, and 'turns' is a number", "give it a date"),
        ('"soon", contact.name, "small"', "'day' is a date, and 'soon' is none", 'write it as "2026-12-01"'),
        ('visit, today, "small"', "'name' is a text, and 'today' is a date", "make it a text: today | spoken"),
        (
            'now, "Sam", "tiny"',
            "'size' is a choice, which is text, and 'tiny' is none",
            "it is one of small, large",
        ),
    ],
)
def test_an_argument_that_does_not_fit_is_one_finding(arguments: str, message: str, help_: str | None) -> None:
    (problem,) = everything(do(arguments))
    assert (problem.code, problem.message) == ("FL409", message)
    assert problem.help == (help_ or "it is written: do book(day, name, size)")


def test_results_are_known_with_their_types() -> None:
    fits = 'visit, contact.name, "small"'
    assert not everything(do(fits, 'note "{{ reference | upper }} {{ seats + 1 }}"'))
    assert messages(do(fits, 'note "{{ seats | upper }} {{ reference | money }}"'), "FL405") == [
        "'money' takes a number, and 'reference' is a text"
    ]
    assert [problem.code for problem in everything(do(fits, 'note "{{ refrence }}"'))] == ["FL502"]


def test_a_secret_may_be_given_to_an_action_and_compared() -> None:
    ways = [
        do('visit, pin, "small"'),
        do('visit, contact.name, "small"', 'if pin == "1234": note "{{ reference }}"'),
        do('visit, contact.name, "small"', 'set known = pin == "1234"').replace("-> goodbye", "-> goodbye", 1),
        do('visit, contact.name, "small"', 'set level = 2 if pin == "1234" else 1'),
    ]
    for text in ways:
        assert not reported(text, "FL412")


@pytest.mark.parametrize(
    ("statement", "how"),
    [
        ('say "You typed {{ pin }}."', "spoken"),
        ('say "You typed {{ slots.pin }}."', "spoken"),
        ('say "{% if pin %}Thank you.{% endif %}"', "spoken"),
        ('note "{{ pin }}"', "noted in the record"),
    ],
)
def test_a_secret_that_would_be_heard_or_kept_is_reported(statement: str, how: str) -> None:
    text = do('visit, contact.name, "small"', statement)
    (problem,) = reported(text, "FL412")
    assert problem.message == f"'pin' is secret, and would be {how} here"
    assert problem.span.end_column - problem.span.column == 3


def test_what_is_made_of_a_secret_is_one() -> None:
    made = 'set copy = pin ~ "!"\n      set other = copy\n      note "{{ other }}"'
    assert messages(do('visit, pin, "small"', made), "FL412") == [
        "'other' is secret, and would be noted in the record here"
    ]
    asked = 'set known = pin == "1234"\n      note "{{ known }}"'
    assert not reported(do('visit, pin, "small"', asked), "FL412")


def test_a_secret_read_back_is_spoken() -> None:
    text = do('visit, pin, "small"').replace('digits, please?"', 'digits, please?"\n  confirm "{{ pin | spelled }}?"')
    assert messages(text, "FL412") == ["'pin' is secret, and would be spoken here"]


def test_a_secret_is_not_dialled_or_told_to_the_model() -> None:
    text = ACTION + DO.format(arguments='visit, pin, "small"', ok="set x = 1").replace(
        "state book_it\n", 'state other\n  transfer pin\n    answered or busy or no_answer or failed -> goodbye\n\n'
        'state book_it\n'
    )  # fmt: skip
    assert messages(text, "FL412") == ["'pin' is secret, and would be dialled here"]


def transfer(target: str) -> str:
    return f"state first\n  transfer {target}\n    answered or busy or no_answer or failed -> goodbye\n"


@pytest.mark.parametrize(
    "target", ['"+442079460000"', '"+12025550123"', "contact.mobile", "contact.name", "last_heard"]
)
def test_a_number_that_can_be_dialled_is_not_reported(target: str) -> None:
    assert not reported(transfer(target), "FL413")


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ('"7946 0000"', "'7946 0000' is no telephone number"),
        ('"0909 879 0000"', "+449098790000 is charged at a rate of its own, to us"),
        ('"999"', "999 is an emergency number, which no call can be put through to"),
        ('"+449098790000"', "+449098790000 is charged at a rate of its own, to us"),
        ("today", "'today' is a date, not a telephone number"),
        ('"sales"', "'sales' is no telephone number"),
    ],
)
def test_what_cannot_be_dialled_is_reported(target: str, message: str) -> None:
    assert messages(transfer(target), "FL413") == [message]


def test_what_is_said_to_be_no_number_is_none_at_run_time() -> None:
    others = ("7946 0000", "sales", "+44 (0) 20 7946 0000", "0044 20 7946 0000", "020.7946.0000")
    for written in ("+442079460000", "020 7946 0000", *others):
        said = messages(transfer(f'"{written}"'), "FL413")
        assert not said or number(written) is None


def test_arguments_that_are_said_not_to_fit_do_not_fit_at_run_time() -> None:
    kinds = [kind for kind in get_args(TypeKind) if kind not in ("one_of", "digits")]
    for wanted in kinds:
        for given, samples in SAMPLES.items():
            fits = any(fitted(ValueType(wanted), sample) is not None for sample in samples)
            assert not fits or given in FITS[TYPES[wanted].kind], (wanted, given)


@pytest.mark.parametrize(
    "use",
    [
        'say "{{ reason }}"',
        'note "{{ reason }}"',
        'if reason == "price": wait 1s',
        "set other = reason ~ turns",
        'say "{% if reason %}Yes.{% endif %}"',
    ],
)
def test_a_variable_that_is_read_anywhere_is_not_reported(use: str) -> None:
    text = f'state first\n  set reason = "price" if turns > 1 else "other"\n  {use}\n  -> goodbye\n'
    assert "'reason' is set, and nothing reads it" not in messages(text, "FL408")


def test_a_variable_read_by_its_own_set_alone_is_reported_once() -> None:
    text = "state first\n  set rounds = 0\n  set rounds = rounds + 1\n  -> goodbye\n"
    assert messages(text, "FL408") == ["'rounds' is set, and nothing reads it"]


def test_a_variable_read_under_a_misspelled_name_is_told_of_once() -> None:
    text = 'state first\n  set reason = "price"\n  note "{{ raeson }}"\n  -> goodbye\n'
    assert [problem.code for problem in everything(text)] == ["FL502"]


def test_a_slot_that_is_set_may_stay_unread() -> None:
    assert not reported(do('visit, pin, "small"', "set visit = today"), "FL408")


def condition(text: str, before: str = "") -> str:
    return f'state first\n{before}  if {text}\n    say "Hello."\n  -> goodbye\n'


@pytest.mark.parametrize(
    "text",
    [
        'contact.plan != "basic" and contact.plan != "full"',
        'contact.plan == "basic" or contact.plan == "full"',
        "contact.age > 17 and contact.age < 65",
        "contact.age < 18 or contact.age > 64",
        "contact.age == contact.age + 1 - 1",
        "turns > 0",
        "mood < -0.5 or sentiment > 0.5",
        "now.hour >= 9 and now.hour < 18",
        "now.weekday() < 5",
        "contact.due > today",
        "contact.age is defined",
        'contact.name == "5"',
        "last_heard | length > 3",
    ],
)
def test_a_condition_that_can_be_either_is_not_reported(text: str) -> None:
    assert not reported(condition(text), "FL401")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('contact.plan != "basic" or contact.plan != "full"', "always"),
        ('contact.plan == "basic" and contact.plan == "full"', "never"),
        ("contact.age > 65 and contact.age < 18", "never"),
        ("contact.age < 65 or contact.age > 18", "always"),
        ("contact.age == contact.age", "always"),
        ("contact.age != contact.age", "never"),
        ('contact.age == "30"', "never"),
        ('contact.due == "2026-12-01"', "never"),
        ("turns >= 0", "always"),
        ("mood > 1", "never"),
        ("now.hour > 23", "never"),
        ("now.weekday() < 7", "always"),
        ("not turns < 0", "always"),
        ("contact.age > 17 or not contact.age > 17", "always"),
    ],
)
def test_a_condition_that_types_and_ranges_decide_is_reported(text: str, word: str) -> None:
    assert messages(condition(text), "FL401") == [f"'{text}' is {word} true"]


def test_a_variable_with_one_value_decides_a_condition() -> None:
    before = "  set tries = 3\n"
    assert messages(condition("tries > 2", before), "FL401") == [
        "'tries > 2' is always true: 'tries' is only ever set to 3"
    ]
    assert not reported(condition("tries > 2", before + "  set tries = tries + 1\n"), "FL401")
    assert not reported(condition("tries is defined and tries > 2", before), "FL401")


def test_a_variable_holds_only_the_texts_that_it_is_set_to() -> None:
    text = (
        'state first\n  set why = "price" if turns > 1 else "time"\n  if why == "prise": say "I see."\n  -> goodbye\n'
    )
    (problem,) = reported(text, "FL402")
    assert (problem.message, problem.help) == ("'why' is never 'prise'", "did you mean 'price'?")
    assert not reported(text.replace("prise", "time"), "FL402")
    assert not reported(text.replace("prise", "prize").replace('else "time"', "else last_heard"), "FL402")


SPOKEN_RAW = """\
contact
  fee: money = 14
  member: boolean = true

slot visit: date
  ask "Which day?"

state first
  collect visit
    done -> second
    failed -> goodbye

state second
  {statement}
  -> goodbye
"""


@pytest.mark.parametrize(
    ("value", "words", "name"),
    [
        ("today", "a date", "spoken"),
        ("now", "a datetime", "spoken"),
        ("visit", "a date", "spoken"),
        ("contact.due", "a date", "spoken"),
        ("contact.member", "a boolean", "spoken"),
        ("contact.fee", "an amount of money", "money"),
    ],
)
def test_a_value_spoken_without_a_filter_is_reported_with_the_filter(value: str, words: str, name: str) -> None:
    (found,) = reported(SPOKEN_RAW.format(statement=f'say "It is {{{{ {value} }}}}."'), "FL522")
    assert found.message == f"{words} is spoken here as a computer writes it"
    assert found.fix is not None
    assert found.fix.replacement == f"{value} | {name}"


@pytest.mark.parametrize(
    "statement",
    [
        'say "It is {{ today | spoken }}, {{ visit | spoken }}, {{ contact.fee | money }}."',
        'say "{{ contact.name }}, {{ turns }}, {{ daypart }}, {{ contact.age }}, {{ contact.plan }}."',
        'say "{% if contact.member %}Welcome back.{% else %}Welcome.{% endif %}"',
        'say "{% for today in [1, 2] %}{{ today }}{% endfor %}"',
        'note "{{ visit }}, {{ now }}, {{ contact.member }}, {{ contact.fee }}"',
        'say "It costs £{{ contact.fee }}."',
    ],
)
def test_a_value_that_is_well_spoken_or_noted_is_not_reported(statement: str) -> None:
    assert not reported(SPOKEN_RAW.format(statement=statement), "FL522")


@pytest.mark.parametrize(
    ("statements", "finding"),
    [
        ('set visit = "foo"', "'visit' is a date elsewhere, and a text here"),
        ('set n = 3\n  set n = "foo"', "'n' is a number elsewhere, and a text here"),
        ("set n = today\n  set n = turns > 3", "'n' is a date elsewhere, and a boolean here"),
    ],
)
def test_a_name_given_unlike_values_is_reported(statements: str, finding: str) -> None:
    text = SPOKEN_RAW.format(statement=f'{statements}\n  note "{{{{ n }}}}"')
    assert messages(text, "FL414") == [finding]


@pytest.mark.parametrize(
    "statements",
    [
        "set visit = today",
        "set visit = none",
        'set n = ""\n  set n = today',
        "set n = 3\n  set n = n | default(0) + 1",
        'set n = "a"\n  set n = contact.name',
    ],
)
def test_a_name_given_values_of_one_type_is_not_reported(statements: str) -> None:
    assert not reported(SPOKEN_RAW.format(statement=f'{statements}\n  note "{{{{ n }}}}"'), "FL414")
