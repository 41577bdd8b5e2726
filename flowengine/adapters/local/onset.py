"""Is this the caller who begins to speak? What each look of the detector says for it, as the log of its odds.

The looks add up (`endpointing`), and when there is enough the agent falls silent, so what counts here is to be early
and seldom wrong. The detector is slow with soft beginnings: of "excuse me" it is sure at the second vowel. But where a
line was calm and something now stands out from it, few things are anything else than a voice, so that a doubtful look
is believed. What goes on for longer is judged by the detector alone.

Among voices the detector finds voice always. There it is the level that tells: how unlikely it is for the voices
behind, as loud as they have been. How certain the detector is sets how much that may count for (a cough is loud as
well), and whether the sound repeats itself as a vowel does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from flowengine.adapters.local.foreground import Foreground

Look = tuple[float, float]
"""Of a hop: how likely it is voice, 0 to 1, and its level in dBFS."""

ENOUGH_EVIDENCE = 5.0
"""So much of it makes a voice certain."""
MOST = 3.0
"""What one look can add or take."""
LEANING, MAY_BE_VOICE = 0.8, 0.3
"""Added to a look that may be voice at all: few sounds of a telephone line that get so far are something else."""
BEGINNING_LEANING, MAY_BEGIN = 2.3, 0.2
"""The same for a sound that has just begun. With 2.5 one cough of 144 passes for a voice, with 3.0 throats as well."""
STANDS_OUT_DB = 10.0
NO_QUIETER_DBFS = -60.0
"""A line that is silenced because the agent might echo on it seems quieter than any; what gets through is soft."""
BEGINNING_LOOKS = 20
"""320 ms."""
CALM_LOOKS = 4
"""So many below, and what comes next begins anew."""
LIKE_BACKGROUND = -2.0
MOST_FOR_LEVEL = 4.5
"""One hop alone is never enough."""
RANGE_DB = 30.0
"""A caller may be as much louder than the voices behind, each level as likely as any other."""
MIDDLE_DB = 3.0
SPREAD_DB = (2.6, 6.0)
SPREAD_OF_MEDIAN = 0.95
"""Of a bell curve the median lies 0.84 spreads above the level that a fifth lies below. The loud half of what six
people make is narrower than the soft half: four fifths of what such a curve would have."""
VOICES = 0.25
"""What lies behind is voices, if it seems so much so."""
WIDEST_DB = 12.0
"""Half of what a caller says as the line opens lies further above the line's noise; voices behind make no pauses."""
TRUST = 1.5
"""What a level may count for, by the detector's own log odds."""
LOUDER = 1.0
"""So many spreads above what half of the background lies below, a look is mostly of what stands out."""
PERIODIC = 0.6
PERIODIC_WEIGHT, PERIODIC_BOUNDS = 8.0, (-2.5, 2.5)
"""And by how much more than that it repeats itself (`periodicity`). Of looks at callers who speak up among six people
the middle half are between 0.72 and 0.95, at coughs, throats and breaths before them between 0.26 and 0.47. 96 of each
before people who talk 10 or 15 dB softer: 4, 17 and none passed for a caller; 21, 56 and 15 without it."""


class Onset:
    """One call's looks, two a hop where something may be beginning, else one."""

    def __init__(self) -> None:
        self._loud = 0
        self._calm = CALM_LOOKS
        self._was_between = False

    def stands_out(self, level_dbfs: float, behind: Foreground) -> bool:
        """Whether something may be beginning, so that a look between two hops is worth its while."""
        return level_dbfs >= max(behind.background, NO_QUIETER_DBFS) + STANDS_OUT_DB

    def between(self, probability: float, level_dbfs: float, behind: Foreground, periodic: float = PERIODIC) -> float:
        """What a look between two hops says: half as much as it would alone, since half of it is heard twice."""
        self._was_between = True
        return self._said(probability, level_dbfs, behind, periodic) / 2

    def hop(self, probability: float, level_dbfs: float, behind: Foreground, periodic: float = PERIODIC) -> float:
        """What a hop says; half of it where there was a look between it and the one before."""
        share = 0.5 if self._was_between else 1.0
        self._was_between = False
        return self._said(probability, level_dbfs, behind, periodic) * share

    def _said(self, probability: float, level_dbfs: float, behind: Foreground, periodic: float) -> float:
        odds = _log_odds(probability)
        if self._begins(self.stands_out(level_dbfs, behind)):
            voice = odds + (BEGINNING_LEANING if probability >= MAY_BEGIN else 0.0)
        else:
            voice = odds + (LEANING if probability >= MAY_BE_VOICE else 0.0)
        return _among(max(-MOST, min(MOST, voice)), odds, level_dbfs, behind, periodic)

    def _begins(self, stands_out: bool) -> bool:
        if stands_out:
            self._calm = 0
            self._loud += 1
            return self._loud <= BEGINNING_LOOKS
        self._calm += 1
        if self._calm >= CALM_LOOKS:
            self._loud = 0
        elif self._loud:
            self._loud += 1
        return False


def is_behind(looks: Iterable[Look], behind: Foreground) -> bool:
    """Whether a voice that was heard so is one of those behind the caller, by what is known of them now.

    At the beginning of a line, or of a word, less was known, so that nothing could be certain.
    """
    if behind.is_known and (behind.suspected < VOICES or behind.spread > WIDEST_DB):
        return False
    evidence = 0.0
    for probability, level_dbfs in looks:
        odds = _log_odds(probability)
        evidence = max(0.0, evidence + _among(max(-MOST, min(MOST, odds)), odds, level_dbfs, behind))
        if evidence >= ENOUGH_EVIDENCE:
            return False
    return True


def is_louder(level_dbfs: float, behind: Foreground) -> bool:
    """Whether it matters among voices if this repeats itself."""
    return behind.suspected > 0 and _deviations(level_dbfs, behind) >= LOUDER


def _among(voice: float, odds: float, level_dbfs: float, behind: Foreground, periodic: float = PERIODIC) -> float:
    """What a look says, where there may be voices behind: by its voice alone, and by its level."""
    among = behind.suspected
    if not among:
        return voice
    most = TRUST * odds
    if _deviations(level_dbfs, behind) >= LOUDER:
        least, best = PERIODIC_BOUNDS
        most = min(MOST_FOR_LEVEL, most + max(least, min(best, PERIODIC_WEIGHT * (periodic - PERIODIC))))
    return (1 - among) * voice + among * min(_for_level(level_dbfs, behind), most)


def _log_odds(probability: float) -> float:
    kept = min(0.999, max(0.001, probability))
    return math.log(kept / (1 - kept))


def _spread(behind: Foreground) -> float:
    return max(SPREAD_DB[0], min(SPREAD_DB[1], SPREAD_OF_MEDIAN * behind.spread))


def _deviations(level_dbfs: float, behind: Foreground) -> float:
    """How many spreads a level lies above the middle of the voices behind."""
    return (level_dbfs - behind.background - max(MIDDLE_DB, 0.9 * behind.spread)) / _spread(behind)


def _for_level(level_dbfs: float, behind: Foreground) -> float:
    """How much likelier a level is for a caller than for the voices behind: its log, within bounds."""
    deviations = _deviations(level_dbfs, behind)
    if deviations <= 0:
        return LIKE_BACKGROUND
    for_caller = -math.log(RANGE_DB)
    for_others = -math.log(_spread(behind) * math.sqrt(2 * math.pi)) - deviations**2 / 2
    return max(LIKE_BACKGROUND, min(MOST_FOR_LEVEL, for_caller - for_others))
