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
        return await asyncio.to_thread(self._revive, call_sid, transferred)

    def _revive(self, call_sid: str, transferred: TransferResult | None) -> PreparedCall | None:
        row = self._recording.store.call(call_sid)
        if row is None or row.owner is None or row.ended_at is not None:
            return None
        if not self._recording.processes.is_dead(row.owner, datetime.now(UTC)):
            return None
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
