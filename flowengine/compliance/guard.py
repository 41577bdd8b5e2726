"""May we call now? All rules that depend on nothing but the moment and the place; the others will join them here.

The clock, and later the call history and the lists, come in as arguments: nothing here reads anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from flowengine.compliance.nations import Nation
from flowengine.compliance.policy import LONDON, Policy
from flowengine.compliance.rules import bank_holidays, calling_hours
from flowengine.compliance.verdict import Decision, Reason

SEARCH_DAYS = 400
"""A policy that allows no call for longer than this allows none at all."""


def decide_calling_hours(
    now: datetime,
    *,
    nation: Nation | None = None,
    extra_holidays: Iterable[date] = (),
    policy: Policy | None = None,
) -> Decision:
    """H1, H2 and H3 at `now`, for somebody in `nation` (None: unknown, so the holidays of all four count).

    `extra_holidays` come on top of the policy's. Raises ValueError when `now` has no time zone.
    """
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    policy = policy or Policy()
    extra = frozenset(extra_holidays)
    if extra:
        policy = replace(policy, extra_holidays=policy.extra_holidays | extra)
    moment = now.astimezone(UTC)
    reasons = _reasons(moment, nation, policy)
    return Decision(
        allowed=not reasons,
        reasons=reasons,
        next_allowed_at=_next_allowed(moment, nation, policy) if reasons else None,
        local_time=now.astimezone(LONDON),
        nation=nation,
        policy_version=policy.version,
    )


def _reasons(moment: datetime, nation: Nation | None, policy: Policy) -> tuple[Reason, ...]:
    local = moment.astimezone(LONDON)
    found = (calling_hours.check(local, policy), bank_holidays.check(local, nation, policy))
    return tuple(reason for reason in found if reason is not None)


def _next_allowed(moment: datetime, nation: Nation | None, policy: Policy) -> datetime | None:
    today = moment.astimezone(LONDON).date()
    for ahead in range(SEARCH_DAYS):
        for turn in sorted(_openings(today + timedelta(days=ahead), policy)):
            if turn > moment and not _reasons(turn, nation, policy):
                return turn.astimezone(LONDON)
    return None


def _openings(day: date, policy: Policy) -> Iterator[datetime]:
    """The moments (UTC) of a day at which "no" can turn into "yes".

    A policy may open at night, when the clocks change: its first minute can come twice, or be left out. All changes of
    Europe/London are at 01:00 UTC.
    """
    hours = calling_hours.opening(day, policy)
    if hours is None:
        return
    for fold in (0, 1):
        yield datetime.combine(day, hours[0].replace(fold=fold), LONDON).astimezone(UTC)
    yield datetime.combine(day, time(1), UTC)
