"""Two recognisers as one: the second takes a call over where the first refuses it or is lost.

What the caller has said since the last final transcript is heard again by the second: from where the voice began, or
else two seconds. Times stay those of the one stream that the call opened.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import assert_never

from flowengine.conversation.commands import Expecting
from flowengine.errors import FlowEngineError, RecogniserError
from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE
from flowengine.runtime.breaker import Breaker
from flowengine.runtime.echo import pushing_echo
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    Recogniser,
    RecogniserEvent,
    RecogniserFailed,
    RecogniserStream,
    VoiceEnded,
    VoiceStarted,
)

log = logging.getLogger(__name__)

REPLAY_MS = 2000
KEPT_BYTES = 8 * BYTES_A_SECOND
"""The first may have tried for some seconds to get its service back: the utterance began before that."""
REPLAY_PIECE = BYTES_A_SECOND // 4
REPLAY_PACE = 10
"""Times as fast as it was said."""
LEAD_MS = 300
"""A voice is noticed a little after it began."""
OPEN_PATIENCE_S = 3.0
CLOSE_S = 1.0


Opening = Callable[[], Awaitable[RecogniserStream]]


class SpareStream:
    """One call's recognition, by one engine after the other. `heard` is told how the first fares: well, or lost."""

    def __init__(self, stream: RecogniserStream, spare: Opening, *, heard: Callable[[bool], None]) -> None:
        self._stream = stream
        self._push_echo = pushing_echo(stream)
        self._spare: Opening | None = spare
        self._heard = heard
        self._replay = bytearray()
        self._taken = 0
        self._offset_ms = self._answered_ms = 0
        self._expecting: Expecting | None = None
        self._voice_is_on = self._closed = False
        self._voice_from_ms: int | None = None
        self._mark = ""

    def push(self, mulaw: bytes) -> None:
        self._keep(mulaw)
        self._stream.push(mulaw)

    def push_echo(self, mulaw: bytes) -> None:
        """As `push`, of what may be the agent's own voice: the second engine hears quiet for it."""
        self._keep(SILENCE * len(mulaw))
        self._push_echo(mulaw)

    def _keep(self, mulaw: bytes) -> None:
        self._taken += len(mulaw)
        self._replay += mulaw
        del self._replay[:-KEPT_BYTES]

    def expect(self, expecting: Expecting) -> None:
        self._expecting = expecting
        self._stream.expect(expecting)

    def finalize(self) -> None:
        self._stream.finalize()

    async def events(self) -> AsyncIterator[RecogniserEvent]:
        while True:
            lost: RecogniserFailed | None = None
            async for event in self._stream.events():
                if isinstance(event, RecogniserFailed):
                    lost = event
                    break
                yield self._told(event)
            if lost is None or self._is_over():
                return
            went_over = self._spare is not None and await self._go_over(self._spare, lost.reason)
            if self._is_over():
                return
            if not went_over:
                yield lost
                return
            if self._voice_is_on:
                # Whoever keeps the floor would wait for the end of a voice that only the first has heard begin.
                self._voice_is_on = False
                yield VoiceEnded(self._taken // 8)

    async def close(self) -> None:
        self._closed = True
        await self._stream.close()

    def _is_over(self) -> bool:
        return self._closed

    async def _go_over(self, spare: Opening, reason: str) -> bool:
        """Open the second in place of the first, and let it hear what was not answered."""
        self._spare = None
        self._heard(False)
        log.warning("the recogniser was lost, another takes over", extra={"reason": reason})
        with suppress(FlowEngineError, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._stream.close()
        try:
            async with asyncio.timeout(OPEN_PATIENCE_S):
                stream = await spare()
        except (RecogniserError, TimeoutError):
            return False
        try:
            await self._catch_up(stream)
        finally:
            if self._stream is not stream:
                # The call has ended meanwhile.
                await stream.close()
        return True

    async def _catch_up(self, stream: RecogniserStream) -> None:
        """Let a stream hear what was not answered; from then on it is the call's."""
        if self._expecting is not None:
            stream.expect(self._expecting)
        fed = self._taken - self._unanswered()
        self._offset_ms, self._mark = fed // 8, "again "
        while True:
            # At a pace that a service takes; what the line brings meanwhile comes after it.
            start = len(self._replay) - (self._taken - fed)
            piece = bytes(self._replay[start : start + REPLAY_PIECE])
            stream.push(piece)
            fed += len(piece)
            if self._closed:
                return
            if fed >= self._taken:
                self._stream, self._push_echo = stream, pushing_echo(stream)
                return
            await asyncio.sleep(REPLAY_PIECE / BYTES_A_SECOND / REPLAY_PACE)

    def _unanswered(self) -> int:
        """How many bytes of the audio so far the second has to hear."""
        now_ms = self._taken // 8
        since_ms = now_ms - REPLAY_MS if self._voice_from_ms is None else self._voice_from_ms - LEAD_MS
        wanted = (now_ms - max(since_ms, self._answered_ms)) * 8
        return max(0, min(wanted, len(self._replay)))

    def _told(self, event: RecogniserEvent) -> RecogniserEvent:
        """On the clock of the whole call."""
        offset = self._offset_ms
        match event:
            case VoiceStarted(at_ms=at_ms) | VoiceEnded(at_ms=at_ms):
                self._voice_is_on = isinstance(event, VoiceStarted)
                if self._voice_from_ms is None:
                    self._voice_from_ms = at_ms + offset
                return replace(event, at_ms=at_ms + offset)
            case PartialTranscript(utterance_id=name):
                return replace(event, utterance_id=self._mark + name)
            case FinalTranscript(utterance_id=name, start_ms=start_ms, end_ms=end_ms):
                self._voice_is_on = False
                self._answered_ms, self._voice_from_ms = end_ms + offset, None
                if self._spare is not None:
                    self._heard(True)
                return replace(
                    event, utterance_id=self._mark + name, start_ms=start_ms + offset, end_ms=end_ms + offset
                )
            case RecogniserFailed():
                return event
            case _:
                assert_never(event)


class SpareEars:
    """The first recogniser, and the one that stands in for it. Closing closes both."""

    def __init__(self, first: Recogniser, second: Recogniser) -> None:
        self._first = first
        self._second = second
        self._breaker = Breaker(lambda: asyncio.get_running_loop().time())
        self.name = first.name

    @property
    def both(self) -> tuple[Recogniser, Recogniser]:
        """The engines themselves."""
        return self._first, self._second

    @property
    def breakers(self) -> dict[str, Breaker]:
        return {"first": self._breaker}

    async def open(self, call_id: str, *, language: str = "en-GB") -> RecogniserStream:
        if self._breaker.allows():
            try:
                async with asyncio.timeout(OPEN_PATIENCE_S):
                    stream = await self._first.open(call_id, language=language)
            except (RecogniserError, TimeoutError) as error:
                self._breaker.failed()
                log.warning("the recogniser refused a call", extra={"reason": type(error).__name__})
            else:
                return SpareStream(
                    stream, lambda: self._second.open(call_id, language=language), heard=self._first_was_heard
                )
        return await self._second.open(call_id, language=language)

    async def close(self) -> None:
        await self._first.close()
        await self._second.close()

    def _first_was_heard(self, well: bool) -> None:
        if well:
            self._breaker.succeeded()
        else:
            self._breaker.failed()
