"""Values that a model points at: what it is asked, and what of its answers counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import get_args

import pytest

from flowengine.graph.model import TypeKind, ValueType
from flowengine.runtime.forms import filled
from flowengine.runtime.ports import FormRequest
from flowengine.runtime.reading_values import VALUE_WITHIN_S, value_form, value_read

NOW = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
TEA = ValueType("one_of", ("black", "green"))


def form(kind: ValueType, said: str, question: str = "And?") -> FormRequest:
    asked = value_form(kind, said, question, NOW)
    assert asked is not None
    return asked


def read(kind: ValueType, said: str, wrote: object) -> str | None:
    return value_read(kind, filled(form(kind, said), {"value": wrote}), said, NOW)


def test_the_model_is_asked_for_one_value_in_the_last_words() -> None:
    asked = form(ValueType("uk_name"), "it would be under Ellis", "Whose name is it in, Sam?")
    (field,) = asked.fields
    assert (field.kind, field.choices) == ("text", ())
    assert field.description == "their name, and nothing else, as the caller's own words, copied without a change, " + (
        "as few of them as will do"
    )
    assert asked.heard == (("agent", "Whose name is it in, Sam?"), ("caller", "it would be under Ellis"))
    assert "Sam" not in asked.task + field.description
    assert asked.within_s == VALUE_WITHIN_S


def test_days_are_counted_from_today_and_choices_are_closed() -> None:
    (day,) = form(ValueType("date"), "the day after the match").fields
    assert (day.kind, day.description) == ("date", "the day that they mean; now it is Thursday, 2026-11-26T10:30")
    (tea,) = form(TEA, "the one without colour").fields
    assert (tea.kind, tea.choices) == ("choice", ("black", "green"))


def test_every_type_is_asked_for_or_left_out_on_purpose() -> None:
    asked = {kind for kind in get_args(TypeKind) if value_form(ValueType(kind), "hm", "", NOW) is not None}
    assert set(get_args(TypeKind)) - asked == {"phone", "text", "boolean"}


def test_long_numbers_reach_no_model() -> None:
    assert value_form(ValueType("digits"), "it is four four one seven two two", "", NOW) is None
    assert form(ValueType("uk_name"), "Ellis on 07700 900123").heard == (("agent", "And?"), ("caller", "Ellis on •••"))
    assert read(ValueType("digits", digits=4), "double four one seven I would say", "•••") is None


@pytest.mark.parametrize(
    ("kind", "said", "wrote", "value"),
    [
        ("uk_name", "you would have me down as Ellis", "Ellis", "Ellis"),
        ("uk_name", "you would have me down as Ellis", "Sam Ellis", None),
        ("uk_name", "you would have me down as E L L I S", "Ellis", "Ellis"),
        ("uk_name", "can nine of us come", "Ann", None),
        ("uk_name", "you would have me down as Ellis", "John", None),
        ("number", "fifteen, twenty at a push, call it twenty", "twenty", "twenty"),
        ("number", "fifteen, twenty at a push, call it twenty", "20", "20"),
        ("number", "fifteen, twenty at a push", "1520", None),
        ("number", "the lot of us", "4", None),
        ("number", "more than I can count", "more", None),
        ("money", "call it fourteen pounds fifty", "fourteen pounds fifty", "fourteen pounds fifty"),
        ("money", "call it fourteen pounds fifty", "£15", None),
        ("duration", "well an hour and a half or thereabouts", "an hour and a half", "an hour and a half"),
        ("duration", "until the cows come home", "two hours", None),
        ("uk_postcode", "L S ten two B D", "LS10 2BD", "LS10 2BD"),
        ("uk_postcode", "L S ten two B D", "LS11 2BD", None),
        ("uk_postcode", "somewhere in Leeds", "LS10 2BD", None),
        ("email", "sam dot ellis at example dot com", "sam.ellis@example.com", "sam.ellis@example.com"),
        ("email", "sam at example", "sam@example.com", None),
        ("digits", "it ends in forty-four seventeen", "4417", "4417"),
        ("digits", "it ends in forty-four seventeen", "4418", None),
        ("date", "the day after tomorrow's match", "2026-11-28", "2026-11-28"),
        ("date", "whenever the bins go out", "2026-11-27", None),
        ("date", "I could not say", "2026-11-27", None),
        ("date", "Tuesday or so", "next week", None),
        ("time", "when lunch is over", "13:30", "13:30"),
        ("time", "when it suits", "13:30", None),
        ("datetime", "tomorrow once lunch is over", "2026-11-27T13:30:00", "2026-11-27T13:30"),
    ],
)
def test_a_value_counts_where_the_caller_has_said_it(kind: TypeKind, said: str, wrote: str, value: str | None) -> None:
    digits = 4 if kind == "digits" else None
    assert read(ValueType(kind, digits=digits), said, wrote) == value


@pytest.mark.parametrize(("wrote", "value"), [("green", "green"), ("white", None), (None, None), (["green"], None)])
def test_a_choice_is_one_that_there_is(wrote: object, value: str | None) -> None:
    assert read(TEA, "the one without colour", wrote) == value


@pytest.mark.parametrize("values", [{}, {"value": None}, {"value": 4.0}, {"value": True}, {"value": ""}])
def test_no_value_is_none(values: Mapping[str, str | float | bool | None]) -> None:
    assert value_read(ValueType("number"), values, "four", NOW) is None
