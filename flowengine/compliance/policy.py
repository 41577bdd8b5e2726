"""The settings of the calling rules. The defaults are the product's; a stricter policy never allows more.

Every decision carries the policy's `version`, so that a record says by which rules a call was made. Whoever changes a
setting gives the policy a version of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from zoneinfo import ZoneInfo

from flowengine.compliance.nations import NATIONS, Nation
from flowengine.errors import SettingsError

__all__ = ["LONDON", "NATIONS", "Nation", "Policy"]

LONDON = ZoneInfo("Europe/London")
POLICY_VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the rules ask. Hours are local: from the first moment up to, not including, the second.

    Raises SettingsError when the hours of a day do not begin before they end.
    """

    weekday: tuple[time, time] = (time(8), time(21))
    weekend: tuple[time, time] = (time(9), time(17))
    sundays: bool = True
    on_bank_holidays: bool = False
    extra_holidays: frozenset[date] = frozenset()
    """Days without calls that no calendar has yet, in all four nations, whatever `on_bank_holidays` says."""
    version: str = POLICY_VERSION

    def __post_init__(self) -> None:
        for name, (start, end) in (("weekday", self.weekday), ("weekend", self.weekend)):
            if start.tzinfo is not None or end.tzinfo is not None:
                raise SettingsError(f"the {name} hours are local time: give them without a time zone")
            if start >= end:
                raise SettingsError(f"the {name} hours must begin before they end, not {start:%H:%M} to {end:%H:%M}")
