"""The settings of the calling rules. The defaults are the product's; a stricter one never allows more."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal
from zoneinfo import ZoneInfo

Nation = Literal["ENG", "WLS", "SCT", "NIR"]
NATIONS: tuple[Nation, ...] = ("ENG", "WLS", "SCT", "NIR")
LONDON = ZoneInfo("Europe/London")
POLICY_VERSION = "2026-11"


@dataclass(frozen=True, slots=True)
class Policy:
    """Hours are the callee's local time: from the first moment up to, not including, the second.

    Source of the hours: this product's own rule; DMA Code 21.41 asks for no later than 21:00.
    """

    weekday: tuple[time, time] = (time(8), time(21))
    weekend: tuple[time, time] = (time(9), time(17))
    sundays: bool = True
    bank_holidays: bool = False
    extra_holidays: frozenset[date] = field(default_factory=frozenset)
    version: str = POLICY_VERSION
