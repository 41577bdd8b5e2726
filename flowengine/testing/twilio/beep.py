"""The tone after which to speak, as an answering machine gives it."""

from __future__ import annotations

import math
import struct

from flowengine.runtime.audio import SAMPLE_RATE, pcm16_to_mulaw

BEEP_HZ = 1000
BEEP_S = 0.5
LOUD = 12000
"""Of 32767: about −9 dB, as loud as machines are."""


def beep() -> bytes:
    """Mu-law, 8 kHz."""
    samples = (
        round(LOUD * math.sin(2 * math.pi * BEEP_HZ * n / SAMPLE_RATE)) for n in range(int(BEEP_S * SAMPLE_RATE))
    )
    return pcm16_to_mulaw(b"".join(struct.pack("<h", sample) for sample in samples))
