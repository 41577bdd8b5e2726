"""F1 and F2: nobody is rung too often: at most 3 attempts in 24 hours, at most 6 in 7 days.

Source: the product's own rule. An attempt counts from the moment it is made, whether or not it was answered, unless the
carrier refused to place it; so does one whose moment lies ahead, since another machine's clock may run ahead of ours.
An age of exactly 24 (168) hours counts no more. Ages are taken in UTC, so 24 hours are 24 hours when clocks change.

| hours ago | |
|---|---|
| 1, 2 | allowed |
| 1, 5, 20 | CAP_24H (F1) |
| 1, 5, 23:59:59 | CAP_24H (F1) |
| 1, 5, 24 | allowed |
| 30, 40, 50, 100, 148, 167:59:59 | CAP_7D (F2) |
| 30, 40, 50, 100, 148, 168 | allowed |
| 1, 2, 3, 30, 40, 50 | CAP_24H (F1), CAP_7D (F2) |
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flowengine.compliance.facts import PastAttempt
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Counts, Reason

DAY = timedelta(hours=24)
WEEK = timedelta(hours=168)


def count(at: datetime, attempts: Sequence[PastAttempt]) -> Counts:
    """The attempts that count at this moment (UTC)."""
    ages = [at - attempt.at for attempt in attempts if attempt.counts]
    return Counts(h24=sum(age < DAY for age in ages), d7=sum(age < WEEK for age in ages))


def check_24h(at: datetime, attempts: Sequence[PastAttempt], policy: Policy) -> Reason | None:
    """F1, at a moment in UTC."""
    return _check(at, attempts, DAY, policy.cap_24h, ("CAP_24H", "F1", "24 hours"))


def check_7d(at: datetime, attempts: Sequence[PastAttempt], policy: Policy) -> Reason | None:
    """F2, at a moment in UTC."""
    return _check(at, attempts, WEEK, policy.cap_7d, ("CAP_7D", "F2", "7 days"))


def _check(
    at: datetime, attempts: Sequence[PastAttempt], window: timedelta, cap: int, names: tuple[str, str, str]
) -> Reason | None:
    if len(attempts) < cap:
        return None
    counted = sorted((each.at for each in attempts if each.counts and at - each.at < window), reverse=True)
    if len(counted) < cap:
        return None
    code, rule, span = names
    ahead = " or after that moment" if counted[0] > at else ""
    detail = f"{len(counted)} attempts in the last {span}{ahead}, {cap} are allowed"
    # The number is free again when so many have aged out that one fewer than the cap is left.
    return Reason(code, rule, detail, "by_time", counted[cap - 1] + window)
