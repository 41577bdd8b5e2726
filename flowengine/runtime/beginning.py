"""When the caller began to say what they are saying, and how far the agent had come by then.

A voice can be there long before the words, in the noise of a line. A word takes a second at most, so the words began no
sooner than as many seconds before their end as there are of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from flowengine.conversation.events import Reached
from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    RecogniserFailed,
    VoiceEnded,
    VoiceStarted,
)

LONGEST_WORD_S = 1.0


class Beginning:
    """Follows one call's recogniser. `moment(ms)`: when its `ms` was, on the loop's clock; `reached(at)`: how far the
    agent had come at that moment."""

    def __init__(self, moment: Callable[[int], float | None], reached: Callable[[float], Reached]) -> None:
        self._moment = moment
        self._reached = reached
        self._began: float | None = None

    def hear(self, event: RecogniserEvent, now: float) -> Reached | None:
        """What the recogniser reports; of words, how far the agent had come when the caller began to say them."""
        match event:
            case VoiceStarted(at_ms=at_ms):
                if self._began is None:
                    self._began = self._at(at_ms, now)
            case PartialTranscript(text=text):
                return self._words(text, now, now)
            case FinalTranscript(text=text, end_ms=end_ms):
                reached = self._words(text, self._at(end_ms, now), now)
                self._began = None
                return reached
            case RecogniserFailed():
                self._began = None
            case VoiceEnded():
                pass
            case _:
                assert_never(event)
        return None

    def _words(self, text: str, ended_at: float, now: float) -> Reached:
        began = now if self._began is None else self._began
        return self._reached(max(began, ended_at - LONGEST_WORD_S * len(text.split())))

    def _at(self, ms: int, now: float) -> float:
        moment = self._moment(ms)
        return now if moment is None else min(moment, now)
