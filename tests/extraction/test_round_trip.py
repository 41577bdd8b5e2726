"""What is read back is understood: a value, said by its filter and heard again, is the same value."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.conversation.misheard import KNOWN
from flowengine.conversation.phones import uk_number
from flowengine.conversation.postcodes import postcode
from flowengine.conversation.slots import extract
from flowengine.conversation.spoken import money, spoken
from flowengine.graph.model import ValueType
from tests.conversation.talk import TUESDAY

TODAY = TUESDAY.date()
DAYS = st.dates(date(1905, 1, 1), date(2098, 12, 31))
PENCE = st.integers(0, 10**9)
PLACES = st.sampled_from(["gmail.com", "example.co.uk", "acme-plumbing.co.uk", "mail.example.org", "sky.com"])
INWARD = st.from_regex(r"[0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True)
DISTRICTS = st.from_regex(r"[1-9][0-9]?|[1-9][ABCDEFGHJKPSTUW]", fullmatch=True)
PHONES = st.from_regex(
    r"\+44(?:7[0-9]{9}|1[0-9]{8,9}|2[0-9]{9}|3[0-9]{9}|800[0-9]{7})|\+1[2-9][0-9]{9}", fullmatch=True
)

KINDS: list[tuple[ValueType, st.SearchStrategy[Any]]] = [
    (ValueType("date"), DAYS),
    (ValueType("time"), st.times().map(lambda each: each.replace(second=0, microsecond=0))),
    (ValueType("duration"), st.integers(1, 10**7).map(lambda seconds: timedelta(seconds=seconds))),
    (ValueType("number"), st.integers(-(10**9), 10**9)),
    (ValueType("number"), st.integers(-(10**6), 10**6).filter(lambda each: each % 100).map(lambda each: each / 100)),
    (ValueType("phone"), PHONES.filter(lambda each: uk_number(each) == each)),
    (ValueType("digits", digits=6), st.from_regex(r"[0-9]{6}", fullmatch=True)),
    (
        ValueType("uk_postcode"),
        st.builds(lambda *each: postcode("".join(each)), st.sampled_from(sorted(KNOWN)), DISTRICTS, INWARD),
    ),
    (ValueType("boolean"), st.booleans()),
]


@pytest.mark.parametrize(("kind", "values"), KINDS, ids=lambda each: getattr(each, "kind", ""))
@given(data=st.data())
def test_what_is_read_back_is_understood(kind: ValueType, values: st.SearchStrategy[Any], data: st.DataObject) -> None:
    value = data.draw(values)
    assert extract(kind, spoken(value, TODAY), TUESDAY) == value


@given(DAYS, st.times())
def test_a_moment_that_is_read_back_is_understood(day: date, clock: time) -> None:
    moment = datetime.combine(day, clock.replace(second=0, microsecond=0), TUESDAY.tzinfo)
    assert extract(ValueType("datetime"), spoken(moment, TODAY), TUESDAY) == moment


@given(PENCE.map(lambda each: each / 100))
def test_an_amount_that_is_read_back_is_understood(amount: float) -> None:
    assert extract(ValueType("money"), money(amount), TUESDAY) == amount


NAMES = st.lists(
    st.sampled_from(["sam", "jones", "priya", "j", "kate", "o", "info", "x", "42", "007"]), min_size=1, max_size=3
)


@given(NAMES, st.sampled_from("._-+"), PLACES)
def test_an_address_that_is_read_back_is_understood(names: list[str], sign: str, place: str) -> None:
    address = f"{sign.join(names)}@{place}"
    assert extract(ValueType("email"), spoken(address), TUESDAY) == address


@given(st.sampled_from(["Sam Jones", "O'Brien", "Anne-Marie McDonald", "Maria de Souza", "Priya Patel", "Wei Zhang"]))
def test_a_name_that_is_read_back_is_understood(name: str) -> None:
    assert extract(ValueType("uk_name"), spoken(name), TUESDAY) == name


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 12, 1), "Tuesday the first of December"),
        (date(2026, 11, 23), "Monday the twenty-third of November"),
        (date(2027, 11, 24), "Wednesday the twenty-fourth of November twenty twenty-seven"),
        (date(1982, 3, 14), "Sunday the fourteenth of March nineteen eighty-two"),
        (date(2001, 5, 2), "Wednesday the second of May two thousand and one"),
        (date(1905, 5, 2), "Tuesday the second of May nineteen oh five"),
    ],
)
def test_a_date_is_said_with_its_year_where_it_would_be_heard_as_another(day: date, said: str) -> None:
    assert spoken(day, TODAY) == said
