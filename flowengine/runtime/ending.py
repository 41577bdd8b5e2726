"""How one call ends: what the flow decided, whether the far end has left, what failed; and our parting from it.

A hang-up that fails is tried again, since a call that stays up costs money and somebody's patience; the telephone's own
`action` stands behind it.
"""

from __future__ import annotations

import asyncio
import logging

from flowengine.conversation.events import EndRequested
from flowengine.errors import FlowEngineError
from flowengine.runtime.away import part
from flowengine.runtime.happenings import Happening
from flowengine.runtime.last_words import CAUSES
from flowengine.runtime.observed import CallResult
from flowengine.runtime.outliving import Outliving
from flowengine.runtime.ports import CallLine
from flowengine.runtime.tasks import END_S

log = logging.getLogger(__name__)

ATTEMPT_S = 5.0
"""Longer than a request waits for Twilio's answer."""
RETRY_AFTER_S = (1.0, 3.0, 9.0)


class Ending:
    """The end of one call, as far as it is known."""

    def __init__(self) -> None:
        self.outcome: str | None = None
        """What the flow has decided to end with; what is being said is still heard to its end."""
        self.gone: str | None = None
        """Why nobody is at the far end any more."""
        self.has_left = False
        """The same, and the call has dealt with it."""
        self.is_mute = False
        """Nothing is said any more, whoever is still there."""
        self.is_told = False
        """All that was to be said was heard: whoever leaves from now on, or a line that breaks, changes nothing."""
        self.failure: str | None = None
        """What broke: the call's end is abnormal."""
        self.cause: str | None = None
        """Why we ended a call whose flow was not through."""
        self.onward: str | None = None
        """The number (E.164) the caller is put through to for good, in place of a hang-up."""
        self.stays_up = False
        """The call goes on without us."""

    @property
    def is_open(self) -> bool:
        """Nothing has broken, and nobody has left."""
        return self.failure is None and self.gone is None

    def leave(self, reason: str, *, failure: bool) -> bool:
        """The far end is gone; False when it was gone already."""
        if self.gone is not None:
            return False
        self.gone = reason
        if failure and not self.is_told:
            self.failure = reason
        return True

    def follow(self, happening: Happening, *, is_open: bool) -> None:
        """Learn why the call is to end; `is_open`: its flow has not ended yet."""
        if is_open and isinstance(happening, EndRequested) and happening.reason in CAUSES:
            self.cause = happening.reason

    def hears_nothing(self, *, is_here: bool) -> bool:
        """Whether nobody hears what would be said now; `is_here`: the caller is on our line, not put through or lost.

        To a caller who is expected back the flow may speak; one whose call has ended is not."""
        return self.gone is not None or self.is_mute or (self.outcome is not None and not is_here)

    def is_over(self, *, quiet: bool) -> bool:
        """The flow has ended, and all it said has been heard (`quiet`), or nobody is there to hear it."""
        return self.outcome is not None and (self.has_left or quiet)

    def result(self, outcome: str | None, duration: float) -> CallResult:
        """`outcome`: the conversation's own, if it came so far. Seconds."""
        return CallResult(
            outcome=self.outcome or outcome or "failed",
            reason=self.failure or (None if self.is_told else self.gone) or self.cause or "flow ended",
            abnormal=self.failure is not None,
            duration=duration,
        )

    async def part(self, line: CallLine, outliving: Outliving) -> None:
        """Hang up, or put the caller through for good.

        One try is waited for, as long as a call has for its end. What takes longer goes on without it: the telephone
        asks what comes next as soon as the stream is closed, and is told to hang up, so a caller waits for neither.
        """
        if self.stays_up:
            return
        onward = self.onward if self.gone is None else None
        failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        parting = asyncio.get_running_loop().create_task(_part(line, onward, failed), name="hang-up")
        try:
            # Closing the stream would hang up on whoever is just being put through.
            timeout = END_S if onward is None else ATTEMPT_S
            await asyncio.wait({parting, failed}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not parting.done():
                outliving.keep(parting, line.call_id)


async def _part(line: CallLine, onward: str | None, failed: asyncio.Future[None]) -> None:
    """Try until it is done; `failed` is done with the first failure."""
    for delay in (*RETRY_AFTER_S, None):
        try:
            async with asyncio.timeout(ATTEMPT_S):
                await part(line, onward)
        except (FlowEngineError, TimeoutError):
            log.warning("hang-up failed", extra={"call_id": line.call_id})
            if not failed.done():
                failed.set_result(None)
        else:
            return
        if delay is not None:
            await asyncio.sleep(delay)
            # Whoever could not be put through by now has heard nothing for a while.
            onward = None
