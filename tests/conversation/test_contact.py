"""The data a call is started with."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from flowengine.conversation.slots import check_contact
from flowengine.errors import ContactNotValid
from flowengine.graph.model import Flow
from tests.conversation.talk import compiled


def flow(field: str) -> Flow:
    return compiled(f"contact\n  {field}\n\nstate only\n  end good")


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("text", "Sam", "Sam"),
        ("number", "4", 4),
        ("number", 2.5, 2.5),
        ("money", "£14.50", 14.5),
        ("boolean", "yes", True),
        ("boolean", False, False),
        ("date", "2026-12-01", date(2026, 12, 1)),
        ("time", "15:30", time(15, 30)),
        ("datetime", "2026-12-01T15:30:00Z", datetime(2026, 12, 1, 15, 30, tzinfo=UTC)),
        ("duration", "90s", timedelta(seconds=90)),
        ("phone", "0113 496 0123", "+441134960123"),
        ("email", "sam@example.com", "sam@example.com"),
        ("uk_postcode", "sw1a1aa", "SW1A 1AA"),
        ("uk_name", "Sam Jones", "Sam Jones"),
        ("digits(4)", "0427", "0427"),
        ("one of (gold, silver)", "Gold", "gold"),
    ],
)
def test_each_type_is_read(kind: str, given: object, expected: object) -> None:
    assert check_contact(flow(f"value: {kind}"), {"value": given}) == {"value": expected}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", ["Sam"]),
        ("text", "Hello {{ first_name }}"),
        ("number", "four"),
        ("number", float("nan")),
        ("number", True),
        ("money", "much"),
        ("boolean", "perhaps"),
        ("date", "1/12/2026"),
        ("date", 5),
        ("time", "half four"),
        ("phone", "no number"),
        ("email", "sam@"),
        ("uk_postcode", "QQ1 1AA"),
        ("digits(4)", "042"),
        ("one of (gold, silver)", "bronze"),
    ],
)
def test_what_does_not_fit_names_the_field(kind: str, given: object) -> None:
    with pytest.raises(ContactNotValid, match="'value'"):
        check_contact(flow(f"value: {kind}"), {"value": given})


def test_a_default_fills_what_is_not_given() -> None:
    assert check_contact(flow('plan: text = "Essential"'), {}) == {"plan": "Essential"}


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ContactNotValid, match="'name' is missing"):
        check_contact(flow("name: text"), {})


def test_a_field_that_the_flow_does_not_have_is_named() -> None:
    with pytest.raises(ContactNotValid, match="no contact field 'nmae'"):
        check_contact(flow("name: text"), {"name": "Sam", "nmae": "Sam"})
