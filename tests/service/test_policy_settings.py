"""The calling rules' settings: each read, checked, and explained when it cannot be used."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from flowengine.compliance.guard import decide_calling_hours
from flowengine.compliance.policy import LONDON, Policy
from flowengine.errors import SettingsError
from flowengine.service.policy_settings import SETTINGS, policy_from, start_warnings
from flowengine.service.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"

USABLE: list[tuple[str, str, str, Any]] = [
    ("WEEKDAY_HOURS", "09:30-18:00", "weekday", (time(9, 30), time(18))),
    ("WEEKEND_HOURS", "10:00 – 12:00", "weekend", (time(10), time(12))),
    ("SUNDAYS", "off", "sundays", False),
    ("BANK_HOLIDAYS", "On", "on_bank_holidays", True),
    ("EXTRA_HOLIDAYS", "2026-12-24, 2026-12-31,", "extra_holidays", {date(2026, 12, 24), date(2026, 12, 31)}),
    ("CAP_24H", "2", "cap_24h", 2),
    ("CAP_7D", "4", "cap_7d", 4),
    ("ABANDONED_HOURS", "96", "abandoned_hours", 96),
    ("TPS", "on", "tps", True),
    ("TPS_DAYS", "7", "tps_days", 7),
    ("AUTOMATED_CONSENT", "require", "automated_consent", "require"),
    ("SECTOR", "claims", "sector", "claims"),
    ("RING_S", "30", "ring_s", 30),
    ("UK_ONLY", "off", "uk_only", False),
    ("NUMBER_TYPES", "service, freephone", "let_through", {"service", "freephone"}),
    ("DRAMA_NUMBERS", "on", "drama_numbers", True),
]


@pytest.mark.parametrize(("name", "value", "field", "expected"), USABLE)
def test_each_setting_reaches_the_policy(name: str, value: str, field: str, expected: object) -> None:
    policy = policy_from({f"FLOWENGINE_{name}": f" {value} "})
    assert getattr(policy, field) == expected
    assert policy != Policy()
    assert policy.version != Policy().version


def test_every_field_of_the_policy_has_a_setting_and_a_line_in_the_reference() -> None:
    assert {field for field, _ in SETTINGS.values()} == {each.name for each in fields(Policy) if each.init}
    assert {f"FLOWENGINE_{name}" for name, *_ in USABLE} == set(SETTINGS)
    page = PAGE.read_text("utf-8")
    assert not [name for name in SETTINGS if f"| `{name}` |" not in page]


def test_nothing_set_or_left_empty_is_the_product_s_policy() -> None:
    assert policy_from({}) == Policy()
    assert policy_from(dict.fromkeys(SETTINGS, " ")) == Policy()


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("WEEKDAY_HOURS", "8-21", "like 08:00-21:00"),
        ("WEEKDAY_HOURS", "21:00-08:00", "like 08:00-21:00"),
        ("WEEKDAY_HOURS", "08:00-08:00", "like 08:00-21:00"),
        ("WEEKEND_HOURS", "09:00-25:00", "like 08:00-21:00"),
        ("WEEKEND_HOURS", "٠٩:٠٠-١٧:٠٠", "like 08:00-21:00"),
        ("SUNDAYS", "no", "expected on or off"),
        ("BANK_HOLIDAYS", "1", "expected on or off"),
        ("EXTRA_HOLIDAYS", "2026-12-24,31.12.2026", "2026-12-24,2026-12-31"),
        ("EXTRA_HOLIDAYS", "2026-02-29", "2026-12-24,2026-12-31"),
        ("CAP_24H", "0", "whole number from 1 to 100"),
        ("CAP_24H", "-1", "whole number from 1 to 100"),
        ("CAP_7D", "²", "whole number from 1 to 700"),
        ("CAP_7D", "9" * 5000, "whole number from 1 to 700"),
        ("ABANDONED_HOURS", "0", "whole number from 1 to 8,760"),
        ("TPS", "true", "expected on or off"),
        ("TPS_DAYS", "29", "whole number from 1 to 28"),
        ("AUTOMATED_CONSENT", "yes", "off, warn, require"),
        ("SECTOR", "claim", "claims, pensions"),
        ("RING_S", "14", "whole number from 15 to 120"),
        ("UK_ONLY", "GB", "expected on or off"),
        ("NUMBER_TYPES", "service,mobile", "'mobile': expected kinds to let through, of premium, service"),
        ("DRAMA_NUMBERS", "maybe", "expected on or off"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_explained(name: str, value: str, part: str) -> None:
    with pytest.raises(SettingsError) as caught:
        policy_from({f"FLOWENGINE_{name}": value})
    assert f"FLOWENGINE_{name}" in str(caught.value)
    assert part in str(caught.value)


def test_the_service_runs_with_the_policy_and_prints_it() -> None:
    settings = Settings.from_env({"FLOWENGINE_TPS": "on"}, dotenv=Path("no such file"))
    assert settings.policy.tps
    printed = dict(settings.described())
    assert printed["calling rules"] == f"{settings.policy.version}, TPS at most 28 days old, consent warn"
    assert dict(Settings().described())["calling rules"] == "2026-11, TPS off, consent warn"


@pytest.mark.parametrize(
    ("name", "value", "parts"),
    [
        ("WEEKDAY_HOURS", "06:00-24:00", ["06:00 to 24:00 on Monday to Friday", "08:00 to 21:00"]),
        ("WEEKEND_HOURS", "09:00-17:01", ["09:00 to 17:01 at weekends"]),
        ("WEEKEND_HOURS", "10:00-16:00", []),
        ("BANK_HOLIDAYS", "on", ["on bank holidays"]),
    ],
)
def test_what_is_allowed_beyond_the_products_own_rules_is_said(name: str, value: str, parts: list[str]) -> None:
    said = start_warnings(policy_from({f"FLOWENGINE_{name}": value, "FLOWENGINE_TPS": "on"}))
    assert len(said) == min(len(parts), 1)
    assert all(part in said[0] for part in parts)


def test_hours_may_end_at_midnight() -> None:
    policy = policy_from({"FLOWENGINE_WEEKDAY_HOURS": "06:00-24:00"})
    last = datetime.combine(date(2026, 11, 24), time.max, LONDON)
    assert decide_calling_hours(last, policy=policy).allowed
    assert not decide_calling_hours(last + timedelta(microseconds=1), policy=policy).allowed
    early = decide_calling_hours(last.replace(hour=5), policy=policy).reasons
    assert [reason.detail for reason in early] == ["Tuesday 05:59 is outside 06:00 to 24:00 local time"]


def test_a_start_without_tps_is_warned_about() -> None:
    (warning,) = start_warnings(Policy())
    assert "FLOWENGINE_TPS=on" in warning
    assert start_warnings(Policy(tps=True)) == []
    assert "for tests only" in start_warnings(Policy(tps=True, drama_numbers=True))[0]
