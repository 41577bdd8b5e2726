"""How the compliance guard answers in a test or a typed call: by the calling hours, or as it was told to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flowengine.graph.model import Direction


@dataclass(frozen=True, slots=True)
class Because:
    """One reason of a refusal: its code (`OUTSIDE_HOURS`), its rule (`H1`) and a sentence."""

    code: str
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer of a guard. `told`: a test decided it, no rule was asked."""

    guard: str
    allowed: bool
    reasons: tuple[Because, ...]
    next_allowed_at: datetime | None
    told: bool


def verdict(guard: str, direction: Direction, now: datetime, given: Mapping[str, bool]) -> Verdict:
    """The answer at this moment. Somebody who rings us may be spoken with at any hour, as in the service."""
    if guard in given:
        refused = Because("REFUSED_BY_TEST", "", "the test refuses it")
        return Verdict(guard, given[guard], () if given[guard] else (refused,), None, told=True)
    if direction == "inbound":
        return Verdict(guard, True, (), None, told=False)
    # The rules bring the holidays of four nations with them: half a second that a flow without a guard need not pay.
    from flowengine.compliance.guard import decide_calling_hours

    decision = decide_calling_hours(now)
    reasons = tuple(Because(reason.code, reason.rule, reason.detail) for reason in decision.reasons)
    return Verdict(guard, decision.allowed, reasons, decision.next_allowed_at, told=False)
