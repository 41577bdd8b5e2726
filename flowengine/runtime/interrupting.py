"""Falling silent when the caller speaks up, before it is known whether they mean it; and going on if they don't.

A voice that lasts is reason enough to be quiet: the audio is held, not given up. Words confirm the interruption (the
session then stops the speech for good); a cough or an "mm-hm" is over without any, and the agent goes on from the word
that was being said. A noise that never becomes words is not listened to for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import assert_never

from flowengine.runtime.playback import Playback
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    VoiceEnded,
    VoiceStarted,
)

HOLD_AFTER_S = 0.12
"""From the report of a voice by a recogniser that does not say how certain it is of it; else that alone decides."""
WORDLESS_S = 0.5
"""After the voice has fallen silent: words would have been recognised by then."""
LONGEST_HOLD_S = 2.0


class Interrupting:
    """The tentative interruptions of one call. `may`: whether what is being said may be cut short."""

    def __init__(self, playback: Playback, may: Callable[[], bool]) -> None:
        self._playback = playback
        self._may = may
        self._timer: asyncio.TimerHandle | None = None
        self.resumed = 0
        """How often the agent fell silent for nothing."""
        self.on_resumed: Callable[[], None] = _nothing
        """Called each time."""

    def hear(self, event: RecogniserEvent) -> None:
        """What the recogniser reports."""
        match event:
            case VoiceStarted() if self._playback.is_held:
                self._in(LONGEST_HOLD_S, self._go_on)
            case VoiceStarted(certain=True) if self._may():
                self._hold()
            case VoiceStarted(certain=None) if self._may():
                self._in(HOLD_AFTER_S, self._hold)
            case VoiceEnded():
                # Too short to fall silent for; or else words have to come soon.
                self._in(WORDLESS_S, self._go_on)
            case VoiceStarted() | PartialTranscript() | FinalTranscript() | RecogniserFailed():
                pass
            case _:
                assert_never(event)

    def settle(self, event: RecogniserEvent) -> None:
        """What it reported was acted upon: where that did not stop the speech, it goes on after a final."""
        if isinstance(event, FinalTranscript | RecogniserFailed):
            self._go_on()

    def stop(self) -> None:
        """The call is over; idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hold(self) -> None:
        self.stop()
        if self._may():
            self._playback.hold(_now())
            self._in(LONGEST_HOLD_S, self._go_on)

    def _go_on(self) -> None:
        self.stop()
        if self._playback.is_held:
            self.resumed += 1
            self.on_resumed()
            self._playback.go_on(_now())

    def _in(self, seconds: float, then: Callable[[], None]) -> None:
        self.stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, then)


def _nothing() -> None:
    """Nobody wants to know."""


def _now() -> float:
    return asyncio.get_running_loop().time()
