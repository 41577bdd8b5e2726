"""A call as a stereo WAV file: the caller on the left, the agent on the right."""

from __future__ import annotations

import io
import sys
import wave
from array import array
from pathlib import Path

from flowengine.runtime.audio import SAMPLE_RATE, SILENCE, mulaw_to_pcm16


def write_stereo(path: Path, left: bytes, right: bytes) -> None:
    """Two mu-law sides, 8 kHz, from the same beginning; the shorter one ends in quiet. Raises OSError."""
    length = max(len(left), len(right))
    samples = array("h", bytes(4 * length))
    samples[0::2] = _samples(left, length)
    samples[1::2] = _samples(right, length)
    if sys.byteorder == "big":
        samples.byteswap()
    # Made whole first: a file that takes nothing should be one error, and not another when it is closed.
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())
    path.write_bytes(made.getvalue())


def _samples(mulaw: bytes, length: int) -> array[int]:
    samples = array("h")
    samples.frombytes(mulaw_to_pcm16(mulaw + SILENCE * (length - len(mulaw))))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
