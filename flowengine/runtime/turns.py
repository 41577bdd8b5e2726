"""Who has the floor: what the recogniser reports, read as turn-taking.

    Quiet ── VoiceStarted ──> Voice ── VoiceEnded ──> Pausing ── FinalTranscript ──> Quiet
                                ^───── VoiceStarted ─────┘

While the floor is the caller's, a silence timer must not fire; a turn that never ends is given up after a while, so a
recogniser that forgets a final can't freeze the call.
"""

from __future__ import annotations

import re
from enum import Enum

from flowengine.runtime.ports import (
    FinalTranscript,
    PartialTranscript,
    RecogniserEvent,
    VoiceEnded,
    VoiceStarted,
)
from flowengine.words.normalise import word_set

FINAL_OVERDUE_S = 5.0
VOICE_LIMIT_S = 30.0
FLOOR_RECHECK_S = 0.25
"""A timer that ran out while the caller had the floor asks again after this."""
LISTENING_NOISES = word_set(
    "m mm mmm mhm mhmm mmhm mmhmm hm hmm hmmm hum uh uhuh uhhuh huh um umm uhm er erm ah ahh aha oh ohh ooh "
    "yeah yep yup okay ok"
)
"""A hummed "mm-hm" is mostly written so; a spoken one comes as "Aha!" or "M. Hum" as well."""


class Floor(Enum):
    """What the caller is doing."""

    QUIET = "quiet"
    VOICE = "voice"
    PAUSING = "pausing"


TRANSITIONS: dict[tuple[Floor, type[object]], Floor] = {
    (Floor.QUIET, VoiceStarted): Floor.VOICE,
    (Floor.VOICE, VoiceEnded): Floor.PAUSING,
    (Floor.PAUSING, VoiceStarted): Floor.VOICE,
    (Floor.VOICE, FinalTranscript): Floor.QUIET,
    (Floor.PAUSING, FinalTranscript): Floor.QUIET,
}


class Turns:
    """The floor of one call."""

    def __init__(self) -> None:
        self._floor = Floor.QUIET
        self._since = 0.0

    def on(self, event: RecogniserEvent, now: float) -> None:
        """Follow the recogniser; what the table does not list changes nothing."""
        following = TRANSITIONS.get((self._floor, type(event)))
        if following is not None:
            self._floor = following
            self._since = now

    def caller_has_floor(self, now: float) -> bool:
        """The caller speaks, or has just spoken and the final transcript is on its way."""
        limit = VOICE_LIMIT_S if self._floor is Floor.VOICE else FINAL_OVERDUE_S
        if self._floor is not Floor.QUIET and now - self._since > limit:
            self._floor = Floor.QUIET
        return self._floor is not Floor.QUIET


def interrupts(partial: PartialTranscript) -> bool:
    """Whether these words are meant to stop the agent: anything but noises of listening."""
    words = re.findall(r"[a-z']+|\d+", partial.text.lower())
    return any(word not in LISTENING_NOISES for word in words)
