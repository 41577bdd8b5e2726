"""Listening by measuring, sentence by sentence: how loud, how long the pauses, and whether anything clicks.

Where a sentence begins and ends is told by its mark. A click is a jump that speech does not make: from quiet to loud or
back between two samples, or three times as far as any other step near it. Where the agent was cut off by a `clear` the
audio ends in mid wave, as it does at any telephone; that is no click of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flowengine.runtime.audio import BYTES_A_SECOND, level_dbfs, mulaw_to_pcm16
from flowengine.runtime.levels import speech_level

FRAME_BYTES = 80
FRAME_S = FRAME_BYTES / BYTES_A_SECOND
SOUND_DBFS = -50.0
"""A frame of 10 ms that is quieter is heard as silence."""
STEP = 1500
"""Of 16 bit (-27 dBFS): plosives of the embedded voice rise by up to 1,400 in one step, seldom by more."""
QUIET_PEAK = 200
NEAR = 96
"""Samples to either side, 12 ms: one period of a low voice."""
TIMES = 3
BURST, BURST_CROSSES = 32, 12
"""In 4 ms a voice crosses zero twice to six times."""
BURST_STEP = 2000
"""As far as a plosive goes in one step."""
CUT_S = 0.03
LOUDER = 30.0


@dataclass(frozen=True, slots=True)
class SentenceHeard:
    """One sentence, in seconds since the stream began: when it was on the line, and its first and last sound.

    `level`: of its frames with speech in them, in dBFS.
    """

    start: float
    end: float
    first_sound: float
    last_sound: float
    level: float

    @property
    def quiet_before(self) -> float:
        """Dead air that came with it, before its first sound."""
        return self.first_sound - self.start


def sentences_heard(mulaw: bytes, spans: Sequence[tuple[float, float]]) -> list[SentenceHeard]:
    """What sounded between these times; a pause, and a sentence cut off before its first sound, are none."""
    found: list[SentenceHeard] = []
    for start, end in spans:
        first = round(start * BYTES_A_SECOND)
        part = mulaw[first : round(end * BYTES_A_SECOND)]
        loud = [at for at in range(0, len(part), FRAME_BYTES) if level_dbfs(part[at : at + FRAME_BYTES]) >= SOUND_DBFS]
        if loud:
            begun, over = loud[0] / BYTES_A_SECOND, min(len(part), loud[-1] + FRAME_BYTES) / BYTES_A_SECOND
            heard = SentenceHeard(start, end, start + begun, start + over, round(speech_level(part), 1))
            found.append(heard)
    return found


def pauses(sentences: Sequence[SentenceHeard], breaks: Sequence[float] = ()) -> list[float]:
    """From the last sound of a sentence to the first of the next, where they follow each other without a turn.

    `breaks`: when the call came back over another stream; what goes over one is no pause.
    """
    joint = FRAME_S
    return [
        round(after.first_sound - one.last_sound, 3)
        for one, after in pairwise(sentences)
        if after.start - one.end < joint and not any(one.start < at <= after.start for at in breaks)
    ]


def together(sentences: Sequence[SentenceHeard]) -> list[tuple[float, float]]:
    """From the first to the last sound of what was said in one go."""
    found: list[tuple[float, float]] = []
    until = float("-inf")
    for one in sentences:
        if found and one.start - until < FRAME_S:
            found[-1] = (found[-1][0], one.last_sound)
        else:
            found.append((one.first_sound, one.last_sound))
        until = one.end
    return found


def clicks(mulaw: bytes, cuts: Sequence[float] = ()) -> list[float]:
    """When something clicks, in seconds. `cuts`: when the far end was cleared."""
    samples = memoryview(mulaw_to_pcm16(mulaw)).cast("h")
    found: list[float] = []
    for at, (before, after) in enumerate(pairwise(samples)):
        if -STEP < after - before < STEP or not _stands_out(samples, at):
            continue
        moment = (at + 1) / BYTES_A_SECOND
        if not any(abs(moment - cut) <= CUT_S for cut in cuts) and (not found or moment - found[-1] > CUT_S):
            found.append(round(moment, 3))
    return found


def _is_burst(samples: memoryview, at: int) -> bool:
    """The "t" or "k" that begins here rises out of quiet by itself: noise, that crosses zero at every other step."""
    if abs(samples[at] - samples[at - 1]) > BURST_STEP:
        return False
    after = [samples[each] > 0 for each in range(at, min(len(samples), at + BURST))]
    return sum(one != other for one, other in pairwise(after)) >= BURST_CROSSES


def _stands_out(samples: memoryview, at: int) -> bool:
    """The step after this sample. Speech is told from a click by its nearest neighbours, so most of it costs little."""
    near = range(1, NEAR)
    if not any(abs(samples[max(0, at - each)]) >= QUIET_PEAK for each in (0, *near)):
        return not _is_burst(samples, at + 1)
    if not any(abs(samples[min(len(samples) - 1, at + 1 + each)]) >= QUIET_PEAK for each in (0, *near)):
        return True
    step = abs(samples[at + 1] - samples[at])
    first, last = max(1, at - NEAR), min(len(samples) - 1, at + 1 + NEAR)
    others = (*range(at - 1, first, -1), *range(at + 3, last))
    return not any(TIMES * abs(samples[other] - samples[other - 1]) >= step for other in others)
