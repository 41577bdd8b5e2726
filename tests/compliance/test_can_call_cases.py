"""Worked decisions: the product's own list, and ours, which goes to the edges that it leaves out.

`more_can_call_cases.json` has the same fields and, where a case needs them, further ones: `settings` (of the policy),
`facts` (as `Facts` names them), `next_allowed_at`, `nation`, `counts`, `warnings`, `e164`.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from flowengine.compliance.facts import Facts, PastAttempt
from flowengine.compliance.guard import decide
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Decision

HERE = Path(__file__).parent
GIVEN: list[dict[str, Any]] = json.loads((HERE / "can_call_cases.json").read_text("utf-8"))
OURS: list[dict[str, Any]] = json.loads((HERE / "more_can_call_cases.json").read_text("utf-8"))


def decide_case(case: dict[str, Any]) -> Decision:
    """The decision on one case. The drama numbers that stand in them pass; TPS counts where a case mentions it."""
    at = datetime.fromisoformat(case["at"])
    attempts = [PastAttempt(datetime.fromisoformat(moment)) for moment in case.get("attempts", [])]
    if "abandoned" in case:
        attempts.append(PastAttempt(datetime.fromisoformat(case["abandoned"]), abandoned=True))
    known = {
        "attempts": attempts,
        "do_not_call": case.get("do_not_call", False),
        "automated_consent": case.get("consent", False),
        "tps_override": case.get("consent", False),
        **({"tps": case["tps"], "tps_snapshot": at} if "tps" in case else {}),
        **case.get("facts", {}),
    }
    settings = {"drama_numbers": True, "tps": "tps" in case, **case.get("settings", {})}
    return decide(case["number"], at, msgspec.convert(known, Facts), msgspec.convert(settings, Policy))


@pytest.mark.parametrize("case", GIVEN, ids=lambda case: case["id"])
def test_each_decision_of_the_product_comes_out(case: dict[str, Any]) -> None:
    decision = decide_case(case)
    assert sorted(reason.code for reason in decision.reasons) == sorted(case["codes"])
    assert decision.can_call == case["can_call"]


@pytest.mark.parametrize("case", OURS, ids=lambda case: case["id"])
def test_each_further_decision_comes_out(case: dict[str, Any]) -> None:
    decision = decide_case(case)
    assert [reason.code for reason in decision.reasons] == case["codes"]
    assert decision.can_call == (not case["codes"])
    if "next_allowed_at" in case:
        # In UTC: Python calls an hour that comes twice unequal to itself in any other zone.
        opens = decision.next_allowed_at and decision.next_allowed_at.astimezone(UTC)
        expected = case["next_allowed_at"] and datetime.fromisoformat(case["next_allowed_at"])
        assert opens == expected
    if "nation" in case:
        assert decision.nation == case["nation"]
    if "counts" in case:
        assert [decision.counts.h24, decision.counts.d7] == case["counts"]
    if "warnings" in case:
        assert [warning.code for warning in decision.warnings] == case["warnings"]
    if "e164" in case:
        assert decision.number == case["e164"]


def test_the_lists_are_whole_and_no_case_stands_twice() -> None:
    names = [case["id"] for case in GIVEN + OURS]
    assert len(GIVEN) == 46
    assert len(OURS) >= 46
    assert len(names) == len(set(names))
