"""What a rule finds, and what all of them come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call may not be made: a stable code, the rule's id, and one sentence."""

    code: str
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Every reason, not the first. `next_allowed_at`: when all time-bound reasons have gone; None if not needed."""

    allowed: bool
    reasons: tuple[Reason, ...]
    next_allowed_at: datetime | None
    local_time: datetime
    nation: str | None
    policy_version: str
