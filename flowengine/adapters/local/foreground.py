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
UNKNOWN_DBFS = -60.0
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
        self.background = UNKNOWN_DBFS
        """What a fifth of the last hops lies below, in dBFS."""
        self.spread = 0.0
        """How far above that the median lies, in dB."""
        self._voices = 0.0
        self._suspicion = 0.0
        self._alone_hops = 0
        self._alone = ALONE_HOPS
        self._going_on = 0
        self._loud = -100.0

    @property
    def suspected(self) -> float:
        """How much the background seems to be voices, 0 to 1: known after a few hops, while `weigh` waits for more.

        A caller who speaks as the line opens may be taken for it. They are only not certain; their turn begins.
        """
        return _share(self._suspicion)

    @property
    def is_known(self) -> bool:
        """Whether there was enough to tell what lies behind."""
        return self._heard >= LEAST_HOPS

    def weigh(self, probability: float, level_dbfs: float) -> float:
        """How likely this hop is the caller's voice, by the detector's verdict and the hop's level."""
        self.learn(probability, level_dbfs)
        share = _share(self._voices)
        margin = share * (GOING_ON_DB if self._going_on else ONSET_DB)
        stands_out = not share or level_dbfs >= self.background + margin
        self._loud = max(level_dbfs, self._loud - FADES_DB)
        is_over = level_dbfs < self.background + NEAR_DB and self.background < self._loud - FAR_BELOW_DB
        weighed = probability if stands_out and not is_over else min(probability, BEHIND)
        self._going_on = GOING_ON_HOPS if weighed >= 0.5 else max(0, self._going_on - 1)
        return weighed

    def learn(self, probability: float, level_dbfs: float) -> None:
        """What lies behind, from a hop that may be an echo, or the caller."""
        level_dbfs = max(QUIETEST_DBFS, level_dbfs)
        self._levels.append(level_dbfs)
        self._heard += 1
        if self._heard < LEAST_HOPS:
            return
        if self._heard % EVERY_HOPS == 0:
            levels = sorted(self._levels)
            self.background = levels[int(len(levels) * QUIET_SHARE)]
            self.spread = levels[len(levels) // 2] - self.background
        self._alone = 0 if level_dbfs >= self.background + STANDS_OUT_DB else self._alone + 1
        if self._alone >= ALONE_HOPS:
            self._alone_hops += 1
            self._voices += LEARNS * (probability - self._voices)
            self._suspicion += max(LEARNS, 1 / self._alone_hops) * (probability - self._suspicion)


def _share(voices: float) -> float:
    """How much a background counts as voices, where the detector finds so much of it."""
    return min(1.0, max(0.0, STEEP * (voices - AT_EASE)))
