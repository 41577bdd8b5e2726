"""May we call now? The rules that depend on nothing but the moment and the place; the others join them here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from flowengine.compliance.policy import LONDON, Nation, Policy
from flowengine.compliance.rules import bank_holidays, calling_hours
from flowengine.compliance.verdict import Decision, Reason

SEARCH_DAYS = 400


def decide_calling_hours(
    now: datetime,
    *,
    nation: Nation | None = None,
    extra_holidays: Iterable[date] = (),
    policy: Policy | None = None,
) -> Decision:
    """H1, H2 and H3 at `now`, which must know its time zone. Raises ValueError when it does not."""
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    policy = policy or Policy()
    policy = replace(policy, extra_holidays=policy.extra_holidays | frozenset(extra_holidays))
    local = now.astimezone(LONDON)
    reasons = _reasons(local, nation, policy)
    return Decision(
        allowed=not reasons,
        reasons=reasons,
        next_allowed_at=_next_allowed(local, nation, policy) if reasons else None,
        local_time=local,
        nation=nation,
        policy_version=policy.version,
    )


def _reasons(local: datetime, nation: Nation | None, policy: Policy) -> tuple[Reason, ...]:
    found = (calling_hours.check(local, policy), bank_holidays.check(local, nation, policy))
    return tuple(reason for reason in found if reason is not None)


def _next_allowed(local: datetime, nation: Nation | None, policy: Policy) -> datetime | None:
    """The first opening from now on. Wall-clock days: at 08:00 London time, whatever the clocks do in between."""
    day = local.date()
    for _ in range(SEARCH_DAYS):
        hours = calling_hours.opening(datetime.combine(day, local.time(), LONDON), policy)
        if hours is not None:
            start = datetime.combine(day, hours[0], LONDON)
            if start > local and not _reasons(start, nation, policy):
                return start
        day += timedelta(days=1)
    return None
