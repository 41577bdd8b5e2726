"""What a rule finds, and what all of them come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from flowengine.compliance.nations import Nation


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call may not be made: a stable code (`OUTSIDE_HOURS`), the rule's id (`H1`), and one sentence."""

    code: str
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Every reason, not the first.

    `next_allowed_at` (callee's clock, like `local_time`): the first moment at which all reasons have gone; None where
    the call is allowed now, or where a reason is permanent. `nation` None: the number does not tell it.
    """

    allowed: bool
    reasons: tuple[Reason, ...]
    next_allowed_at: datetime | None
    local_time: datetime
    nation: Nation | None
    policy_version: str
    number: str | None = field(default=None, repr=False)

    @property
    def can_call(self) -> bool:
        """The name that `allowed` has in the API."""
        return self.allowed
