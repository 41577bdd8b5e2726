"""A machine's greeting, listened to: its words while they are being said, and its end.

It ends with a beep in the audio, with quiet after the voice, or because it has lasted long enough. A machine is known
by its last words as often as not, and those are recognised when the beep behind them is over: so the last second of a
line that may be a machine's is kept, and looked through once it is one. Nothing else of it costs anything on a call
that no machine is suspected on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal, assert_never

from flowengine.conversation.commands import HearGreeting
from flowengine.conversation.events import GreetingEnded, GreetingRecognised
from flowengine.conversation.greetings import is_greeting
from flowengine.runtime.audio import FRAME_BYTES
from flowengine.runtime.beeps import BeepDetector
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    VoiceEnded,
    VoiceStarted,
)

End = Literal["beep", "quiet", "time"]
KEPT_BYTES = 9600
"""1.2 s: a beep of half a second, and what a recogniser takes to be sure of the words before it."""
VOICE_OVER_BYTES = 3200
"""0.4 s: who is still heard so long after a tone has talked on."""


class Greeting:
    """Of one call. `screens`: whether words of a machine would count now; `at` the second of the call; `report` is told
    what the conversation has to know."""

    def __init__(
        self,
        screens: Callable[[], bool],
        at: Callable[[], float],
        report: Callable[[GreetingRecognised | GreetingEnded], None],
    ) -> None:
        self._screens = screens
        self._at = at
        self._report = report
        self._beeps: BeepDetector | None = None
        self._kept: bytearray | None = None
        self._since_voice = 0
        """Bytes that have come since a voice was last reported to begin."""
        self._voice = False
        self._quiet_s = 0.0
        self._timers: dict[End, asyncio.TimerHandle] = {}

    def push(self, mulaw: bytes) -> None:
        """Caller audio, mu-law 8 kHz, of any length."""
        self._since_voice += len(mulaw)
        if self._beeps is not None:
            if self._beeps.push(mulaw):
                self._ended("beep")
        elif self._kept is not None:
            self._kept += mulaw
            del self._kept[:-KEPT_BYTES]

    def hear(self, event: RecogniserEvent) -> None:
        """What the recogniser reports."""
        match event:
            case VoiceStarted():
                self._voice, self._since_voice = True, 0
                self._kept = (self._kept or bytearray()) if self._screens() else None
                self._cancel("quiet")
            case VoiceEnded():
                self._voice = False
                self._await_quiet()
            case PartialTranscript(text=text):
                # The audio of the greeting's last words is there before the words are final: so is the beep.
                if self._beeps is None and self._screens() and is_greeting(text):
                    self._report(GreetingRecognised(self._at()))
            case FinalTranscript() | RecogniserFailed():
                pass
            case _:
                assert_never(event)

    def wait(self, order: HearGreeting) -> None:
        """Hear a greeting out, or no more; ordered again, what has been heard so far counts on."""
        if not order.on:
            return self.stop()
        self._quiet_s = order.quiet
        if self._beeps is None:
            self._beeps = BeepDetector()
            if self._has_beeped(self._beeps):
                return self._ended("beep")
            self._timers["time"] = asyncio.get_running_loop().call_later(order.longest, self._ended, "time")
        return self._await_quiet()

    def stop(self) -> None:
        """Idempotent."""
        self._beeps = self._kept = None
        self._cancel("quiet", "time")

    def _has_beeped(self, beeps: BeepDetector) -> bool:
        """Whether what was kept ends with a beep that nobody has spoken after; the detector has heard all of it."""
        kept, self._kept = bytes(self._kept or b""), None
        ends = [
            min(start + FRAME_BYTES, len(kept))
            for start in range(0, len(kept), FRAME_BYTES)
            if beeps.push(kept[start : start + FRAME_BYTES])
        ]
        if not ends:
            return False
        since = len(kept) - ends[-1]
        return since <= self._since_voice and not (self._voice and since > VOICE_OVER_BYTES)

    def _await_quiet(self) -> None:
        self._cancel("quiet")
        if self._beeps is not None and not self._voice:
            self._timers["quiet"] = asyncio.get_running_loop().call_later(self._quiet_s, self._ended, "quiet")

    def _cancel(self, *ends: End) -> None:
        for end in ends:
            if (timer := self._timers.pop(end, None)) is not None:
                timer.cancel()

    def _ended(self, by: End) -> None:
        self.stop()
        self._report(GreetingEnded(self._at(), by))
