"""The telephone calls of a process that was killed: whether they are still up is asked of Twilio, again and again.

One that is up may come back, and is left open for a minute. One that is over never will: its record is closed at once,
and nobody is shown a call in progress that is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from flowengine.adapters.twilio.callbacks import ENDS
from flowengine.errors import StoreError, TelephonyError
from flowengine.store.processes import BEAT_S, Processes

log = logging.getLogger(__name__)

Status = Callable[[str], Awaitable[str]]
"""How the telephone says that the call of this sid stands. Raises TelephonyError."""
Settle = Callable[[str], Awaitable[object]]
"""A call of this sid whose flow had ended keeps its outcome. Raises StoreError."""


async def _as_it_stands(call_sid: str) -> None:
    """No call is known to have an outcome."""


async def close_those_over(processes: Processes, status: Status, settle: Settle = _as_it_stands) -> int:
    """End the records of calls that are up no more, those without an outcome as failed; how many those were.

    Raises StoreError.
    """
    closed = 0
    for orphan in await asyncio.to_thread(processes.waited_for, datetime.now(UTC)):
        try:
            is_over = await status(orphan.call_sid) in ENDS
        except TelephonyError:
            # Not known: it is waited for, like one that is up.
            continue
        if not is_over:
            continue
        await settle(orphan.call_sid)
        if await asyncio.to_thread(processes.close, orphan):
            log.warning("a call of a dead process is over", extra={"call_id": orphan.call_id})
            closed += 1
    return closed


async def look_after_orphans(processes: Processes, status: Status, settle: Settle = _as_it_stands) -> None:
    """At once, and whenever this process says that it is alive; until cancelled."""
    while True:
        with contextlib.suppress(StoreError):
            await close_those_over(processes, status, settle)
        await asyncio.sleep(BEAT_S)
