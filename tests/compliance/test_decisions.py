"""What holds for every decision: it is exact, it never raises, and more against a call never makes it allowed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flowengine.compliance.facts import Facts, PastAttempt
from flowengine.compliance.guard import decide
from flowengine.compliance.policy import CONSENT_MODES, GOVERNED_SECTORS, LONDON, Policy
from flowengine.compliance.rules.ring_time import SHORTEST_S
from flowengine.errors import SettingsError
from tests.compliance.decisions import NUMBERS, START, attempts, facts, harmless, moments, policies, timed_facts

MOBILE = "07700 900123"
DRAMA = Policy(drama_numbers=True)
numbers = st.sampled_from(NUMBERS)


@settings(max_examples=20, deadline=None)
@given(moments, timed_facts, policies, numbers)
def test_the_next_moment_is_the_first_minute_that_is_allowed(
    at: datetime, known: Facts, policy: Policy, number: str
) -> None:
    policy = replace(policy, drama_numbers=True, tps=False, automated_consent="off", sector=None)
    at = at.replace(second=0)
    decision = decide(number, at, known, policy)
    opens = decision.next_allowed_at
    if decision.allowed or not all(reason.ends == "by_time" for reason in decision.reasons):
        assert opens is None
        return
    minute = at
    end = min(opens.astimezone(UTC) if opens else at + timedelta(days=5), at + timedelta(days=5))
    while minute < end:
        assert not decide(number, minute, known, policy).allowed
        minute += timedelta(minutes=1)
    if opens is not None:
        assert opens.tzinfo is LONDON
        assert decide(number, opens, known, policy).allowed
        # In UTC: on the wall, the moment before can be one that the clocks leave out.
        assert not decide(number, opens.astimezone(UTC) - timedelta(microseconds=1), known, policy).allowed


@settings(max_examples=400, deadline=None)
@given(moments, facts | harmless, policies, numbers)
def test_a_decision_is_a_no_with_reasons_or_a_yes_without(
    at: datetime, known: Facts, policy: Policy, number: str
) -> None:
    decision = decide(number, at, known, policy)
    assert decision.allowed == decision.can_call == (not decision.reasons)
    assert len({reason.rule for reason in decision.reasons}) == len(decision.reasons)
    assert decision.policy_version == policy.version
    assert decision.local_time == at
    if decision.next_allowed_at is not None:
        assert decision.next_allowed_at > at
        assert all(reason.ends == "by_time" for reason in decision.reasons)
    if decision.number is not None:
        assert decide(decision.number, at, known, policy) == decision


@settings(max_examples=400, deadline=None)
@given(moments, facts | harmless, policies, numbers, attempts, st.data())
def test_more_against_a_call_never_turns_no_into_yes(
    at: datetime, known: Facts, policy: Policy, number: str, attempt: PastAttempt, data: st.DataObject
) -> None:
    worse = data.draw(
        st.sampled_from(
            (
                replace(known, attempts=(*known.attempts, attempt)),
                replace(known, in_progress=True),
                replace(known, do_not_call=True),
                replace(known, tps=True),
                replace(known, tps=None),
                replace(known, tps_snapshot=None),
                replace(known, automated_consent=False),
                replace(known, tps_override=False),
                replace(known, sector_consents=frozenset()),
                replace(known, vulnerable=True),
                replace(known, campaign_paused=True),
                replace(known, sector="claims", sector_consents=known.sector_consents - {"claims"}),
            )
        )
    )
    before, after = decide(number, at, known, policy), decide(number, at, worse, policy)
    assert before.allowed or not after.allowed
    assert {reason.code for reason in before.reasons} - {reason.code for reason in after.reasons} <= _may_go(
        worse, known
    )


def _may_go(worse: Facts, known: Facts) -> set[str]:
    """A look-up that has no answer any more, and another sector, change the reason but not the refusal."""
    if worse.tps != known.tps:
        return {"TPS_REGISTERED", "TPS_DATA_STALE"}
    return {"SECTOR_CONSENT_REQUIRED"} if worse.sector != known.sector else set()


def _later(hour: time) -> time:
    return time(min(hour.hour + 1, 23), hour.minute)


def _stricter(policy: Policy, at: datetime) -> list[Policy]:
    """For each setting, a policy that differs in it alone and asks for more."""
    consent = CONSENT_MODES.index(policy.automated_consent)
    changes: list[dict[str, Any]] = [
        {"weekday": (_later(policy.weekday[0]), policy.weekday[1])},
        {"weekday": (policy.weekday[0], _earlier(policy.weekday[1]))},
        {"weekend": (_later(policy.weekend[0]), policy.weekend[1])},
        {"weekend": (policy.weekend[0], _earlier(policy.weekend[1]))},
        {"sundays": False},
        {"on_bank_holidays": False},
        {"extra_holidays": policy.extra_holidays | {at.astimezone(LONDON).date()}},
        {"cap_24h": max(1, policy.cap_24h - 1)},
        {"cap_7d": max(1, policy.cap_7d - 1)},
        {"abandoned_hours": policy.abandoned_hours + 1},
        {"tps": True},
        {"tps_days": max(1, policy.tps_days - 1)},
        *({"automated_consent": mode} for mode in CONSENT_MODES[consent:]),
        *({"sector": sector} for sector in GOVERNED_SECTORS if policy.sector is None),
        {"ring_s": policy.ring_s + 1 if policy.ring_s < 120 else 120},
        {"uk_only": True},
        *({"let_through": policy.let_through - {kind}} for kind in policy.let_through),
        {"drama_numbers": False},
    ]
    stricter = []
    for change in changes:
        start, end = change.get("weekday", change.get("weekend", (time(0), time(1))))
        if start < end:
            stricter.append(replace(policy, **change))
    return stricter


def _earlier(hour: time) -> time:
    return time(max(hour.hour - 1, 0), hour.minute)


@settings(max_examples=300, deadline=None)
@given(moments, harmless | facts, policies, numbers)
def test_a_stricter_setting_never_allows_what_the_other_would_not(
    at: datetime, known: Facts, policy: Policy, number: str
) -> None:
    allowed = decide(number, at, known, policy).allowed
    for stricter in _stricter(policy, at):
        assert allowed or not decide(number, at, known, stricter).allowed


def test_every_setting_has_a_stricter_one_in_the_property_above() -> None:
    loose = Policy(automated_consent="off", uk_only=False, let_through=frozenset({"pager"}), on_bank_holidays=True)
    loose = replace(loose, drama_numbers=True)
    differing = {
        name
        for stricter in _stricter(loose, START)
        for name in Policy.__slots__
        if name != "version" and getattr(stricter, name) != getattr(loose, name)
    }
    assert differing == set(Policy.__slots__) - {"version"}


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60) | st.text("+0123456789 -()./#x\u00a0\u202a٣", max_size=45), st.datetimes(), st.data())
def test_no_text_and_no_moment_makes_a_decision_raise(text: str, naive: datetime, data: st.DataObject) -> None:
    offset = data.draw(st.integers(-23 * 60, 23 * 60))
    decision = decide(text, naive.replace(tzinfo=timezone(timedelta(minutes=offset))), Facts(caller_id=text), DRAMA)
    assert decision.asked_for == text
    assert decision.number is None or (decision.number[0] == "+" and decision.number[1:].isdigit())
    assert decision.number is None or text not in repr(decision)


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_beyond_every_calendar_nobody_is_called(at: datetime) -> None:
    decision = decide(MOBILE, at, policy=DRAMA)
    assert [reason.code for reason in decision.reasons] == ["OUTSIDE_HOURS"]
    assert decision.next_allowed_at is None


between = st.text(" -./()\u00a0\u2011\u2013", max_size=1)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(("7700900123", "2079460123", "1314960123", "1632960123")), st.data(), moments)
def test_all_spellings_of_a_number_give_one_decision(national: str, data: st.DataObject, at: datetime) -> None:
    lead = data.draw(st.sampled_from(("0", "+44", "+44 (0)", "+44 0", "0044", "0044 (0)", "44", " 44", "", "(+44) ")))
    spelt = lead + "".join(digit + data.draw(between) for digit in national)
    decision = decide(spelt, at, policy=DRAMA)
    assert decision.number == f"+44{national}"
    assert decision == decide(f"+44{national}", at, policy=DRAMA)


def test_a_moment_without_a_time_zone_is_refused_wherever_it_stands() -> None:
    naive = datetime(2026, 3, 4, 12)  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="time zone"):
        decide(MOBILE, naive)
    with pytest.raises(ValueError, match="time zone"):
        PastAttempt(naive)
    with pytest.raises(ValueError, match="time zone"):
        Facts(tps_snapshot=naive)


@settings(max_examples=200, deadline=None)
@given(policies, policies)
def test_policies_have_one_version_exactly_when_they_are_the_same(one: Policy, other: Policy) -> None:
    assert (one.version == other.version) == (one == other)
    assert replace(one).version == one.version


def test_a_version_is_the_same_on_every_machine() -> None:
    days = frozenset({date(2026, 12, 24), date(2026, 12, 31)})
    assert Policy().version == "2026-11"
    assert Policy(extra_holidays=days, cap_24h=2).version == "2026-11+131640c2"


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ({"cap_24h": 0}, "cap_24h must be from 1 to 100"),
        ({"cap_7d": -1}, "cap_7d must be from 1 to 700"),
        ({"abandoned_hours": 0}, "abandoned_hours must be from 1"),
        ({"tps_days": 29}, "tps_days must be from 1 to 28"),
        ({"ring_s": SHORTEST_S - 1}, "must ring for 15 to 120 seconds"),
        ({"automated_consent": "perhaps"}, "one of off, warn, require"),
        ({"sector": "energy"}, "one of claims, pensions"),
        ({"let_through": frozenset({"ordinary"})}, "premium, service"),
    ],
)
def test_a_policy_that_no_rule_can_work_with_is_refused(setting: dict[str, Any], part: str) -> None:
    with pytest.raises(SettingsError, match=part):
        Policy(**setting)


@settings(max_examples=50, deadline=None)
@given(moments, harmless, policies)
def test_no_sentence_of_a_reason_holds_the_number(at: datetime, known: Facts, policy: Policy) -> None:
    assume(policy.automated_consent != "off")
    for number in ("020 7946 0123", "0870 123 4567", "07911 123456", "020 7946 0123 x4"):
        decision = decide(number, at, replace(known, caller_id="0909 879 0123"), policy)
        said = " ".join(reason.detail for reason in (*decision.reasons, *decision.warnings))
        assert not [part for part in ("7946", "4567", "1234", "9098", "8790") if part in said]


def test_attempts_that_lie_ahead_are_said_to() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    rung = tuple(PastAttempt(noon + timedelta(hours=hours)) for hours in (-2, 1, 2))
    told = decide("0113 496 0123", noon, Facts(attempts=rung, caller_id="+441134960124"), DRAMA)
    (detail,) = [reason.detail for reason in told.reasons if reason.code == "CAP_24H"]
    assert detail == "3 attempts in the last 24 hours or after that moment, 3 are allowed"
