"""How a call hears: caller audio to the recogniser, what was recognised back, and nothing of either in private.

Card numbers are masked here, before anything is decided, shown, logged or kept: nothing behind the ears knows one.

While a secret is typed the recogniser gets quiet in place of the caller's voice, of the same length: its clock goes on,
and an utterance that was under way comes to its end. What is recognised meanwhile, or of voice from before that, is
dropped.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from flowengine.compliance.cards import mask
from flowengine.conversation.commands import Expecting
from flowengine.errors import FlowEngineError, RecogniserError
from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE
from flowengine.runtime.echo import Echo, pushing_echo
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
from flowengine.runtime.tasks import Tasks

log = logging.getLogger(__name__)

LAST_WORDS_S = 0.6
"""So long the words are waited for that were being said when the caller hung up, or the line broke."""
CLOSE_S = 1.5
"""Less than a call has for its end."""
NUMBERS: frozenset[Expecting] = frozenset({"number", "digits", "date", "time", "postcode"})
"""What is asked for when digits are an answer: then only a whole card number is masked."""


class Ears:
    """The recogniser's side of one call. `open` begins to hear, `shut` stops, `hear_out` stops after the last words;
    all can be had again and again."""

    def __init__(
        self,
        recogniser: Recogniser | None,
        call_id: str,
        language: str,
        tasks: Tasks,
        report: Callable[[RecogniserEvent], None],
    ) -> None:
        self._recogniser = recogniser
        self._call_id = call_id
        self._language = language
        self._tasks = tasks
        self._report = report
        self._stream: RecogniserStream | None = None
        self._push_echo: Callable[[bytes], None] = _nowhere
        self._task: asyncio.Task[None] | None = None
        self._hearing = asyncio.Lock()
        self._expecting: Expecting = "open"
        self._private_until = 0.0
        self._tainted = ""
        self._pushed = 0
        self._began: float | None = None
        self._digits = ""
        self.private = False
        self.echo: Echo | None = None
        """What is played to the caller, and may come back."""

    def open(self) -> None:
        """Begin to hear; without a recogniser there is nothing to open."""
        if self._recogniser is not None:
            self._task = self._tasks.create_task(self._recognise(self._recogniser), name="recogniser")

    def push(self, mulaw: bytes, now: float) -> None:
        """Caller audio, mu-law 8 kHz, of any length, heard at `now`. Never waits."""
        if self._began is None:
            self._began = now
        if self._stream is not None:
            self._pushed += len(mulaw)
            if self.private:
                self._stream.push(SILENCE * len(mulaw))
            elif self.echo is not None and self.echo.may_be(mulaw, now):
                self._push_echo(mulaw)
            else:
                self._stream.push(mulaw)

    def listen(self, expecting: Expecting, *, private: bool) -> None:
        """The caller's turn is open."""
        if self.private and not private:
            self._private_until = self._pushed / BYTES_A_SECOND * 1000
        self.private = private
        self._expecting = expecting
        if self._stream is not None:
            self._stream.expect(expecting)

    def finalize(self) -> None:
        """The caller's turn is over: the final transcript is wanted now."""
        if self._stream is not None:
            self._stream.finalize()

    def without_cards(self, text: str) -> str:
        """What the caller has said or typed, as it may be kept: no card number is (rule C2), nor half of one."""
        masked = mask(text, self._digits, asked=self._expecting in NUMBERS)
        self._digits = masked.tail
        return masked.text

    def moment(self, ms: int) -> float | None:
        """When the recogniser's `ms` was, on the loop's clock; None before any audio has come."""
        return None if self._began is None else self._began + ms / 1000

    def shut(self) -> None:
        """Hear nothing more; the stream is closed by its own task."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def hear_out(self) -> None:
        """Nobody is on our line any more: what they were saying is still heard, `LAST_WORDS_S` at most. Never waits."""
        self.finalize()
        task, self._task, self._stream = self._task, None, None
        if task is not None:
            asyncio.get_running_loop().call_later(LAST_WORDS_S, task.cancel)

    async def _recognise(self, recogniser: Recogniser) -> None:
        stream: RecogniserStream | None = None
        try:
            # One after the other: what is private, and the clock, are those of the stream that is heard.
            async with self._hearing:
                self._stream, self._began, self._pushed, self._private_until = None, None, 0, 0.0
                self._stream = stream = await recogniser.open(self._call_id, language=self._language)
                self._push_echo = pushing_echo(stream)
                # The flow may have asked its first question while the engine was still being opened.
                stream.expect(self._expecting)
                async for event in stream.events():
                    self._hear(event)
        except RecogniserError as error:
            self._hear(RecogniserFailed(type(error).__name__))
        finally:
            if stream is not None:
                if self._stream is stream:
                    self._stream = None
                await self._close(stream)

    def _hear(self, event: RecogniserEvent) -> None:
        match event:
            case PartialTranscript(utterance_id=utterance_id):
                if self.private:
                    self._tainted = utterance_id
                elif utterance_id != self._tainted:
                    shown = mask(event.text, self._digits, asked=self._expecting in NUMBERS)
                    self._report(replace(event, text=shown.text))
            case FinalTranscript(utterance_id=utterance_id, text=text, start_ms=start_ms):
                secret = self.private or utterance_id == self._tainted or start_ms < self._private_until
                # The turn is over all the same: whoever keeps the floor must learn of it.
                self._report(replace(event, text="" if secret else self.without_cards(text)))
            case RecogniserFailed() if asyncio.current_task() is not self._task:
                # The last words are lost, and no more: the next stream is opened anew.
                pass
            case VoiceStarted() | VoiceEnded() | RecogniserFailed():
                self._report(event)
            case _:
                assert_never(event)

    async def _close(self, stream: RecogniserStream) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                await stream.close()
        except (FlowEngineError, TimeoutError):
            log.warning("recogniser did not close in time", extra={"call_id": self._call_id})


def _nowhere(mulaw: bytes) -> None:
    """No stream has been opened yet."""
