"""Twilio's side of outbound audio: a buffer that drains 8,000 bytes a second, and marks that come back when it has.

Pure: whoever drives it says what time it is. What was heard is kept as it would have sounded, quiet included.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE

JITTER_S = 0.001


@dataclass(frozen=True, slots=True)
class DueMark:
    """A mark, and when it is to be echoed."""

    name: str
    at: float


@dataclass(frozen=True, slots=True)
class Gap:
    """The buffer ran dry in the middle of a sentence: the caller heard `seconds` of nothing, from `at` on."""

    at: float
    seconds: float


class Playout:
    """One call's playout. Times are seconds of one clock. Without `keeps_audio` it only knows when what is heard."""

    def __init__(self, began: float, *, keeps_audio: bool = True) -> None:
        self._began = began
        self._keeps_audio = keeps_audio
        self._until = began
        self._heard = bytearray()
        self._marks: deque[DueMark] = deque()
        self._in_sentence = False
        self._sentence_began = began
        self._spans: list[tuple[float, float]] = []
        self.gaps: list[Gap] = []
        self.clears: list[float] = []

    @property
    def until(self) -> float:
        """When the buffer will be empty."""
        return self._until

    @property
    def is_in_sentence(self) -> bool:
        """Audio has come, and no mark behind it yet."""
        return self._in_sentence

    @property
    def audio(self) -> bytes:
        """What was heard since the stream began, mu-law; quiet where nothing was."""
        return bytes(self._heard)

    @property
    def sentences(self) -> list[tuple[float, float]]:
        """From when to when each was played, as the marks part them; seconds since the stream began."""
        open_ = [(self._sentence_began, self._until)] if self._in_sentence else []
        return [(start - self._began, end - self._began) for start, end in (*self._spans, *open_)]

    def media(self, mulaw: bytes, now: float) -> None:
        """More audio has come."""
        if self._until < now:
            if self._in_sentence and now - self._until > JITTER_S:
                self.gaps.append(Gap(self._until - self._began, now - self._until))
            self._until = now
        if not self._in_sentence:
            self._sentence_began = self._until
        if self._keeps_audio:
            self._keep(mulaw)
        self._until += len(mulaw) / BYTES_A_SECOND
        self._in_sentence = True

    def mark(self, name: str, now: float) -> None:
        """Echo this when all audio before it has been played; at once if there is none."""
        self._marks.append(DueMark(name, max(self._until, now)))
        self._end_sentence()

    def clear(self, now: float) -> list[str]:
        """Drop what has not been played; the names of all pending marks, to be echoed now, in order."""
        self.clears.append(now - self._began)
        self._until = min(self._until, now)
        del self._heard[self._offset(now) :]
        self._end_sentence()
        # What waited was never heard, and of what was being said only the beginning was.
        self._spans = [(start, min(end, self._until)) for start, end in self._spans if start < self._until]
        names = [mark.name for mark in self._marks]
        self._marks.clear()
        return names

    def due(self, now: float) -> list[str]:
        """The marks whose time has come, in order."""
        names: list[str] = []
        while self._marks and self._marks[0].at <= now:
            names.append(self._marks.popleft().name)
        return names

    def _end_sentence(self) -> None:
        if self._in_sentence:
            self._spans.append((self._sentence_began, self._until))
        self._in_sentence = False

    def _keep(self, mulaw: bytes) -> None:
        start = self._offset(self._until)
        if len(self._heard) < start:
            self._heard += SILENCE * (start - len(self._heard))
        del self._heard[start:]
        self._heard += mulaw

    def _offset(self, moment: float) -> int:
        return max(0, round((moment - self._began) * BYTES_A_SECOND))
