"""May we call this number now? Every rule that is checked before dialling, and when the last objection has gone.

The clock, the call history and the lists come in as arguments: nothing here reads anything, and nothing here raises
for a number, however it is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from flowengine.compliance.facts import Facts
from flowengine.compliance.nations import NATIONS, Nation, nation_of
from flowengine.compliance.numbers import Number, identify
from flowengine.compliance.policy import LONDON, Policy
from flowengine.compliance.postcodes import nations_of_postcode
from flowengine.compliance.rules import (
    abandoned_calls,
    attempt_caps,
    automated_consent,
    bank_holidays,
    call_in_progress,
    caller_id,
    calling_hours,
    campaign_paused,
    do_not_call,
    number_types,
    sector_consent,
    short_codes,
    tps,
    tps_age,
    uk_only,
    valid_number,
    vulnerable,
)
from flowengine.compliance.verdict import Decision, Reason

SEARCH_DAYS = 400
"""A policy that allows no call for longer than this allows none at all."""
YEARS = range(1990, 2190)
"""The calendars of the rules reach no further; a moment outside is no moment for a call."""
NOTHING_KNOWN = Facts()
DEFAULT_POLICY = Policy()


def decide(number: str, at: datetime, facts: Facts = NOTHING_KNOWN, policy: Policy | None = None) -> Decision:
    """Whether `number`, in any spelling, may be called at `at`. Raises ValueError when `at` has no time zone."""
    if at.utcoffset() is None:
        raise ValueError("the moment of a decision must have a time zone")
    policy = policy or DEFAULT_POLICY
    asked = identify(number, policy)
    e164 = asked.e164 if isinstance(asked, Number) else None
    nations = _nations(e164, facts.postcode)
    is_known_time = at.year in YEARS
    moment = at.astimezone(UTC) if is_known_time else at
    local = at.astimezone(LONDON) if is_known_time else at
    found = (
        valid_number.check(asked),
        uk_only.check(asked, policy),
        short_codes.check(asked),
        number_types.check(asked, policy),
        *(_calendar(local, nations, policy) if is_known_time else (_beyond_calendars(at),)),
        attempt_caps.check_24h(moment, facts.attempts, policy),
        attempt_caps.check_7d(moment, facts.attempts, policy),
        call_in_progress.check(facts),
        abandoned_calls.check(moment, facts.attempts, policy),
        do_not_call.check(facts),
        tps.check(facts, policy),
        tps_age.check(moment, facts, policy),
        automated_consent.check(facts, policy),
        sector_consent.check(facts, policy),
        vulnerable.check(facts),
        caller_id.check(facts, policy),
        campaign_paused.check(facts),
    )
    reasons = tuple(reason for reason in found if reason is not None)
    warning = automated_consent.warning(facts, policy)
    return Decision(
        allowed=not reasons,
        reasons=reasons,
        next_allowed_at=_next_allowed(moment, reasons, nations, policy),
        local_time=local,
        nation=nations[0] if len(nations) == 1 else None,
        policy_version=policy.version,
        number=e164,
        asked_for=number,
        counts=attempt_caps.count(moment, facts.attempts),
        tps_snapshot=facts.tps_snapshot,
        warnings=() if warning is None else (warning,),
    )


def decide_calling_hours(
    now: datetime,
    *,
    nation: Nation | None = None,
    extra_holidays: Iterable[date] = (),
    policy: Policy | None = None,
) -> Decision:
    """H1, H2 and H3 alone, for somebody in `nation` (None: unknown, so the holidays of all four count).

    For a call that is up already, and for a test of a flow, where there is no number to weigh. `extra_holidays` come on
    top of the policy's. Raises ValueError when `now` has no time zone.
    """
    if now.utcoffset() is None:
        raise ValueError("now must have a time zone")
    policy = policy or DEFAULT_POLICY
    extra = frozenset(extra_holidays)
    if extra:
        policy = replace(policy, extra_holidays=policy.extra_holidays | extra)
    nations = NATIONS if nation is None else (nation,)
    local = now.astimezone(LONDON)
    reasons = tuple(reason for reason in _calendar(local, nations, policy) if reason is not None)
    return Decision(
        allowed=not reasons,
        reasons=reasons,
        next_allowed_at=_next_allowed(now.astimezone(UTC), reasons, nations, policy),
        local_time=local,
        nation=nation,
        policy_version=policy.version,
    )


def _nations(e164: str | None, postcode: str | None) -> tuple[Nation, ...]:
    """Where the callee may be: by the postcode, else by the area code, else in all four."""
    by_postcode = nations_of_postcode(postcode)
    if by_postcode:
        return by_postcode
    nation = None if e164 is None else nation_of(e164)
    return NATIONS if nation is None else (nation,)


def _calendar(local: datetime, nations: tuple[Nation, ...], policy: Policy) -> tuple[Reason | None, ...]:
    return calling_hours.check(local, policy), bank_holidays.check(local, nations, policy)


def _beyond_calendars(at: datetime) -> Reason:
    return Reason("OUTSIDE_HOURS", "H1", f"no calendar of ours reaches the year {at.year}")


def _next_allowed(
    moment: datetime, reasons: tuple[Reason, ...], nations: tuple[Nation, ...], policy: Policy
) -> datetime | None:
    """When the last of the reasons has gone, in the hours of that day or at the next opening after it.

    Caps and the rest after an abandoned call end once and for good, if nobody rings in between; only hours and holidays
    come back. So these are asked again from the end of the others on.
    """
    if not reasons or any(reason.ends != "by_time" for reason in reasons):
        return None
    earliest = max([moment, *(reason.until for reason in reasons if reason.until is not None)]).astimezone(UTC)
    if earliest.year not in YEARS:
        return None
    local = earliest.astimezone(LONDON)
    if calling_hours.is_open(local, policy) and bank_holidays.holiday(local.date(), nations, policy) is None:
        return local
    for day in (local.date() + timedelta(days=ahead) for ahead in range(SEARCH_DAYS)):
        if bank_holidays.holiday(day, nations, policy) is None:
            for turn in _openings(day, policy):
                if turn > earliest and calling_hours.is_open(turn.astimezone(LONDON), policy):
                    return turn.astimezone(LONDON)
    return None


def _openings(day: date, policy: Policy) -> list[datetime]:
    """The moments (UTC) of a day at which "no" can turn into "yes", in their order.

    A policy may open at night, when the clocks change: its first minute can come twice, or be left out. All changes of
    Europe/London are at 01:00 UTC.
    """
    hours = calling_hours.opening(day, policy)
    if hours is None:
        return []
    first = {datetime.combine(day, hours[0].replace(fold=fold), LONDON).astimezone(UTC) for fold in (0, 1)}
    return sorted({*first, datetime.combine(day, time(1), UTC)})
