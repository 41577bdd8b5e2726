"""How one call ends: what the flow decided, whether the far end has left, what failed; and our parting from it."""

from __future__ import annotations

import asyncio
import logging

from flowengine.errors import FlowEngineError
from flowengine.runtime.away import part
from flowengine.runtime.observed import CallResult
from flowengine.runtime.ports import CallLine

log = logging.getLogger(__name__)

HANGUP_TIMEOUT_S = 5.0


class Ending:
    """The end of one call, as far as it is known."""

    def __init__(self) -> None:
        self.outcome: str | None = None
        """What the flow has decided to end with; what is being said is still heard to its end."""
        self.gone: str | None = None
        """Why nobody is at the far end any more."""
        self.failure: str | None = None
        """What broke: the call's end is abnormal."""
        self.onward: str | None = None
        """The number (E.164) the caller is put through to for good, in place of a hang-up."""
        self.stays_up = False
        """The call goes on without us."""

    def leave(self, reason: str, *, failure: bool) -> bool:
        """The far end is gone; False when it was gone already."""
        if self.gone is not None:
            return False
        self.gone = reason
        if failure:
            self.failure = reason
        return True

    def is_over(self, *, quiet: bool) -> bool:
        """The flow has ended, and all it said has been heard (`quiet`), or nobody is there to hear it."""
        return self.outcome is not None and (self.gone is not None or quiet)

    def result(self, outcome: str | None, duration: float) -> CallResult:
        """`outcome`: the conversation's own, if it came so far. Seconds."""
        return CallResult(
            outcome=self.outcome or outcome or "failed",
            reason=self.failure or self.gone or "flow ended",
            abnormal=self.failure is not None,
            duration=duration,
        )

    async def part(self, line: CallLine) -> None:
        """Hang up, or put the caller through for good; where that fails, the telephone's own `action` is left."""
        if self.stays_up:
            return
        try:
            async with asyncio.timeout(HANGUP_TIMEOUT_S):
                await part(line, self.onward if self.gone is None else None)
        except (FlowEngineError, TimeoutError):
            log.warning("hang-up failed", extra={"call_id": line.call_id})
