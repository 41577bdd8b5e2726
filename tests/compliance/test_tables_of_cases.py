"""The tables in the rules' docstrings are true, and the reference shows the same ones.

Each rule has one way to read its rows; a rule without one fails here.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flowengine.compliance import rules
from flowengine.compliance.facts import Facts, PastAttempt
from flowengine.compliance.guard import decide, decide_calling_hours
from flowengine.compliance.nations import Nation
from flowengine.compliance.numbers import Number, identify
from flowengine.compliance.policy import LONDON, ConsentMode, Policy
from flowengine.compliance.rules import ring_time
from flowengine.compliance.verdict import Decision

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "compliance.md"
RULES: tuple[ModuleType, ...] = tuple(
    importlib.import_module(f"{rules.__name__}.{found.name}") for found in pkgutil.iter_modules(rules.__path__)
)
A_MONDAY = datetime(2026, 3, 2, tzinfo=LONDON)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBER = "020 7946 0123"
YES_OR_NO = {"yes": True, "no": False}


def _rows(docstring: str | None) -> list[list[str]]:
    """The cells of a docstring's one table, without its head."""
    lines = [line for line in (docstring or "").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _decide(number: str = NUMBER, facts: Facts | None = None, **settings: Any) -> Decision:
    return decide(number, NOON, facts or Facts(), Policy(drama_numbers=True, **settings))


def _codes(decision: Decision) -> str:
    return ", ".join(reason.code for reason in decision.reasons) or "allowed"


def _rules(decision: Decision) -> str:
    return ", ".join(f"{reason.code} ({reason.rule})" for reason in decision.reasons) or "allowed"


def _hours_ago(text: str) -> datetime:
    hours, minutes, seconds = (*map(int, text.split(":")), 0, 0)[:3]
    return NOON - timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _hours(when: str) -> str:
    day, clock = when.split()
    hour, minute, second = map(int, clock.split(":"))
    moment = A_MONDAY + timedelta(days=DAYS.index(day), hours=hour, minutes=minute, seconds=second)
    return _rules(decide_calling_hours(moment, nation="ENG"))


def _read(number: str) -> str:
    found = identify(number, Policy(drama_numbers=True))
    return found.e164 if isinstance(found, Number) else _codes(_decide(number))


def _kind(number: str, kind: str) -> str:
    found = identify(number, Policy(drama_numbers=True))
    assert isinstance(found, Number)
    assert found.kind == kind
    if kind != "ordinary":
        assert _decide(number, let_through=frozenset({found.kind})).allowed
    return _codes(_decide(number))


def _caps(hours: str) -> str:
    return _rules(_decide(facts=Facts(attempts=tuple(PastAttempt(_hours_ago(each)) for each in hours.split(", ")))))


def _progress(state: str) -> str:
    facts = {
        "no call": Facts(),
        "an attempt that has ended": Facts(attempts=(PastAttempt(NOON),)),
        "an attempt that is live": Facts(attempts=(PastAttempt(NOON, is_live=True),)),
        "a call in progress": Facts(in_progress=True),
    }
    return _codes(_decide(facts=facts[state]))


def _abandoned(hours: str) -> str:
    attempts = () if hours == "never" else (PastAttempt(_hours_ago(hours), abandoned=True),)
    return _codes(_decide(facts=Facts(attempts=attempts)))


def _tps_age(data: str, override: str) -> str:
    age = {
        "1 hour ago": timedelta(hours=1),
        "28 days ago": timedelta(days=28),
        "28 days and 1 second ago": timedelta(days=28, seconds=1),
    }.get(data)
    known: dict[str, Any] = {} if age is None else {"tps": False, "tps_snapshot": NOON - age}
    return _codes(_decide(facts=Facts(tps_override=YES_OR_NO[override], **known), tps=True))


def _tps(registered: str, override: str) -> str:
    facts = Facts(tps=YES_OR_NO[registered], tps_snapshot=NOON, tps_override=YES_OR_NO[override])
    return _codes(_decide(facts=facts, tps=True))


def _consent(mode: ConsentMode, consent: str) -> str:
    decision = _decide(facts=Facts(automated_consent=YES_OR_NO[consent]), automated_consent=mode)
    if decision.warnings:
        assert [warning.code for warning in decision.warnings] == ["NO_AUTOMATED_CALL_CONSENT"]
        return "warning" if decision.allowed else "a warning and a refusal"
    return _codes(decision)


def _sector(sector: str, consent: str) -> str:
    consents = frozenset() if consent == "nothing" else frozenset({consent})
    return _codes(_decide(facts=Facts(sector=None if sector == "none" else sector, sector_consents=consents)))


READERS: Mapping[str, Callable[..., str]] = {
    "abandoned_calls": _abandoned,
    "attempt_caps": _caps,
    "automated_consent": _consent,
    "call_in_progress": _progress,
    "caller_id": lambda number: _codes(_decide(facts=Facts(caller_id=None if number == "none chosen" else number))),
    "calling_hours": _hours,
    "campaign_paused": lambda state: _codes(_decide(facts=Facts(campaign_paused=state == "paused"))),
    "do_not_call": lambda listed: _codes(_decide(facts=Facts(do_not_call=YES_OR_NO[listed]))),
    "number_types": _kind,
    "ring_time": lambda seconds: "allowed" if ring_time.problem(int(seconds)) is None else "refused",
    "sector_consent": _sector,
    "short_codes": lambda number: _codes(_decide(number)),
    "tps": _tps,
    "tps_age": _tps_age,
    "uk_only": lambda number: _codes(_decide(number)),
    "valid_number": _read,
    "vulnerable": lambda marked: _codes(_decide(facts=Facts(vulnerable=YES_OR_NO[marked]))),
}
CASES = [
    pytest.param(READERS[name], cells, id=f"{name}: {', '.join(cells[:-1])}")
    for rule in RULES
    if (name := rule.__name__.rpartition(".")[2]) in READERS
    for cells in _rows(rule.__doc__)
]


@pytest.mark.parametrize(("reader", "cells"), CASES)
def test_each_case_of_a_rule(reader: Callable[..., str], cells: list[str]) -> None:
    *given, expected = cells
    assert reader(*given) == expected


HOLIDAYS = next(rule for rule in RULES if rule.__name__.endswith("bank_holidays"))


@pytest.mark.parametrize("cells", _rows(HOLIDAYS.__doc__), ids=lambda cells: cells[0])
def test_each_case_of_the_holidays(cells: list[str]) -> None:
    day, english, scottish, irish, unknown = cells
    noon = datetime.strptime(f"{day.partition(',')[0]} 12", "%d %B %Y %H").replace(tzinfo=LONDON)
    expected: list[tuple[Nation | None, str]] = [
        ("ENG", english),
        ("WLS", english),
        ("SCT", scottish),
        ("NIR", irish),
        (None, unknown),
    ]
    for nation, code in expected:
        reasons = decide_calling_hours(noon, nation=nation).reasons
        assert [reason.code for reason in reasons if reason.rule == "H3"] == ([code] if code else []), nation


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.rpartition(".")[2])
def test_each_rule_names_itself_its_source_and_its_cases(rule: ModuleType) -> None:
    text = rule.__doc__ or ""
    assert re.match(r"[A-Z]\d( and [A-Z]\d)?: ", text)
    assert "Source: " in text
    assert len(_rows(text)) >= 2
    assert rule is HOLIDAYS or rule.__name__.rpartition(".")[2] in READERS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__.rpartition(".")[2])
def test_the_reference_shows_the_same_table(rule: ModuleType) -> None:
    table = re.search(r"^\|.*\|$(?:\n^\|.*\|$)*", rule.__doc__ or "", re.MULTILINE)
    assert table is not None
    assert table.group() in PAGE.read_text("utf-8")
