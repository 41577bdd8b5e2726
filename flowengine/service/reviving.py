"""A call comes back whose process was killed: its record is lived through again, and it goes on where that ends.

Nothing is done for it before its new stream is there: then the call is taken over from the dead process, in one
statement, so that of two that try only one holds it. What an action did before is not done again, since its order keeps
its number, and with it its idempotency key. What cannot be brought back to its place is ended, and said.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from flowengine.conversation.call import Further
from flowengine.conversation.events import TransferResult
from flowengine.conversation.replaying import Recorded
from flowengine.errors import FlowEngineError
from flowengine.graph.model import Flow
from flowengine.runtime.colleague_line import ColleagueRung
from flowengine.service.library import FlowLibrary
from flowengine.service.mind import prepared_of
from flowengine.service.recording import Recording
from flowengine.service.replayed import recorded, replayed
from flowengine.service.revived import Revived
from flowengine.service.tokens import PreparedCall
from flowengine.store.rows import CallEnd, CallRow

log = logging.getLogger(__name__)

RUNG = ColleagueRung.__name__
MOST_RETURNS = 3
"""A call that has come back so often may be what kills the processes."""
AGAIN_S = 0.2
"""Between two looks at a process that seems alive though its call's line broke: it may be dying this very moment."""
LOOKED_FOR_S = 2.0
"""Then it lives, elsewhere. Twilio waits 15 s for an answer, and the caller hears nothing."""


class _Lost(Exception):
    """This call cannot be brought back; why, in our words. `outcome` where its flow had ended already."""

    def __init__(self, reason: str, outcome: str | None = None) -> None:
        super().__init__(reason)
        self.outcome = outcome


class Reviving:
    """Brings calls of dead processes back. `further`: whom a call of this flow may ask in this process."""

    def __init__(
        self, recording: Recording, library: FlowLibrary, further: Callable[[Flow], frozenset[Further]]
    ) -> None:
        self._recording = recording
        self._library = library
        self._further = further

    async def revive(self, call_sid: str, transferred: TransferResult | None = None) -> PreparedCall | None:
        """The call, ready to go on; None when nothing was left open of it, or its process lives, or it is lost.

        `transferred`: it comes back from a transfer that ended so. Raises StoreError.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + LOOKED_FOR_S
        while (row := await asyncio.to_thread(self._left_open, call_sid)) is not None:
            if await asyncio.to_thread(self._is_dead, row):
                return await asyncio.to_thread(self._revive, row, transferred)
            if loop.time() >= until:
                break
            await asyncio.sleep(AGAIN_S)
        return None

    def _left_open(self, call_sid: str) -> CallRow | None:
        """The call, where another process carries or carried it."""
        row = self._recording.store.call(call_sid)
        is_theirs = row is not None and row.owner not in (None, self._recording.processes.owner)
        return row if row is not None and is_theirs and row.ended_at is None else None

    def _is_dead(self, row: CallRow) -> bool:
        return row.owner is not None and self._recording.processes.is_dead(row.owner, datetime.now(UTC))

    def _revive(self, row: CallRow, transferred: TransferResult | None) -> PreparedCall | None:
        try:
            entries = self._recording.store.entries(row.call_id)
            prepared = self._again(row, recorded(entries), transferred)
        except _Lost as lost:
            self._end(row, str(lost), lost.outcome)
        except FlowEngineError as error:
            # Its text may quote what a caller said.
            self._end(row, f"the call could not be brought back ({type(error).__name__})", None)
        else:
            log.info("a call of a dead process comes back", extra={"call_id": row.call_id})
            return prepared
        return None

    def _again(self, row: CallRow, record: list[Recorded], transferred: TransferResult | None) -> PreparedCall:
        """Raises _Lost, FlowEngineError."""
        assert row.owner is not None
        flow = self._library.get(row.flow)
        if flow.version != row.flow_version:
            raise _Lost("the flow has changed since the call began")
        if sum(each.payload.get("kind") == "CameBack" for each in record) >= MOST_RETURNS:
            raise _Lost(f"the call has come back {MOST_RETURNS} times already")
        prepared = prepared_of(row, flow)
        conversation, done = replayed(row, flow, record, [self._further(flow)])
        if done.difference is not None:
            raise _Lost("the record does not fit the flow")
        if conversation.finished:
            raise _Lost("the service stopped as the call ended", conversation.outcome)
        if conversation.holds_a_secret:
            raise _Lost("a secret was typed, which the record does not hold")
        rung = [str(each.payload["placed"]) for each in record if each.payload.get("kind") == RUNG]
        return PreparedCall(
            prepared.call_id,
            prepared.call_sid,
            flow,
            prepared.contact,
            prepared.direction,
            prepared.from_number,
            prepared.to_number,
            Revived(
                conversation,
                done,
                row.started_at,
                len(record),
                row.owner,
                tuple(done.opt_outs),
                transferred,
                colleague=rung[-1] if rung else None,
            ),
        )

    def _end(self, row: CallRow, reason: str, outcome: str | None) -> None:
        assert row.owner is not None
        log.warning("a call of a dead process is over", extra={"call_id": row.call_id, "reason": reason})
        end = CallEnd(row.call_id, datetime.now(UTC), outcome or "failed", reason, abnormal=outcome is None)
        if self._recording.processes.take_over(row.call_id, row.owner):
            self._recording.store.write([end])
