"""What a caller hears who waits: a soft tune of our own, or a recording of the operator's; a loop without a seam.

The tune is reckoned, not recorded: single notes of a few sines, struck softly and dying away, over four chords. Each
note rings on past the loop's end into its beginning, so the loop has no place at which it begins. All of it lies in
the telephone's band (300 to 3,400 Hz), but for the lowest notes, whose overtones carry them.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from flowengine.errors import ProtocolError
from flowengine.runtime.audio import BYTES_A_SECOND, SAMPLE_RATE, level_dbfs, mulaw_to_pcm16
from flowengine.runtime.wav import read_wav, samples_as_mulaw

LEVEL_DBFS = -24.0
"""A little below speech (`levels.LEVEL_DBFS`), so that who waits can put the receiver down and still hears us speak."""
SHORTEST_S, LONGEST_S = 2.0, 600.0
SEAM_S = 0.5
"""A recording's end is faded into its beginning for so long."""

NOTE_S = 0.75
CHORDS = ((60, 64, 67, 72), (57, 64, 69, 72), (65, 69, 72, 77), (67, 71, 74, 79))
"""C, A minor, F and G, as MIDI numbers; each note is struck in turn."""
RINGS_S = 2.4
ATTACK_S = 0.04
DIES_AWAY_S = 0.8
OVERTONES = ((1, 1.0), (2, 0.22), (3, 0.06))
_SINES = tuple(math.sin(2 * math.pi * step / 4096) for step in range(4096))


@cache
def tune() -> bytes:
    """The tune of our own as mu-law, 8 kHz: 12 s that follow on themselves. Reckoned once a process."""
    notes = [note for chord in CHORDS for note in chord]
    length = round(NOTE_S * SAMPLE_RATE) * len(notes)
    samples = [0.0] * length
    envelope = _envelope()
    for place, note in enumerate(notes):
        begin = round(place * NOTE_S * SAMPLE_RATE)
        for at, value in enumerate(_note(440.0 * 2 ** ((note - 69) / 12), envelope)):
            samples[(begin + at) % length] += value
    return _at_level(samples)


def from_wav(path: Path) -> bytes:
    """An operator's recording as a loop at our level. Raises ProtocolError, its text for the operator, and OSError."""
    mulaw = read_wav(path)
    seconds = len(mulaw) / BYTES_A_SECOND
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ProtocolError(f"it plays for {seconds:.1f} s: {SHORTEST_S:g} s to {LONGEST_S:g} s do")
    pcm = array("h")
    pcm.frombytes(mulaw_to_pcm16(mulaw))
    if max(map(abs, pcm)) < 300:
        raise ProtocolError("there is no sound in it")
    seam = round(SEAM_S * SAMPLE_RATE)
    body, end = [float(sample) for sample in pcm[:-seam]], pcm[-seam:]
    for at, sample in enumerate(end):
        # Equal power: two halves that have nothing to do with each other stay as loud as either.
        share = math.pi / 2 * at / seam
        body[at] = body[at] * math.sin(share) + sample * math.cos(share)
    return _at_level(body)


def ramped(mulaw: bytes, begin: float, end: float) -> bytes:
    """The audio with a gain that goes evenly from `begin` to `end` (0 to 1)."""
    pcm = array("h")
    pcm.frombytes(mulaw_to_pcm16(mulaw))
    step = (end - begin) / max(1, len(pcm))
    return samples_as_mulaw(array("h", (round(each * (begin + at * step)) for at, each in enumerate(pcm))))


def _envelope() -> list[float]:
    """How loud a note is, sample by sample: struck softly, dying away, and still at its end."""
    count, attack = round(RINGS_S * SAMPLE_RATE), round(ATTACK_S * SAMPLE_RATE)
    fall = 1 / (DIES_AWAY_S * SAMPLE_RATE)
    return [
        (0.5 - 0.5 * math.cos(math.pi * min(1.0, at / attack))) * math.exp(-at * fall) * (1 - at / count)
        for at in range(count)
    ]


def _note(hertz: float, envelope: Sequence[float]) -> list[float]:
    step = hertz * len(_SINES) / SAMPLE_RATE
    value = [0.0] * len(_SINES)
    for overtone, strength in OVERTONES:
        for at in range(len(_SINES)):
            value[at] += strength * _SINES[overtone * at % len(_SINES)]
    return [loud * value[int(at * step) % len(_SINES)] for at, loud in enumerate(envelope)]


def _at_level(samples: Sequence[float]) -> bytes:
    """At `LEVEL_DBFS`, unless its peaks would be cut: then as loud as they allow."""
    loudness = math.sqrt(sum(each * each for each in samples) / len(samples))
    factor = min(32768 * 10 ** (LEVEL_DBFS / 20) / loudness, 29_200 / max(map(abs, samples)))
    mulaw = samples_as_mulaw(array("h", (round(each * factor) for each in samples)))
    assert level_dbfs(mulaw) < LEVEL_DBFS + 1
    return mulaw
