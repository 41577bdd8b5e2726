"""H3: no calls on bank holidays of the callee's nation; where the nation is unknown, of any of the four.

Source: the product's own rule; DMA Guide. Days come from the package `holidays`, always asked by nation: without one
it leaves out Easter Monday, both August holidays, 2 January, 17 March and 12 July. A holiday that falls on a weekend is
kept on its own day and on its substitute. Days that no calendar has yet go into the policy's `extra_holidays`.

| day | ENG, WLS | SCT | NIR | unknown |
|---|---|---|---|---|
| 2 January 2026 | | BANK_HOLIDAY | | BANK_HOLIDAY |
| 17 March 2026 | | | BANK_HOLIDAY | BANK_HOLIDAY |
| 6 April 2026, Easter Monday | BANK_HOLIDAY | | BANK_HOLIDAY | BANK_HOLIDAY |
| 15 June 2026 | | BANK_HOLIDAY | | BANK_HOLIDAY |
| 13 July 2026, for Sunday the 12th | | | BANK_HOLIDAY | BANK_HOLIDAY |
| 3 August 2026 | | BANK_HOLIDAY | | BANK_HOLIDAY |
| 31 August 2026 | BANK_HOLIDAY | | BANK_HOLIDAY | BANK_HOLIDAY |
| 30 November 2026 | | BANK_HOLIDAY | | BANK_HOLIDAY |
| 28 December 2026, for Saturday the 26th | BANK_HOLIDAY | BANK_HOLIDAY | BANK_HOLIDAY | BANK_HOLIDAY |
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

import holidays

from flowengine.compliance.nations import Nation
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Reason


def check(local: datetime, nations: tuple[Nation, ...], policy: Policy) -> Reason | None:
    """`local`: the callee's local time; `nations`: where the callee may be, all four where nothing is known."""
    day = local.date()
    what = holiday(day, nations, policy)
    if what is None:
        return None
    return Reason("BANK_HOLIDAY", "H3", f"{day.day} {day:%B %Y} is {what}", "by_time")


def holiday(day: date, nations: tuple[Nation, ...], policy: Policy) -> str | None:
    """What keeps calls from being made on this day; None where nothing does."""
    if day in policy.extra_holidays:
        return "a holiday in the settings"
    if policy.on_bank_holidays:
        return None
    for where in nations:
        name = _days(where, day.year).get(day)
        if name is not None:
            return f"{name} ({where})"
    return None


@lru_cache(maxsize=64)
def _days(nation: Nation, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("GB", subdiv=nation, years=year, observed=True).items())
