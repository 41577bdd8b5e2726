"""Words in telephone audio without a model: what the fake synthesiser says, the fake recogniser understands.

One 20 ms frame of a tone is half a byte of UTF-8; a frame of its own stands before and after a
sentence. Both ends know the seventeen frames byte for byte, so the code survives whatever carries mu-law unchanged, and
nothing else.
"""

from __future__ import annotations

import math
import struct

from flowengine.runtime.audio import FRAME_BYTES, SAMPLE_RATE, mulaw_to_pcm16, pcm16_to_mulaw

_AMPLITUDE = 4600
"""About -20 dBFS, the level of a telephone talker."""


def _tone(hertz: float) -> bytes:
    """A frame with whole periods, so that frames join without a click."""
    samples = (_AMPLITUDE * math.sin(2 * math.pi * hertz * n / SAMPLE_RATE) for n in range(FRAME_BYTES))
    mulaw = pcm16_to_mulaw(struct.pack(f"<{FRAME_BYTES}h", *map(round, samples)))
    # Through PCM and back, since a service on the way may do so: minus zero would not survive it.
    return pcm16_to_mulaw(mulaw_to_pcm16(mulaw))


EDGE = _tone(350)
_TONES = tuple(_tone(400 + 200 * number) for number in range(16))
_NUMBERS = {tone: number for number, tone in enumerate(_TONES)}


def encode(text: str) -> bytes:
    """The sentence as mu-law audio, 40 ms a byte of it."""
    halves = (half for byte in text.encode() for half in divmod(byte, 16))
    return EDGE + b"".join(_TONES[half] for half in halves) + EDGE


def decode(mulaw: bytes) -> str:
    """The sentences in this audio, as far as they can be made out; "" when there is none."""
    sentences = []
    at = mulaw.find(EDGE)
    while at >= 0:
        halves = []
        at += FRAME_BYTES
        while (half := _NUMBERS.get(mulaw[at : at + FRAME_BYTES])) is not None:
            halves.append(half)
            at += FRAME_BYTES
        whole = bytes(high << 4 | low for high, low in zip(halves[0::2], halves[1::2], strict=False))
        sentences.append(whole.decode(errors="ignore"))
        at = mulaw.find(EDGE, at)
    return " ".join(filter(None, sentences))
