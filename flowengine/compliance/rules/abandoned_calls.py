"""F4: after an abandoned call (somebody answered, and nobody spoke) the number is left alone for 72 hours.

Source: Ofcom's statement on persistent misuse, 2010. Default 72 hours, taken in UTC. An age of exactly 72 hours counts
no more.

| abandoned, hours ago | |
|---|---|
| never | allowed |
| 1 | ABANDONED_72H |
| 71:59:59 | ABANDONED_72H |
| 72 | allowed |
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flowengine.compliance.facts import PastAttempt
from flowengine.compliance.policy import Policy
from flowengine.compliance.verdict import Reason


def check(at: datetime, attempts: Sequence[PastAttempt], policy: Policy) -> Reason | None:
    """`at` is UTC."""
    last = max((attempt.at for attempt in attempts if attempt.abandoned), default=None)
    window = timedelta(hours=policy.abandoned_hours)
    if last is None or at - last >= window:
        return None
    detail = f"a call was abandoned less than {policy.abandoned_hours} hours ago"
    return Reason("ABANDONED_72H", "F4", detail, "by_time", last + window)
