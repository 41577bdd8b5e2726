"""What a rule finds, and what all of them come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from flowengine.compliance.nations import Nation

Ends = Literal["by_time", "by_event", "never"]
"""How a reason goes away: as the clock goes on; when something happens (a call ends, data are imported, somebody
decides); or not by waiting."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call may not be made: a stable code (`OUTSIDE_HOURS`), the rule's id (`H1`), and one sentence.

    `until`: the moment from which a reason that ends by time is gone for good; None where hours and holidays bring it
    back. The sentence holds no number and no name, so it may be logged.
    """

    code: str
    rule: str
    detail: str
    ends: Ends = "never"
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Attempts that count, in the last 24 hours and in the last 7 days."""

    h24: int = 0
    d7: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """Every reason, not the first, in the order of the rules.

    `number` is E.164, or None where `asked_for`, the text as given, cannot be read as one. `next_allowed_at` (callee's
    clock, like `local_time`): the first moment at which all reasons have gone, if nothing else changes; None where the
    call is allowed now, or where a reason does not end by time. `nation` None: not known, or on both sides of a border.
    `warnings` are no refusals.
    """

    allowed: bool
    reasons: tuple[Reason, ...]
    next_allowed_at: datetime | None
    local_time: datetime
    nation: Nation | None
    policy_version: str
    number: str | None = field(default=None, repr=False)
    asked_for: str | None = field(default=None, repr=False, compare=False)
    counts: Counts = Counts()
    tps_snapshot: datetime | None = None
    warnings: tuple[Reason, ...] = ()

    @property
    def can_call(self) -> bool:
        """The name that `allowed` has in the API."""
        return self.allowed
