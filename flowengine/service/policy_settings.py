"""The calling rules' settings: `FLOWENGINE_…` values to a `Policy`, each checked, named and explained by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from flowengine.compliance.policy import CONSENT_MODES, GOVERNED_SECTORS, LET_THROUGH, LIMITS, MIDNIGHT, Policy
from flowengine.compliance.rules.calling_hours import opening_text
from flowengine.compliance.rules.ring_time import LONGEST_S, SHORTEST_S
from flowengine.errors import SettingsError
from flowengine.service.values import shown, whole

Read = Callable[[str, str], Any]
"""Name and value of a setting, to the value of a policy's field; raises SettingsError."""

HOURS = re.compile(r"(\d\d):(\d\d)\s*[-–]\s*(\d\d):(\d\d)", re.ASCII)


def policy_from(values: Mapping[str, str]) -> Policy:
    """The policy that these values ask for; what is absent or empty keeps its default.

    Raises SettingsError naming the setting, its value and what would do.
    """
    chosen = {
        field: read(name, value) for name, (field, read) in SETTINGS.items() if (value := values.get(name, "").strip())
    }
    return Policy(**chosen)


def described(policy: Policy) -> str:
    """One line for the start: the version, and the two settings that whoever calls people must know about."""
    consent = {"off": "consent not asked", "warn": "consent warn", "require": "consent required"}
    tps = f"TPS at most {policy.tps_days} days old" if policy.tps else "TPS off"
    return f"{policy.version}, {tps}, {consent[policy.automated_consent]}"


def start_warnings(policy: Policy) -> list[str]:
    """What to say at the start of a service that has a telephone line."""
    warnings = []
    if not policy.tps:
        warnings.append(
            "numbers are not looked up in the Telephone Preference Service: to call people who gave no consent, import "
            "its list (flowengine tps import FILE) and set FLOWENGINE_TPS=on"
        )
    if policy.drama_numbers:
        warnings.append("numbers for drama pass as real ones (FLOWENGINE_DRAMA_NUMBERS=on): for tests only")
    return [*warnings, *widened(policy)]


def widened(policy: Policy) -> list[str]:
    """Calls that these settings allow at times at which the product's own rules would not."""
    usual = Policy()
    said = [
        f"calls are made from {opening_text(hours)} {days} ({name}); the product's own rule is {opening_text(ours)}"
        for name, days, hours, ours in (
            ("FLOWENGINE_WEEKDAY_HOURS", "on Monday to Friday", policy.weekday, usual.weekday),
            ("FLOWENGINE_WEEKEND_HOURS", "at weekends", policy.weekend, usual.weekend),
        )
        if hours[0] < ours[0] or hours[1] > ours[1]
    ]
    if policy.on_bank_holidays:
        said.append("calls are made on bank holidays (FLOWENGINE_BANK_HOLIDAYS=on); the product's own rule is none")
    return said


def _hours(name: str, value: str) -> tuple[time, time]:
    found = HOURS.fullmatch(value)
    if found is not None:
        hours = [int(part) for part in found.groups()]
        try:
            start = time(hours[0], hours[1])
            end = MIDNIGHT if hours[2:] == [24, 0] else time(hours[2], hours[3])
        except ValueError:
            pass
        else:
            if start < end:
                return start, end
    raise SettingsError(
        f"{name} is {shown(value)}: expected hours of one day, from and up to, like 08:00-21:00; 24:00 is midnight"
    )


def _switch(name: str, value: str) -> bool:
    if value.lower() not in ("on", "off"):
        raise SettingsError(f"{name} is {shown(value)}: expected on or off")
    return value.lower() == "on"


def _days(name: str, value: str) -> frozenset[date]:
    days = set()
    for part in _parts(value):
        try:
            days.add(date.fromisoformat(part))
        except ValueError:
            raise SettingsError(f"{name} has {shown(part)}: expected days, like 2026-12-24,2026-12-31") from None
    return frozenset(days)


def _kinds(name: str, value: str) -> frozenset[str]:
    kinds = frozenset(_parts(value))
    for kind in sorted(kinds - set(LET_THROUGH)):
        raise SettingsError(f"{name} has {shown(kind)}: expected kinds to let through, of {', '.join(LET_THROUGH)}")
    return kinds


def _parts(value: str) -> list[str]:
    return [part for each in value.split(",") if (part := each.strip())]


def _whole(low: int, high: int) -> Read:
    return lambda name, value: whole(name, value, low, high)


def _one_of(*known: str) -> Read:
    def read(name: str, value: str) -> str:
        if value.lower() not in known:
            raise SettingsError(f"{name} is {shown(value)}: expected one of {', '.join(known)}")
        return value.lower()

    return read


SETTINGS: dict[str, tuple[str, Read]] = {
    "FLOWENGINE_WEEKDAY_HOURS": ("weekday", _hours),
    "FLOWENGINE_WEEKEND_HOURS": ("weekend", _hours),
    "FLOWENGINE_SUNDAYS": ("sundays", _switch),
    "FLOWENGINE_BANK_HOLIDAYS": ("on_bank_holidays", _switch),
    "FLOWENGINE_EXTRA_HOLIDAYS": ("extra_holidays", _days),
    "FLOWENGINE_CAP_24H": ("cap_24h", _whole(*LIMITS["cap_24h"])),
    "FLOWENGINE_CAP_7D": ("cap_7d", _whole(*LIMITS["cap_7d"])),
    "FLOWENGINE_ABANDONED_HOURS": ("abandoned_hours", _whole(*LIMITS["abandoned_hours"])),
    "FLOWENGINE_TPS": ("tps", _switch),
    "FLOWENGINE_TPS_DAYS": ("tps_days", _whole(*LIMITS["tps_days"])),
    "FLOWENGINE_AUTOMATED_CONSENT": ("automated_consent", _one_of(*CONSENT_MODES)),
    "FLOWENGINE_SECTOR": ("sector", _one_of(*GOVERNED_SECTORS)),
    "FLOWENGINE_RING_S": ("ring_s", _whole(SHORTEST_S, LONGEST_S)),
    "FLOWENGINE_UK_ONLY": ("uk_only", _switch),
    "FLOWENGINE_NUMBER_TYPES": ("let_through", _kinds),
    "FLOWENGINE_DRAMA_NUMBERS": ("drama_numbers", _switch),
}
"""The name of each setting: the field of the policy that it gives, and how it is read."""
