"""The embedded recogniser, as a call sees it; the work is done in the speech process."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable

from flowengine.adapters.local.packages import require_recogniser
from flowengine.adapters.local.wire import Kind, Message, decode_event
from flowengine.adapters.local.worker import SpeechWorker, WorkerShare
from flowengine.adapters.reports import Reports
from flowengine.conversation.commands import Expecting
from flowengine.errors import RecogniserError
from flowengine.runtime.audio import SILENCE
from flowengine.runtime.ports import RecogniserEvent, RecogniserFailed

log = logging.getLogger(__name__)

KEPT_BYTES = 8000
"""A second of audio waits for a process that does not keep up."""


class LocalStream:
    """One call's recognition."""

    def __init__(self, worker: SpeechWorker) -> None:
        self._worker = worker
        self._reports = Reports()
        self._waiting = bytearray()
        self._position = 0
        self._dropped = 0
        self._number = worker.register(self._receive)
        worker.send(Message(Kind.OPEN, self._number))

    @property
    def dropped_ms(self) -> int:
        """Audio that was lost because the speech process did not keep up."""
        return self._dropped // 8

    def push(self, mulaw: bytes) -> None:
        if self._reports.closed:
            return
        self._waiting += mulaw
        if self._worker.congested:
            surplus = max(0, len(self._waiting) - KEPT_BYTES)
            del self._waiting[:surplus]
            self._position += surplus
            self._dropped += surplus
            return
        self._worker.send(Message(Kind.AUDIO, self._number, self._position, bytes(self._waiting)))
        self._position += len(self._waiting)
        self._waiting.clear()

    def push_echo(self, mulaw: bytes) -> None:
        """Audio that may be the agent's own voice: no words are looked for in it, and it tells what lies behind."""
        if self._reports.closed:
            return
        if self._waiting or self._worker.congested:
            self.push(SILENCE * len(mulaw))
            return
        self._worker.send(Message(Kind.ECHO, self._number, self._position, mulaw))
        self._position += len(mulaw)

    def expect(self, expecting: Expecting) -> None:
        if not self._reports.closed:
            self._worker.send(Message(Kind.EXPECT, self._number, body=json.dumps(expecting).encode()))

    def finalize(self) -> None:
        if not self._reports.closed:
            self._worker.send(Message(Kind.FINALIZE, self._number))

    def events(self) -> AsyncIterator[RecogniserEvent]:
        return self._reports.read()

    async def close(self) -> None:
        self._worker.release(self._number)
        if not self._reports.closed:
            self._worker.send(Message(Kind.CLOSE, self._number))
            self._reports.close()
        if self._dropped:
            log.warning("caller audio was dropped, the machine is too slow", extra={"ms": self.dropped_ms})
            self._dropped = 0

    def _receive(self, answer: Message | None) -> None:
        if answer is None:
            self._reports.put(RecogniserFailed("the speech process died"))
        elif answer.kind is Kind.HEARD:
            self._reports.put(decode_event(answer.body))


class LocalRecogniser:
    """Moonshine, or Whisper where Moonshine has no wheel. English only. Raises MissingExtra without either."""

    def __init__(self) -> None:
        self.name = f"{require_recogniser()}, embedded"
        self._share = WorkerShare("hearing", RecogniserError)

    async def warm_up(self, progress: Callable[[str], None]) -> None:
        """Load the models, and convert them if this machine never did. Raises RecogniserError or MissingExtra."""
        await self._share.ready(progress)

    async def open(self, call_id: str, *, language: str = "en-GB") -> LocalStream:
        if not language.lower().startswith("en"):
            raise RecogniserError(f"the embedded recogniser knows English only, not {language!r}")
        return LocalStream(await self._share.ready(None))

    async def close(self) -> None:
        await self._share.give_back()
