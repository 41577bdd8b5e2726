"""The filters for the ear, and the templates and expressions that use them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from flowengine.conversation.evaluate import Evaluator, daypart, environment, moment
from flowengine.errors import EvaluationError
from flowengine.graph.model import Expression, Template
from flowengine.language.source import Span
from flowengine.words.number_words import cardinal, ordinal
from tests.conversation.talk import TUESDAY, compiled

HERE = Span("test.flow", 3, 1, 3, 9)
SPOKEN: list[tuple[str, object, str]] = [
    ("spoken", date(2026, 12, 1), "Tuesday the first of December"),
    ("spoken", time(16, 30), "half past four"),
    ("spoken", time(9, 10), "ten past nine in the morning"),
    ("spoken", time(14, 15), "quarter past two"),
    ("spoken", time(20, 45), "quarter to nine in the evening"),
    ("spoken", time(15, 0), "three o'clock"),
    ("spoken", time(11, 58), "two minutes to twelve in the morning"),
    ("spoken", time(12, 0), "twelve noon"),
    ("spoken", time(0, 0), "midnight"),
    (
        "spoken",
        datetime(2026, 11, 25, 15, 0, tzinfo=TUESDAY.tzinfo),
        "Wednesday the twenty-fifth of November at three o'clock",
    ),
    ("spoken", timedelta(minutes=90), "one hour and thirty minutes"),
    ("spoken", 115, "one hundred and fifteen"),
    ("spoken", 14.5, "fourteen point five"),
    ("spoken", -3, "minus three"),
    ("spoken", True, "yes"),
    ("spoken", ["Monday", "Tuesday", "Friday"], "Monday, Tuesday and Friday"),
    ("spoken", "+447700900123", "zero double seven double zero, nine double zero, one two three"),
    ("spoken", "0113 496 0123", "zero double one three, four nine six, zero one two three"),
    ("spoken", "020 7946 0123", "zero two zero, seven nine four six, zero one two three"),
    ("spoken", "+15550100", "plus one double five five zero one double zero"),
    ("spoken", "SW1A 1AA", "S W one A, one A A"),
    ("spoken", "a boiler", "a boiler"),
    ("spoken", "0417", "zero four one seven"),
    ("spoken", "42", "42"),
    ("spoken", "sam_jones2@example.co.uk", "sam underscore jones two at example dot co dot uk"),
    ("money", 14.5, "fourteen pounds fifty"),
    ("money", 22.00, "twenty-two pounds"),
    ("money", 1, "one pound"),
    ("money", 0.2, "twenty pence"),
    ("money", 0.01, "one penny"),
    ("money", 3.05, "three pounds and five pence"),
    ("money", 1250, "one thousand two hundred and fifty pounds"),
    ("money", 0, "zero pounds"),
    ("money", -5, "minus five pounds"),
    ("spelled", "BX-204", "B X, two zero four"),
    ("ordinal", 3, "third"),
    ("ordinal", 21, "twenty-first"),
    ("ordinal", 40, "fortieth"),
    ("ordinal", 112, "one hundred and twelfth"),
]


@pytest.mark.parametrize(("name", "value", "expected"), SPOKEN, ids=lambda each: str(each)[:40])
def test_a_filter_speaks_british(name: str, value: object, expected: str) -> None:
    assert environment().from_string(f"{{{{ value | {name} }}}}").render(value=value) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ 1 | plural('visit') }}", "one visit"),
        ("{{ 2 | plural('visit') }}", "two visits"),
        ("{{ 3 | plural('person') }}", "three people"),
        ("{{ 2 | plural('company') }}", "two companies"),
        ("{{ 2 | plural('box') }}", "two boxes"),
        ("{{ 2 | plural('sheep', 'sheep') }}", "two sheep"),
    ],
)
def test_plurals(source: str, expected: str) -> None:
    assert environment().from_string(source).render() == expected


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (19, "nineteen"),
        (40, "forty"),
        (101, "one hundred and one"),
        (1001, "one thousand and one"),
        (1_250_000, "one million two hundred and fifty thousand"),
        (10**12, "one zero zero zero zero zero zero zero zero zero zero zero zero"),
    ],
)
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


def test_ordinals_end_as_their_last_word() -> None:
    assert [ordinal(number) for number in (1, 2, 5, 8, 9, 12, 20, 31)] == [
        "first",
        "second",
        "fifth",
        "eighth",
        "ninth",
        "twelfth",
        "twentieth",
        "thirty-first",
    ]


def evaluator(template: str = "x", expression: str = "1") -> tuple[Evaluator, Template, Expression]:
    # Set to two types, `b` has none that the checks could hold against its use: the mistakes here show when evaluated.
    flow = compiled(f'state only\n  set b = 1\n  set b = "x"\n  set a = {expression}\n  say "{template}"\n  end good')
    _, _, setting, saying, _ = flow.states["only"].body
    return Evaluator(flow), saying.sentences[0], setting.value  # type: ignore[union-attr]  # Set and Say, as written


@pytest.mark.parametrize("template", ["{{ b.c }}", "{{ b | money }}", "{{ contact | spoken }}", "{{ turns }}"])
def test_what_cannot_be_spoken_is_an_error_and_not_none(template: str) -> None:
    made, text, _ = evaluator(template)
    with pytest.raises(EvaluationError):
        made.render(text, {"b": None, "contact": object(), "turns": None})


def test_an_error_names_the_line_and_no_value() -> None:
    made, text, _ = evaluator("{{ b | money }}")
    with pytest.raises(
        EvaluationError, match=r"^flow\.flow:\d+: a value that is missing, or of another type than is needed$"
    ):
        made.render(text, {"b": "secret words"})


@pytest.mark.parametrize("expression", ["b / 0", "b.c.d", "b.upper()"])
def test_an_expression_can_do_no_harm(expression: str) -> None:
    made, _, value = evaluator(expression=expression)
    with pytest.raises(EvaluationError):
        made.value(value, {"b": 1})


def test_text_is_spoken_without_html_escapes_and_with_tidy_blanks() -> None:
    made, text, _ = evaluator("Hearth & Home   says {{ b }}")
    assert made.render(text, {"b": "<hello>"}) == "Hearth & Home says <hello>"


def test_now_is_reckoned_over_a_clock_change() -> None:
    before = datetime(2026, 10, 25, 1, 59, tzinfo=TUESDAY.tzinfo)
    assert moment(before, 3600).isoformat() == "2026-10-25T01:59:00+00:00"


@pytest.mark.parametrize(
    ("hour", "part"), [(0, "morning"), (11, "morning"), (12, "afternoon"), (17, "afternoon"), (18, "evening")]
)
def test_dayparts(hour: int, part: str) -> None:
    assert daypart(TUESDAY.replace(hour=hour)) == part
