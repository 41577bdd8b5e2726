"""H1, H2, H3: the hours and the holidays, by the product's worked decisions and by their laws."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowengine.compliance.guard import decide_calling_hours
from flowengine.compliance.nations import Nation, nation_of
from flowengine.compliance.policy import LONDON, Policy
from flowengine.errors import SettingsError

WORKED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("worked_hours.json").read_text("utf-8"))["cases"]

# The neighbours of the worked decisions: the second before or after, the other nation, the other clock.
MORE: list[tuple[str, Nation | None, list[str]]] = [
    ("2026-03-04T08:00:00+00:00", "ENG", []),
    ("2026-03-04T21:00:00+00:00", "ENG", ["OUTSIDE_HOURS"]),
    ("2026-03-07T09:00:00+00:00", "ENG", []),
    ("2026-03-07T17:00:00+00:00", "ENG", ["OUTSIDE_HOURS"]),
    ("2026-03-08T12:00:00+00:00", "ENG", []),
    ("2026-03-08T17:00:00+00:00", "ENG", ["OUTSIDE_HOURS"]),
    # Summer time began on 29 March and ends on 25 October 2026.
    ("2026-03-30T06:59:59+00:00", "ENG", ["OUTSIDE_HOURS"]),
    ("2026-03-30T19:59:59+00:00", "ENG", []),
    ("2026-10-26T08:00:00+00:00", "ENG", []),
    ("2026-10-26T20:59:59+00:00", "ENG", []),
    # The same moment, written in other time zones.
    ("2026-03-04T16:00:00+09:00", "ENG", ["OUTSIDE_HOURS"]),
    ("2026-03-04T03:00:00-05:00", "ENG", []),
    ("2026-04-06T10:00:00+01:00", "WLS", ["BANK_HOLIDAY"]),
    ("2026-01-02T10:00:00+00:00", "ENG", []),
    ("2026-01-02T10:00:00+00:00", None, ["BANK_HOLIDAY"]),
    ("2026-03-17T10:00:00+00:00", "SCT", []),
    ("2026-06-15T10:00:00+01:00", "NIR", []),
    ("2026-06-15T10:00:00+01:00", None, ["BANK_HOLIDAY"]),
    ("2026-08-03T10:00:00+01:00", "WLS", []),
    ("2026-08-31T10:00:00+01:00", "WLS", ["BANK_HOLIDAY"]),
    ("2026-12-28T10:00:00+00:00", "ENG", ["BANK_HOLIDAY"]),
    ("2026-12-25T23:30:00+00:00", None, ["OUTSIDE_HOURS", "BANK_HOLIDAY"]),
]


def _e164(national: str) -> str:
    return "+44" + national.replace(" ", "").removeprefix("0")


@pytest.mark.parametrize("case", WORKED, ids=lambda case: case["id"])
def test_each_worked_decision_comes_out(case: dict[str, Any]) -> None:
    decision = decide_calling_hours(datetime.fromisoformat(case["at"]), nation=nation_of(_e164(case["number"])))
    assert [reason.code for reason in decision.reasons] == case["codes"]
    assert decision.can_call == (not case["codes"])


@pytest.mark.parametrize(("at", "nation", "codes"), MORE)
def test_each_neighbour_of_a_worked_decision_comes_out(at: str, nation: Nation | None, codes: list[str]) -> None:
    assert [reason.code for reason in decide_calling_hours(datetime.fromisoformat(at), nation=nation).reasons] == codes


def test_a_decision_says_rule_local_time_and_policy() -> None:
    decision = decide_calling_hours(datetime(2026, 7, 4, 18, 5, tzinfo=UTC), nation="SCT")
    (reason,) = decision.reasons
    assert (reason.rule, reason.detail) == ("H2", "Saturday 19:05 is outside 09:00 to 17:00 local time")
    assert decision.local_time.isoformat() == "2026-07-04T19:05:00+01:00"
    assert decision.nation == "SCT"
    assert decision.policy_version == Policy().version


def test_after_christmas_calls_go_on_when_the_holidays_are_over() -> None:
    # The 25th and 26th are holidays, the 27th is a Sunday, the 28th stands in for the Saturday.
    decision = decide_calling_hours(datetime(2026, 12, 24, 22, tzinfo=UTC), nation="ENG")
    assert decision.next_allowed_at == datetime(2026, 12, 27, 9, tzinfo=UTC)
    without_sundays = decide_calling_hours(
        datetime(2026, 12, 24, 22, tzinfo=UTC), nation="ENG", policy=Policy(sundays=False)
    )
    assert without_sundays.next_allowed_at == datetime(2026, 12, 29, 8, tzinfo=UTC)


def test_the_next_moment_keeps_to_the_wall_clock_over_a_clock_change() -> None:
    evening = datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert decide_calling_hours(evening, nation="ENG").next_allowed_at == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert decide_calling_hours(evening, policy=Policy(sundays=False), nation="ENG").next_allowed_at == datetime(
        2026, 3, 30, 7, tzinfo=UTC
    )


def test_days_of_the_settings_are_holidays_whatever_else_is_allowed() -> None:
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    assert not decide_calling_hours(noon, extra_holidays=[date(2026, 3, 4)]).allowed
    relaxed = Policy(on_bank_holidays=True, extra_holidays=frozenset({date(2026, 3, 4)}))
    assert not decide_calling_hours(noon, policy=relaxed).allowed
    assert decide_calling_hours(datetime(2026, 12, 25, 12, tzinfo=UTC), policy=relaxed).allowed


def test_a_policy_that_never_allows_has_no_next_moment() -> None:
    every_day = [date(2026, 1, 1) + timedelta(days=n) for n in range(800)]
    assert decide_calling_hours(datetime(2026, 3, 4, tzinfo=UTC), extra_holidays=every_day).next_allowed_at is None


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        decide_calling_hours(datetime(2026, 3, 4, 12))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("hours", "part"),
    [
        ((time(21), time(8)), "weekday hours must begin before they end, not 21:00 to 08:00"),
        ((time(8), time(8)), "begin before they end"),
        ((time(8, tzinfo=UTC), time(9, tzinfo=UTC)), "without a time zone"),
    ],
)
def test_hours_that_cannot_be_are_refused(hours: tuple[time, time], part: str) -> None:
    with pytest.raises(SettingsError, match=part):
        Policy(weekday=hours)


moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
nations: st.SearchStrategy[Nation | None] = st.sampled_from(("ENG", "WLS", "SCT", "NIR", None))
windows = st.lists(st.times(), min_size=2, max_size=2, unique=True).map(lambda pair: (min(pair), max(pair)))
policies = st.builds(Policy, weekday=windows, weekend=windows, sundays=st.booleans(), on_bank_holidays=st.booleans())


@settings(max_examples=60, deadline=None)
@given(moments, nations)
def test_the_next_moment_is_allowed_and_nothing_before_it_is(now: datetime, nation: Nation | None) -> None:
    decision = decide_calling_hours(now, nation=nation)
    if decision.allowed:
        assert decision.next_allowed_at is None
        return
    opens = decision.next_allowed_at
    assert opens is not None
    assert decide_calling_hours(opens, nation=nation).allowed
    assert not decide_calling_hours(opens - timedelta(microseconds=1), nation=nation).allowed
    hour = now
    while hour < opens:
        assert not decide_calling_hours(hour, nation=nation).allowed
        hour += timedelta(hours=1)


nights = st.sampled_from((datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)))
early = st.integers(0, 179).map(lambda minute: time(minute // 60, minute % 60))


@settings(max_examples=60, deadline=None)
@given(nights, st.integers(-60, 180), early, st.integers(1, 120))
def test_hours_at_night_survive_the_change_of_clocks(night: datetime, minute: int, start: time, length: int) -> None:
    minutes = min(start.hour * 60 + start.minute + length, 23 * 60)
    policy = Policy(weekend=(start, time(minutes // 60, minutes % 60)))
    now = night + timedelta(minutes=minute)
    decision = decide_calling_hours(now, nation="ENG", policy=policy)
    opens = decision.next_allowed_at or now
    assert decide_calling_hours(opens, nation="ENG", policy=policy).allowed
    step = now
    while step < min(opens, now + timedelta(hours=6)):
        assert not decide_calling_hours(step, nation="ENG", policy=policy).allowed
        step += timedelta(minutes=1)


@settings(max_examples=200, deadline=None)
@given(moments, nations, policies)
def test_a_stricter_policy_never_allows_more(now: datetime, nation: Nation | None, policy: Policy) -> None:
    allowed = decide_calling_hours(now, nation=nation, policy=policy).allowed
    local = now.astimezone(LONDON)
    stricter = (
        replace(policy, sundays=False),
        replace(policy, on_bank_holidays=False),
        replace(policy, extra_holidays=frozenset({local.date()})),
    )
    for one in stricter:
        assert allowed or not decide_calling_hours(now, nation=nation, policy=one).allowed
    assert allowed or not decide_calling_hours(now, nation=None, policy=policy).allowed
