"""Telephone audio: mu-law (ITU-T G.711), 8 kHz, mono, one byte a sample, by tables.

Standard library only: Python 3.13 has no `audioop` any more, and the base install has no numpy.
"""

from __future__ import annotations

import math
import sys
from array import array
from zlib import adler32

SAMPLE_RATE = 8000
BYTES_A_SECOND = 8000
FRAME_MS = 20
FRAME_BYTES = 160
SILENCE = b"\xff"
"""One sample of silence; `SILENCE * FRAME_BYTES` is a silent frame."""
QUIETEST_DBFS = -100.0

_BIAS = 33
_CLIP = 8158
"""G.711 works on 14-bit magnitudes; the largest, with the bias, still has to fit the last of eight segments."""


def _decoded(code: int) -> int:
    """The 16-bit sample of one mu-law byte."""
    bits = ~code & 0xFF
    magnitude = ((((bits & 0x0F) << 1) + _BIAS) << (bits >> 4 & 0x07)) - _BIAS
    return -4 * magnitude if bits & 0x80 else 4 * magnitude


def _encoded(sample: int) -> int:
    """The mu-law byte of one 16-bit sample."""
    scaled = sample >> 2
    magnitude = min(abs(scaled), _CLIP) + _BIAS
    segment = magnitude.bit_length() - 6
    bits = segment << 4 | (magnitude >> (segment + 1)) & 0x0F
    return ~(bits | 0x80 if scaled < 0 else bits) & 0xFF


_SAMPLES = tuple(_decoded(code) for code in range(256))
_LOW_BYTES = bytes(sample & 0xFF for sample in _SAMPLES)
_HIGH_BYTES = bytes(sample >> 8 & 0xFF for sample in _SAMPLES)
_CODES = bytes(_encoded(sample if sample < 0x8000 else sample - 0x10000) for sample in range(0x10000))
"""Indexed by the sample read as an unsigned number."""
_SQUARES = tuple(float(sample * sample) for sample in _SAMPLES)
_ROOTS = bytes(round(255 * math.sqrt(abs(sample) / 32124)) for sample in _SAMPLES)
_LOUDNESS = bytes(min(255, abs(sample) >> 7) for sample in _SAMPLES)
_SUMMED_AT_ONCE = 256
"""256 bytes of 255 are 65,280, which Adler-32 does not wrap yet (RFC 1950, section 8.2)."""


def samples_of(mulaw: bytes) -> tuple[int, ...]:
    """Mu-law as 16-bit samples."""
    return tuple(map(_SAMPLES.__getitem__, mulaw))


def mulaw_to_pcm16(mulaw: bytes) -> bytes:
    """Mu-law to PCM s16le: twice as long. About 2 µs a frame."""
    pcm = bytearray(2 * len(mulaw))
    pcm[0::2] = mulaw.translate(_LOW_BYTES)
    pcm[1::2] = mulaw.translate(_HIGH_BYTES)
    return bytes(pcm)


def pcm16_to_mulaw(pcm: bytes) -> bytes:
    """PCM s16le to mu-law: half as long. Raises ValueError on half a sample."""
    samples = array("H")
    if len(pcm) % samples.itemsize:
        raise ValueError(f"PCM16 audio of {len(pcm)} bytes ends in the middle of a sample")
    samples.frombytes(pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return bytes(map(_CODES.__getitem__, samples))


def duration_ms(mulaw: bytes) -> int:
    """How long this mu-law audio plays, in milliseconds."""
    return len(mulaw) * 1000 // BYTES_A_SECOND


def level_dbfs(mulaw: bytes) -> float:
    """The RMS level in dB below a full-scale square wave (16 bit); never below `QUIETEST_DBFS`."""
    if not mulaw:
        return QUIETEST_DBFS
    mean_square = sum(map(_SQUARES.__getitem__, mulaw)) / len(mulaw)
    if mean_square <= 0.0:
        return QUIETEST_DBFS
    return max(QUIETEST_DBFS, 10 * math.log10(mean_square / 32768.0**2))


def loudness(mulaw: bytes) -> float:
    """The mean magnitude, 0 to 1, in steps of 1/256 a sample: coarse, and cheap enough for every frame (0.5 µs)."""
    return _sum(mulaw.translate(_LOUDNESS)) / (256 * len(mulaw)) if mulaw else 0.0


def rough_level(mulaw: bytes) -> float:
    """About the mean magnitude, 0 to 1, by the squared mean of the roots: right down to -70 dBFS, 0.5 µs a frame."""
    return (_sum(mulaw.translate(_ROOTS)) / (255 * len(mulaw))) ** 2 if mulaw else 0.0


def _sum(numbers: bytes) -> int:
    """The same as `sum`, in a tenth of the time: Adler-32's lower half is one more than the sum, modulo 65,521."""
    total = (adler32(numbers[:_SUMMED_AT_ONCE]) & 0xFFFF) - 1
    for at in range(_SUMMED_AT_ONCE, len(numbers), _SUMMED_AT_ONCE):
        total += (adler32(numbers[at : at + _SUMMED_AT_ONCE]) & 0xFFFF) - 1
    return total


def frames(mulaw: bytes, size: int = FRAME_BYTES) -> list[bytes]:
    """Cut into frames of `size` bytes; the last is filled with silence."""
    cut = [mulaw[start : start + size] for start in range(0, len(mulaw), size)]
    if cut and len(cut[-1]) < size:
        cut[-1] += SILENCE * (size - len(cut[-1]))
    return cut
