"""The calling rules: what is switched on, whether its data are there, and when calls may be made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flowengine.compliance.guard import decide_calling_hours
from flowengine.compliance.policy import LONDON
from flowengine.compliance.rules import bank_holidays
from flowengine.errors import StoreError
from flowengine.service.doctor.finding import Case, Finding
from flowengine.service.policy_settings import widened
from flowengine.store.tps import TpsList

PROCLAIMED = datetime(2026, 6, 15, 12, tzinfo=LONDON)
"""Scotland's bank holiday of 2026, which calendars older than 0.92 of the package `holidays` do not have."""


def check(case: Case) -> Iterator[Finding]:
    """Hours, calendars, consent."""
    policy = case.settings.policy
    yield Finding("rules", "ok", f"policy {policy.version}")
    decision = decide_calling_hours(case.now, policy=policy)
    if decision.allowed:
        yield Finding("hours", "ok", f"calls may be made now ({decision.local_time:%A %H:%M} in London)")
    elif decision.next_allowed_at is not None:
        why = "; ".join(reason.detail for reason in decision.reasons)
        yield Finding("hours", "note", f"no calls now: {why}. Next: {decision.next_allowed_at:%A %d %B %Y, %H:%M}")
    else:
        yield Finding(
            "hours",
            "problem",
            "these hours and holidays allow no call at all",
            "mend FLOWENGINE_WEEKDAY_HOURS, FLOWENGINE_WEEKEND_HOURS or FLOWENGINE_EXTRA_HOLIDAYS",
        )
    for sentence in widened(policy):
        yield Finding("hours", "warning", sentence, "unset it, unless these people have asked to be called then")
    if bank_holidays.check(PROCLAIMED, ("SCT",), policy) is None and not policy.on_bank_holidays:
        yield Finding(
            "hours",
            "problem",
            "the calendar of bank holidays is too old: it does not know 15 June 2026 in Scotland",
            'pip install -U "holidays>=0.92"',
        )
    if policy.automated_consent != "require":
        yield Finding(
            "consent",
            "note" if policy.automated_consent == "warn" else "warning",
            f"consent to automated calls is not required (FLOWENGINE_AUTOMATED_CONSENT={policy.automated_consent})",
            "set FLOWENGINE_AUTOMATED_CONSENT=require for live campaigns: PECR 19 may well cover an AI's voice",
        )
    if policy.drama_numbers and case.settings.has_telephone:
        yield Finding(
            "numbers",
            "warning",
            "numbers reserved for drama pass as real ones, and a telephone line is open",
            "unset FLOWENGINE_DRAMA_NUMBERS outside of tests",
        )
    yield from _tps(case)


def _tps(case: Case) -> Iterator[Finding]:
    policy, file = case.settings.policy, case.settings.tps_file
    if not policy.tps:
        yield Finding(
            "TPS",
            "warning" if case.settings.has_telephone else "note",
            "the Telephone Preference Service is not asked",
            "flowengine tps import FILE, then FLOWENGINE_TPS=on: calling a listed number unasked breaks PECR 21(1)(b)",
        )
        return
    how = "flowengine tps import FILE, with a download of the last 28 days"
    try:
        listed = TpsList.open(file)
        snapshot, count = listed.snapshot, listed.count
    except StoreError as error:
        yield Finding("TPS", "problem", str(error), how)
        return
    if snapshot is None:
        yield Finding("TPS", "problem", f"it is switched on, and there is no list at {file}: nobody is called", how)
        return
    age = (case.now - snapshot).days
    if age > policy.tps_days:
        yield Finding("TPS", "problem", f"it is {age} days old ({policy.tps_days} allowed): nobody is called", how)
    elif age > policy.tps_days - 7:
        yield Finding("TPS", "warning", f"it is {age} days old; after {policy.tps_days} days nobody is called", how)
    else:
        yield Finding("TPS", "ok", f"{count:,} numbers, {age} days old")
