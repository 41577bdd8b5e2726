"""H1, H2, H3: the hours and the holidays. Cases carried over from the product's worked decisions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.compliance.guard import decide_calling_hours
from flowengine.compliance.policy import Nation, Policy

CASES: list[tuple[str, Nation | None, str | None]] = [
    ("2026-03-04T07:59:59+00:00", "ENG", "OUTSIDE_HOURS"),
    ("2026-03-04T08:00:00+00:00", "ENG", None),
    ("2026-03-04T20:59:59+00:00", "ENG", None),
    ("2026-03-04T21:00:00+00:00", "ENG", "OUTSIDE_HOURS"),
    ("2026-03-07T08:59:59+00:00", "ENG", "OUTSIDE_HOURS"),
    ("2026-03-07T16:59:59+00:00", "ENG", None),
    ("2026-03-07T17:00:00+00:00", "ENG", "OUTSIDE_HOURS"),
    ("2026-03-08T12:00:00+00:00", "ENG", None),
    # Summer time: 07:30 UTC is 08:30 in London.
    ("2026-07-01T07:30:00+00:00", "ENG", None),
    ("2026-07-01T20:30:00+00:00", "ENG", "OUTSIDE_HOURS"),
    ("2026-04-03T10:00:00+01:00", "ENG", "BANK_HOLIDAY"),
    ("2026-04-06T10:00:00+01:00", "SCT", None),
    ("2026-04-06T10:00:00+01:00", None, "BANK_HOLIDAY"),
    ("2026-01-02T10:00:00+00:00", "SCT", "BANK_HOLIDAY"),
    ("2026-01-02T10:00:00+00:00", "ENG", None),
    ("2026-03-17T10:00:00+00:00", "NIR", "BANK_HOLIDAY"),
    ("2026-06-15T10:00:00+01:00", "SCT", "BANK_HOLIDAY"),
    ("2026-07-13T10:00:00+01:00", "NIR", "BANK_HOLIDAY"),
    ("2026-08-31T10:00:00+01:00", "WLS", "BANK_HOLIDAY"),
    # Boxing Day 2026 is a Saturday: its substitute is Monday the 28th.
    ("2026-12-28T10:00:00+00:00", "ENG", "BANK_HOLIDAY"),
]


@pytest.mark.parametrize(("at", "nation", "code"), CASES)
def test_each_worked_decision(at: str, nation: Nation | None, code: str | None) -> None:
    decision = decide_calling_hours(datetime.fromisoformat(at), nation=nation)
    assert [reason.code for reason in decision.reasons] == ([code] if code else [])
    assert decision.allowed == (code is None)


def test_every_reason_is_listed() -> None:
    decision = decide_calling_hours(datetime(2026, 12, 25, 23, tzinfo=UTC), nation="ENG")
    assert [reason.rule for reason in decision.reasons] == ["H1", "H3"]


def test_days_of_the_settings_are_holidays_too() -> None:
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert not decide_calling_hours(noon, extra_holidays=[date(2026, 3, 4)]).allowed


def test_sundays_can_be_left_out() -> None:
    sunday = datetime(2026, 3, 8, 12, tzinfo=UTC)
    decision = decide_calling_hours(sunday, policy=Policy(sundays=False))
    assert decision.next_allowed_at == datetime(2026, 3, 9, 8, tzinfo=UTC)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide_calling_hours(datetime(2026, 3, 4, 12))  # noqa: DTZ001 - that is the point


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
nations: st.SearchStrategy[Nation | None] = st.sampled_from(("ENG", "WLS", "SCT", "NIR", None))


@settings(max_examples=60, deadline=None)
@given(moments, nations)
def test_the_next_moment_is_allowed_and_nothing_before_it_is(now: datetime, nation: Nation | None) -> None:
    decision = decide_calling_hours(now, nation=nation)
    if decision.allowed:
        assert decision.next_allowed_at is None
        return
    assert decision.next_allowed_at is not None
    assert decide_calling_hours(decision.next_allowed_at, nation=nation).allowed
    step = now
    while step < decision.next_allowed_at:
        assert not decide_calling_hours(step, nation=nation).allowed
        step += timedelta(minutes=30)


@settings(max_examples=100, deadline=None)
@given(moments, nations)
def test_a_stricter_policy_never_allows_more(now: datetime, nation: Nation | None) -> None:
    if decide_calling_hours(now, nation=nation, policy=Policy(sundays=False)).allowed:
        assert decide_calling_hours(now, nation=nation).allowed
    if decide_calling_hours(now, nation=None).allowed:
        assert decide_calling_hours(now, nation=nation).allowed
