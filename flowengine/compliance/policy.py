"""The settings of the calling rules. The defaults are the product's; a stricter policy never allows more.

Every decision carries the policy's `version`, so that a record says by which rules a call was made. It follows from the
settings: whoever changes one has another version, without having to think of it.

Some rules have no setting and cannot be turned off: emergency numbers, one live call a number, the do-not-call list,
the hold on vulnerable people, a caller id that can be called back, a paused campaign.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, fields
from datetime import date, time
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from flowengine.compliance.nations import NATIONS, Nation
from flowengine.compliance.rules import ring_time
from flowengine.errors import SettingsError

__all__ = [
    "CONSENT_MODES",
    "GOVERNED_SECTORS",
    "LET_THROUGH",
    "LONDON",
    "MIDNIGHT",
    "NATIONS",
    "ConsentMode",
    "GovernedSector",
    "Nation",
    "NumberKind",
    "Policy",
]

LONDON = ZoneInfo("Europe/London")
MIDNIGHT = time.max
"""As an end of hours: 24:00, which a `time` cannot say. The last microsecond of the day belongs to it."""
POLICY_VERSION = "2026-11"
"""Of the rules and their defaults; changes with them."""

ConsentMode = Literal["off", "warn", "require"]
CONSENT_MODES: tuple[ConsentMode, ...] = get_args(ConsentMode)
GovernedSector = Literal["claims", "pensions"]
GOVERNED_SECTORS: tuple[GovernedSector, ...] = get_args(GovernedSector)
NumberKind = Literal["ordinary", "premium", "service", "personal", "pager", "freephone"]
LET_THROUGH: tuple[NumberKind, ...] = ("premium", "service", "personal", "pager", "freephone")
"""Kinds that are blocked unless a setting lets them through."""

LIMITS = {"cap_24h": (1, 100), "cap_7d": (1, 700), "abandoned_hours": (1, 8760), "tps_days": (1, 28)}
"""TPS: the regulations take a register of 28 days ago as known; older data are no defence."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the rules ask. Hours are local: from the first moment up to, not including, the second.

    Raises SettingsError for a value that no rule can work with, or that the law does not leave open.
    """

    weekday: tuple[time, time] = (time(8), time(21))
    weekend: tuple[time, time] = (time(9), time(17))
    sundays: bool = True
    on_bank_holidays: bool = False
    extra_holidays: frozenset[date] = frozenset()
    """Days without calls that no calendar has yet, in all four nations, whatever `on_bank_holidays` says."""
    cap_24h: int = 3
    cap_7d: int = 6
    abandoned_hours: int = 72
    tps: bool = False
    """D2 and D3: ask the Telephone Preference Service's list. Off until its data are there."""
    tps_days: int = 28
    automated_consent: ConsentMode = "warn"
    sector: GovernedSector | None = None
    """Every call is about this, whatever a campaign says."""
    ring_s: int = 25
    uk_only: bool = True
    let_through: frozenset[NumberKind] = frozenset()
    drama_numbers: bool = False
    """Let Ofcom's numbers for drama pass as real ones: for tests."""
    version: str = field(init=False, compare=False, default=POLICY_VERSION)

    def __post_init__(self) -> None:
        for name, (start, end) in (("weekday", self.weekday), ("weekend", self.weekend)):
            if start.tzinfo is not None or end.tzinfo is not None:
                raise SettingsError(f"the {name} hours are local time: give them without a time zone")
            if start >= end:
                raise SettingsError(f"the {name} hours must begin before they end, not {start:%H:%M} to {end:%H:%M}")
        for name, (low, high) in LIMITS.items():
            value: int = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(f"{name} must be from {low:,} to {high:,}, not {value:,}")
        problem = ring_time.problem(self.ring_s)
        if problem is not None:
            raise SettingsError(problem)
        if self.automated_consent not in CONSENT_MODES:
            raise SettingsError(f"automated_consent must be one of {', '.join(CONSENT_MODES)}")
        if self.sector not in (None, *GOVERNED_SECTORS):
            raise SettingsError(f"sector must be one of {', '.join(GOVERNED_SECTORS)}, or None")
        if not self.let_through <= set(LET_THROUGH):
            raise SettingsError(f"let_through can only hold {', '.join(LET_THROUGH)}")
        object.__setattr__(self, "version", self._version())

    def _version(self) -> str:
        """The rules' own, and, where a setting differs from its default, a fingerprint of all that differ."""
        changed = [
            f"{each.name}={_written(value)}"
            for each in fields(self)
            if each.init and (value := getattr(self, each.name)) != each.default
        ]
        if not changed:
            return POLICY_VERSION
        return f"{POLICY_VERSION}+{hashlib.sha256('|'.join(changed).encode()).hexdigest()[:8]}"


def _written(value: object) -> str:
    """The same text for the same setting, in every process: a set has no order of its own."""
    match value:
        case frozenset() | tuple():
            texts = [_written(each) for each in value]
            return ",".join(sorted(texts) if isinstance(value, frozenset) else texts)
        case date() | time():
            return value.isoformat()
        case _:
            return repr(value)
