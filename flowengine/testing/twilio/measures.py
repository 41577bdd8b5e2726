"""Listening by measuring: where there is speech in a recording, how long, how loud."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.runtime.audio import FRAME_BYTES, frames, level_dbfs, loudness

FRAME_S = 0.02
VOICE_LOUDNESS = 0.01
JOIN_S = 0.7
"""Pauses up to this length lie inside one utterance: sentences are about 0.2 to 0.5 s apart."""
SHORTEST_S = 0.06


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of speech; seconds since the stream began, level of its voiced part in dBFS."""

    start: float
    end: float
    level: float

    @property
    def length(self) -> float:
        return self.end - self.start


def utterances(mulaw: bytes) -> list[Utterance]:
    """The stretches of speech in a recording."""
    found: list[tuple[int, int]] = []
    for number, frame in enumerate(frames(mulaw, FRAME_BYTES)):
        if loudness(frame) < VOICE_LOUDNESS:
            continue
        if found and (number - found[-1][1]) * FRAME_S <= JOIN_S:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return [
        Utterance(
            round(first * FRAME_S, 2),
            round(last * FRAME_S, 2),
            round(level_dbfs(mulaw[first * FRAME_BYTES : last * FRAME_BYTES]), 1),
        )
        for first, last in found
        if (last - first) * FRAME_S >= SHORTEST_S
    ]
