"""Words told from tones and music in what a telephone heard, by the server's record of what was said.

Tones of keys and music for a caller on hold are audio like any other, and music has no mark, so that the sentence after
it seems to begin with it. The record knows when each line was spoken.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE
from flowengine.testing.twilio.listening import SentenceHeard, sentences_heard
from flowengine.testing.twilio.measures import utterances
from flowengine.testing.twilio.report import APART_S, CallReport

Span = tuple[float, float]
KEYS = "(keys "
"""How the record writes tones that were sent."""
SHORTEST_S = 0.1


def keep_to_speech(report: CallReport, record: Mapping[str, Any] | None) -> None:
    """Leave in `agent`, `sentences` and `clicks` what belongs to words, and take no music for a reply.

    Without a record nothing is known, and what was heard stays as it is.
    """
    if not record or not record.get("transcript"):
        return
    report.speech = _spoken([line for line in record["transcript"] if line["speaker"] == "agent"])
    words, rest = _parted(report.agent_audio, report.speech)
    if utterances(rest):
        report.agent = utterances(words)
    clipped = [span for one in report.sentences if (span := _clipped(one, report.speech)) is not None]
    if clipped != [(one.start, one.end) for one in report.sentences]:
        report.sentences = sentences_heard(report.agent_audio, clipped)


def _spoken(lines: Sequence[Mapping[str, Any]]) -> list[Span]:
    """From when to when each line of words was on the line; one whose end nobody saw lasts to the next, or for good."""
    found: list[Span] = []
    over = 0.0
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        begun = max(line["at"], over)
        over = line["ended_at"]
        if over is None:
            over = float("inf") if following is None else max(begun, following["at"])
        if not line["text"].startswith(KEYS):
            found.append((begun, over))
    return found


def _parted(audio: bytes, speech: Sequence[Span]) -> tuple[bytes, bytes]:
    """The audio with quiet in place of all that is no speech, and with quiet in place of the speech."""
    words, rest = bytearray(SILENCE * len(audio)), bytearray(audio)
    for start, end in speech:
        first = round(max(0.0, start - APART_S) * BYTES_A_SECOND)
        last = len(audio) if math.isinf(end) else min(len(audio), round((end + APART_S) * BYTES_A_SECOND))
        words[first:last] = audio[first:last]
        rest[first:last] = SILENCE * max(0, last - first)
    return bytes(words), bytes(rest)


def _clipped(sentence: SentenceHeard, speech: Sequence[Span]) -> Span | None:
    """The part of it in which words were said; None where there were none."""
    met = [
        (start, end)
        for start, end in speech
        if min(end, sentence.end) - max(start, sentence.start) >= min(SHORTEST_S, sentence.end - sentence.start)
    ]
    if not met:
        return None
    start, end = met[0][0], met[-1][1]
    return (
        start if start - sentence.start > APART_S else sentence.start,
        end if sentence.end - end > APART_S else sentence.end,
    )
