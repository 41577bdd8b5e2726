"""The beep of an answering machine, heard in the caller's audio: a single steady tone, and quiet after it.

Each 20 ms are compared with tones from 350 to 2000 Hz (the bins of a Fourier transform, so what Goertzel's algorithm
would give, as dot products of the standard library). Speech spreads over its harmonics, and what little of it is one
tone moves: it is none for long enough. A tone that lasts is music, a dial tone, a fax.
"""

from __future__ import annotations

import math
from functools import cache
from operator import mul

from flowengine.runtime.audio import FRAME_BYTES, SAMPLE_RATE, samples_of

LOWEST_HZ, HIGHEST_HZ = 350.0, 2000.0
STEP_HZ = 50.0
"""The resolution of 20 ms."""
FINE_HZ = 12.5
SHARE = 0.6
"""Of the energy of 20 ms, so much in one tone: noise 4 dB below the tone leaves more, speech rarely as much."""
QUIETEST_RMS = 100.0
"""-50 dBFS, of 16 bit: a machine's beep is 20 dB louder at least."""
HIGHEST_CREST = 2.6
"""Peak over RMS: 1.4 for a tone; with noise 5 dB below it still under this, and most speech above."""
STEADY_HZ = 20.0
LEAST_FRAMES, MOST_FRAMES = 4, 62
"""80 ms (a beep of 0.1 s has so many whole frames) to 1.24 s."""
QUIET_FRAMES = 4
FALL = 0.6
"""The quiet after it, noise and all, is at most so loud beside the beep: 4.4 dB less."""


class BeepDetector:
    """Listens to one call. `push` tells whether a beep has ended within these bytes, 80 ms of quiet included."""

    def __init__(self) -> None:
        self._rest = b""
        self._frames = self._gap = 0
        """20 ms each: as long as the tone has lasted, and what has come since that was none of it."""
        self._hertz = self._rms = 0.0

    def push(self, mulaw: bytes) -> bool:
        """Mu-law 8 kHz of any length."""
        audio = self._rest + mulaw
        whole = len(audio) - len(audio) % FRAME_BYTES
        self._rest = audio[whole:]
        found = False
        for start in range(0, whole, FRAME_BYTES):
            found = self._hear(audio[start : start + FRAME_BYTES]) or found
        return found

    def _hear(self, frame: bytes) -> bool:
        samples = samples_of(frame)
        rms = math.sqrt(sum(map(mul, samples, samples)) / len(samples))
        hertz = _tone(samples, rms, near=self._hertz if self._frames else None)
        if hertz is not None:
            goes_on = self._frames > 0 and abs(hertz - self._hertz) <= STEADY_HZ
            self._frames = self._frames + self._gap + 1 if goes_on else 1
            self._rms = max(self._rms, rms) if goes_on else rms
            self._hertz, self._gap = hertz, 0
            return False
        if not self._frames:
            return False
        self._gap += 1
        if self._gap == 1:
            # Where the tone ends half a frame is tone, and one in noise may be missed: it counts neither way.
            return False
        is_quiet = rms < self._rms * FALL
        if is_quiet and self._gap <= QUIET_FRAMES:
            return False
        frames, self._frames = self._frames, 0
        return is_quiet and LEAST_FRAMES <= frames <= MOST_FRAMES


def _tone(samples: tuple[int, ...], rms: float, *, near: float | None) -> float | None:
    """The frequency of the one tone that these samples hold; None when they are none. `near`: that of those before."""
    if rms < QUIETEST_RMS or max(max(samples), -min(samples)) > HIGHEST_CREST * rms:
        return None
    # A tone goes on, as a rule: there it is looked for first, at a fifth of what it costs to look everywhere.
    fine, share = _finest(samples, rms, near) if near is not None else (0.0, 0.0)
    if share < SHARE:
        fine, share = _finest(samples, rms, max(_coarse(), key=lambda hertz: _power(samples, hertz)))
    if share < SHARE or not LOWEST_HZ - FINE_HZ <= fine <= HIGHEST_HZ + FINE_HZ:
        return None
    return fine


def _finest(samples: tuple[int, ...], rms: float, coarse: float) -> tuple[float, float]:
    """The frequency about this one that most of the energy is at, and its share of all."""
    fine = max((coarse + step * FINE_HZ for step in range(-3, 4)), key=lambda hertz: _power(samples, hertz))
    return fine, 2 * _power(samples, fine) / (len(samples) * rms) ** 2


def _power(samples: tuple[int, ...], hertz: float) -> float:
    cosines, sines = _waves(hertz)
    real: float = sum(map(mul, samples, cosines))
    imaginary: float = sum(map(mul, samples, sines))
    return real * real + imaginary * imaginary


@cache
def _coarse() -> tuple[float, ...]:
    return tuple(LOWEST_HZ + step * STEP_HZ for step in range(round((HIGHEST_HZ - LOWEST_HZ) / STEP_HZ) + 1))


@cache
def _waves(hertz: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    turns = [2 * math.pi * hertz * number / SAMPLE_RATE for number in range(FRAME_BYTES)]
    return tuple(map(math.cos, turns)), tuple(map(math.sin, turns))
