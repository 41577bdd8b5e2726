"""H1 and H2: calls are made at hours when nobody minds the telephone.

Monday to Friday 08:00 up to 21:00, Saturday and Sunday 09:00 up to 17:00, in the callee's local time.
Source: the product's own rule; DMA Code 21.41. Leaving Sundays out is an option, as the DMA Guide asks.

| London time | |
|---|---|
| Wednesday 07:59:59 | OUTSIDE_HOURS (H1) |
| Wednesday 08:00:00 | allowed |
| Wednesday 20:59:59 | allowed |
| Wednesday 21:00:00 | OUTSIDE_HOURS (H1) |
| Saturday 08:59:59 | OUTSIDE_HOURS (H2) |
| Saturday 09:00:00 | allowed |
| Sunday 16:59:59 | allowed |
| Sunday 17:00:00 | OUTSIDE_HOURS (H2) |
"""

from __future__ import annotations

from datetime import date, datetime, time

from flowengine.compliance.policy import MIDNIGHT, Policy
from flowengine.compliance.verdict import Reason

SATURDAY = 5
SUNDAY = 6


def opening(day: date, policy: Policy) -> tuple[time, time] | None:
    """From when up to when calls may be made on this day; None: not at all."""
    weekday = day.weekday()
    if weekday == SUNDAY and not policy.sundays:
        return None
    return policy.weekend if weekday >= SATURDAY else policy.weekday


def is_open(local: datetime, policy: Policy) -> bool:
    """Whether the hours of that day allow a call."""
    hours = opening(local.date(), policy)
    return hours is not None and hours[0] <= local.time() and (local.time() < hours[1] or hours[1] == MIDNIGHT)


def opening_text(hours: tuple[time, time]) -> str:
    """`08:00 to 21:00`; the end of the day is 24:00."""
    return f"{hours[0]:%H:%M} to {'24:00' if hours[1] == MIDNIGHT else format(hours[1], '%H:%M')}"


def check(local: datetime, policy: Policy) -> Reason | None:
    """`local`: the callee's local time."""
    if is_open(local, policy):
        return None
    hours = opening(local.date(), policy)
    if hours is None:
        detail = "no calls on Sundays"
    else:
        detail = f"{local:%A} {local:%H:%M} is outside {opening_text(hours)} local time"
    return Reason("OUTSIDE_HOURS", "H2" if local.weekday() >= SATURDAY else "H1", detail, "by_time")
