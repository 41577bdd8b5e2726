"""The end of a turn, sooner: words that are surely all of an answer need no long pause after them.

A recogniser waits until it is sure that the caller has finished, for half a second and more. The flow knows what may be
said here: when what was said up to a short pause is a whole phrase of one live intent, and nothing else competes, the
final transcript is asked for at once. Words that go on, a number, an open answer wait as long as ever.
"""

from __future__ import annotations

from collections.abc import Callable

from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    VoiceEnded,
    VoiceStarted,
)

LEAST_CONFIDENCE = 0.5


class Hastening:
    """Watches one call's recogniser. `is_whole`: whether words are surely a whole turn; `finalize` ends the turn."""

    def __init__(self, is_whole: Callable[[str], bool], finalize: Callable[[], None]) -> None:
        self._is_whole = is_whole
        self._finalize = finalize
        self._is_quiet = self._is_asked = False

    def hear(self, event: RecogniserEvent) -> None:
        """What the recogniser reports. Only a partial that comes in the pause has all the words before it."""
        match event:
            case VoiceStarted():
                self._is_quiet = False
            case VoiceEnded():
                self._is_quiet = True
            case FinalTranscript() | RecogniserFailed():
                self._is_quiet = self._is_asked = False
            case PartialTranscript(text=text, confidence=confidence):
                sure = confidence is None or confidence >= LEAST_CONFIDENCE
                if self._is_quiet and sure and not self._is_asked and self._is_whole(text):
                    self._is_asked = True
                    self._finalize()
