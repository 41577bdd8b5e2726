"""Who speaks into the telephone, and who only near it: a caller is louder than the voices behind them.

A detector of voices finds those of a café too: it would see a turn begin where nobody has said anything, and none end.
So it is watched whether what lies at the line's own level is voice. On a quiet line, or in the noise of a road, it is
not, and nothing changes. Where it is, a hop counts as the caller's only when it stands out from it.
"""

from __future__ import annotations

from collections import deque

QUIETEST_DBFS = -70.0
"""A line that sends nothing between words is no quieter than a quiet one."""
WINDOW_HOPS = 128
"""Four seconds."""
LEAST_HOPS = 12
EVERY_HOPS = 6
QUIET_SHARE = 0.2
"""So many of the hops lie below the background's level: speech has gaps enough, talk behind it has next to none."""
STANDS_OUT_DB = 10.0
"""Above the background; what has had no such hop for `ALONE_HOPS` is the background alone."""
ALONE_HOPS = 10
LEARNS = 0.08
AT_EASE = 0.1
"""The detector is as doubtful as this of mere noise."""
STEEP = 3.0
ONSET_DB, GOING_ON_DB = 9.0, 8.0
"""A caller stands out by as much from voices around them."""
GOING_ON_HOPS = 8
FAR_BELOW_DB, NEAR_DB, FADES_DB = 25.0, 3.0, 0.3
"""A voice far above the background has ended where the background is reached, whatever the detector still expects."""
BEHIND = 0.2
"""What is left of the detector's certainty for a voice behind."""


class Foreground:
    """One call's background, learnt while it lasts."""

    def __init__(self) -> None:
        self._levels: deque[float] = deque(maxlen=WINDOW_HOPS)
        self._heard = 0
        self._background = -60.0
        self._voices = 0.0
        self._alone = ALONE_HOPS
        self._going_on = 0
        self._loud = -100.0

    def weigh(self, probability: float, level_dbfs: float) -> float:
        """How likely this hop is the caller's voice, by the detector's verdict and the hop's level."""
        self._learn(probability, max(QUIETEST_DBFS, level_dbfs))
        share = min(1.0, max(0.0, STEEP * (self._voices - AT_EASE)))
        margin = share * (GOING_ON_DB if self._going_on else ONSET_DB)
        stands_out = not share or level_dbfs >= self._background + margin
        self._loud = max(level_dbfs, self._loud - FADES_DB)
        is_over = level_dbfs < self._background + NEAR_DB and self._background < self._loud - FAR_BELOW_DB
        weighed = probability if stands_out and not is_over else min(probability, BEHIND)
        self._going_on = GOING_ON_HOPS if weighed >= 0.5 else max(0, self._going_on - 1)
        return weighed

    def _learn(self, probability: float, level_dbfs: float) -> None:
        self._levels.append(level_dbfs)
        self._heard += 1
        if self._heard < LEAST_HOPS:
            return
        if self._heard % EVERY_HOPS == 0:
            self._background = sorted(self._levels)[int(len(self._levels) * QUIET_SHARE)]
        self._alone = 0 if level_dbfs >= self._background + STANDS_OUT_DB else self._alone + 1
        if self._alone >= ALONE_HOPS:
            self._voices += LEARNS * (probability - self._voices)
