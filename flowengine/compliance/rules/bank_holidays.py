"""H3: no calls on bank holidays of the callee's nation; where the nation is unknown, of any of the four.

Source: the product's own rule; DMA Guide. The `holidays` package is always asked by nation: without one it leaves out
Easter Monday, both August holidays, 2 January, 17 March and 12 July.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

import holidays

from flowengine.compliance.policy import NATIONS, Nation, Policy
from flowengine.compliance.verdict import Reason


def check(local: datetime, nation: Nation | None, policy: Policy) -> Reason | None:
    """`local`: the callee's local time; `nation` None: unknown."""
    if policy.bank_holidays:
        return None
    day = local.date()
    if day in policy.extra_holidays:
        return Reason("BANK_HOLIDAY", "H3", f"{day:%d %B %Y} is a holiday in the settings")
    for where in (nation,) if nation is not None else NATIONS:
        name = _of(where, day.year).get(day)
        if name is not None:
            return Reason("BANK_HOLIDAY", "H3", f"{day:%d %B %Y} is {name} ({where})")
    return None


@lru_cache(maxsize=64)
def _of(nation: Nation, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("GB", subdiv=nation, years=year, observed=True).items())
