"""Listening by measuring: where there is speech in a recording, how long, how loud."""

from __future__ import annotations

from dataclasses import dataclass

from flowengine.runtime.audio import BYTES_A_SECOND, FRAME_BYTES, frames, level_dbfs, loudness

FRAME_S = 0.02
VOICE_LOUDNESS = 0.01
JOIN_S = 0.7
"""Pauses up to this length lie inside one utterance: sentences are about 0.2 to 0.5 s apart."""
SHORTEST_S = 0.06


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of speech: seconds since the stream began, its longest pause in s, the level of all of it in dBFS."""

    start: float
    end: float
    level: float
    longest_pause: float = 0.0

    @property
    def length(self) -> float:
        return self.end - self.start


def utterances(mulaw: bytes) -> list[Utterance]:
    """The stretches of speech in a recording."""
    found: list[tuple[int, int, int]] = []
    for number, frame in enumerate(frames(mulaw, FRAME_BYTES)):
        if loudness(frame) < VOICE_LOUDNESS:
            continue
        first, last, pause = found[-1] if found else (0, -1_000_000, 0)
        if (number - last) * FRAME_S <= JOIN_S:
            found[-1] = (first, number + 1, max(pause, number - last))
        else:
            found.append((number, number + 1, 0))
    return [
        Utterance(
            round(first * FRAME_S, 2),
            round(last * FRAME_S, 2),
            round(level_dbfs(mulaw[first * FRAME_BYTES : last * FRAME_BYTES]), 1),
            round(pause * FRAME_S, 2),
        )
        for first, last, pause in found
        if (last - first) * FRAME_S >= SHORTEST_S
    ]


def voice_after(mulaw: bytes, start: float, until: float | None = None) -> float | None:
    """When the first sound of speech comes in this part of a recording (seconds); None when there is none."""
    first = max(0, round(start / FRAME_S))
    end = None if until is None else round(until * BYTES_A_SECOND)
    for number, frame in enumerate(frames(mulaw[first * FRAME_BYTES : end], FRAME_BYTES), first):
        if loudness(frame) >= VOICE_LOUDNESS:
            return max(start, number * FRAME_S)
    return None


def voiced(mulaw: bytes) -> tuple[float, float]:
    """The first and the last sound of a clip, in seconds from its beginning; nothing but quiet is its whole length."""
    loud = [number for number, frame in enumerate(frames(mulaw, FRAME_BYTES)) if loudness(frame) >= VOICE_LOUDNESS]
    if not loud:
        return 0.0, len(mulaw) / BYTES_A_SECOND
    return loud[0] * FRAME_S, min((loud[-1] + 1) * FRAME_S, len(mulaw) / BYTES_A_SECOND)
