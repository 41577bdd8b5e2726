"""One call whose session is running: what belongs to it, and what its record is told beside the session."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flowengine.conversation.conversation import Conversation
from flowengine.runtime.ports import CallLine, FirstSound, Told
from flowengine.runtime.session import CallSession
from flowengine.service.recording import CallRecord
from flowengine.service.tokens import PreparedCall
from flowengine.service.tracing import CallTrace


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call whose session is running, or is about to."""

    prepared: PreparedCall
    session: CallSession
    conversation: Conversation
    line: CallLine
    record: CallRecord
    started: datetime
    recogniser: str
    trace: CallTrace | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def seconds(self) -> float:
        """How long it has been up."""
        return round(self._since(), 1)

    def first_sound(self) -> None:
        """Whoever answered hears us now, for the first time: how soon is kept (rule A1)."""
        self.keep(FirstSound())

    def keep(self, told: Told) -> None:
        """Add to the record, as of now; after the end of the call, too."""
        self.record.write(round(self._since(), 3), told)

    def _since(self) -> float:
        return (datetime.now(UTC) - self.started).total_seconds()
