"""When an utterance really ended: the detector takes the fading of a voice for voice some 40 ms longer than its energy.

The wait that ends a turn counts from the last sound, so when the detector says quiet, the end is put back to where the
energy fell below what can be heard beside the utterance's loud parts. It is never put forward: where a line's noise is
louder than that, or the voice trails off, the detector's word stands. And a sound that comes back after quiet is heard
by its energy two or three hops before the detector is sure of a voice: the turn is not ended under it. Where words ask
for more, a sound as loud as a voice counts though the detector never takes it for one, as with a short "S" after quiet.

Pure; a hop costs some 10 µs, and only while an utterance lasts.
"""

from __future__ import annotations

from flowengine.runtime.audio import QUIETEST_DBFS, level_dbfs

PIECE_MS = 8
PIECE_BYTES = 64
BELOW_LOUD_DB = 30.0
"""Below the loudest piece: a soft last consonant is still above it."""
FADES_DB = 0.3
"""A hop: a sentence ends softer than it begins."""
LONGEST_FADING_MS = 96
"""Further the end is not put back: so long without a sound, the detector hears something softer."""
QUIET_BEFORE_MS = 64
"""A sound comes back where so much quiet was; in noise there is none, and nothing is told by energy."""
TELLING_MS = 96
"""So long after it came back the detector knows whether it is a voice."""
AS_LOUD_DB = 12.0
"""Below the loudest piece, a vowel still is; breath and a line's noise are softer."""
AS_LONG_MS = 64
"""A vowel lasts, a click does not."""


class LastSound:
    """One utterance's. Times in ms of the audio; `at_ms` is where its last sound ended, as far as was heard.

    `stirred_ms`: where something as loud and as long as a vowel was last, after quiet and no voice to the detector.
    """

    def __init__(self, at_ms: int) -> None:
        self.at_ms = self.stirred_ms = at_ms
        self._loud_ms = 0
        self._loud = QUIETEST_DBFS
        self._quiet_ms = 0
        self._back_ms: int | None = None

    def voice(self, mulaw: bytes, now_ms: int) -> None:
        """This, which ends at `now_ms`, is voice, says the detector."""
        levels = _levels(mulaw)
        self._loud = max(self._loud - FADES_DB, *levels)
        fading = 0
        for level in reversed(levels):
            if self._is_audible(level):
                self.at_ms = max(self.at_ms, now_ms - fading)
                break
            fading += PIECE_MS
        self.at_ms = max(self.at_ms, now_ms - LONGEST_FADING_MS)
        self._quiet_ms, self._back_ms = fading, None
        self._loud_ms = 0

    def quiet(self, mulaw: bytes, now_ms: int) -> None:
        """This, which ends at `now_ms`, is none."""
        for level in _levels(mulaw):
            self._loud_ms = self._loud_ms + PIECE_MS if level > self._loud - AS_LOUD_DB else 0
            if not self._is_audible(level):
                self._quiet_ms += PIECE_MS
                continue
            if self._quiet_ms >= QUIET_BEFORE_MS:
                self._back_ms = now_ms
            self._quiet_ms = 0
            if self._back_ms is not None and self._loud_ms >= AS_LONG_MS:
                self.stirred_ms = now_ms

    def may_be_back(self, now_ms: int, unjudged: bytes = b"") -> bool:
        """Whether a sound has come back so lately, the audio that the detector has not had yet included."""
        if self._back_ms is not None and now_ms - self._back_ms < TELLING_MS:
            return True
        return self._quiet_ms >= QUIET_BEFORE_MS and any(map(self._is_audible, _levels(unjudged)))

    def _is_audible(self, level: float) -> bool:
        return level > self._loud - BELOW_LOUD_DB


def _levels(mulaw: bytes) -> list[float]:
    """Of each whole piece, in dB of full scale."""
    whole = len(mulaw) // PIECE_BYTES * PIECE_BYTES
    return [level_dbfs(mulaw[start : start + PIECE_BYTES]) for start in range(0, whole, PIECE_BYTES)]
