"""The compliance guard, asked by a live call."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from flowengine.compliance.guard import decide_calling_hours
from flowengine.compliance.nations import nation_of
from flowengine.compliance.policy import Policy
from flowengine.graph.model import Direction
from flowengine.runtime.ports import GuardAnswer


class HoursGuard:
    """Calling hours now, for a call that we make. Somebody who rings us may be spoken with at any hour.

    A call that the person started from the page is theirs too: they asked for it, just now.
    """

    def __init__(self, direction: Direction, number: str | None, policy: Policy, *, asked_for: bool = False) -> None:
        self._applies = direction == "outbound" and not asked_for
        self._policy = policy
        self._nation = None if number is None else nation_of(number)

    async def decide(self, guard: str) -> GuardAnswer:
        if not self._applies:
            return GuardAnswer(True)
        decision = await asyncio.to_thread(
            decide_calling_hours, datetime.now(UTC), nation=self._nation, policy=self._policy
        )
        return GuardAnswer(decision.allowed, tuple(reason.code for reason in decision.reasons))
