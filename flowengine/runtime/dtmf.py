"""Telephone keys as tones: two sine waves each, of the frequencies of ITU-T Q.23, in mu-law at 8 kHz.

The two have levels of their own (the lower 2 dB below the higher, since lines lose more of what is high), and each tone
rises and falls within 2 ms: no clicks, and a receiver that wants 40 ms of it has them.
"""

from __future__ import annotations

import math
import struct
from functools import cache

from flowengine.runtime.audio import BYTES_A_SECOND, SAMPLE_RATE, SILENCE, pcm16_to_mulaw
from flowengine.words.keys import GAP_S, PAUSE, PAUSE_S, TONE_S

ROWS = (697, 770, 852, 941)
COLUMNS = (1209, 1336, 1477)
PAD = ("123", "456", "789", "*0#")
LOW_DBM0, HIGH_DBM0 = -10.0, -8.0
"""Together -5.9 dBm0: a receiver takes each from 0 down to -25 (Q.24, most administrations)."""
FULL_SCALE_DBM0 = 3.17
"""The level of the loudest sine that mu-law holds (ITU-T G.711)."""
FULL_SCALE = 32124
EDGE_S = 0.002


def tones(keys: str) -> bytes:
    """The audio of keys and pauses, mu-law at 8 kHz; each key with the quiet after it. Raises KeyError for others."""
    pause = SILENCE * round(PAUSE_S * BYTES_A_SECOND)
    return b"".join(pause if key == PAUSE else _tone(key) for key in keys)


def frequencies(key: str) -> tuple[int, int]:
    """The two tones of a key in hertz, the lower first. Raises KeyError."""
    for row, names in zip(ROWS, PAD, strict=True):
        if key in names and len(key) == 1:
            return row, COLUMNS[names.index(key)]
    raise KeyError(key)


@cache
def _tone(key: str) -> bytes:
    low, high = frequencies(key)
    count = round(TONE_S * SAMPLE_RATE)
    both = (_wave(low, LOW_DBM0, number) + _wave(high, HIGH_DBM0, number) for number in range(count))
    pcm = struct.pack(f"<{count}h", *(round(each * _edge(number, count)) for number, each in enumerate(both)))
    return pcm16_to_mulaw(pcm) + SILENCE * round(GAP_S * BYTES_A_SECOND)


def _wave(hertz: int, dbm0: float, number: int) -> float:
    amplitude = FULL_SCALE * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20)
    return amplitude * math.sin(2 * math.pi * hertz * number / SAMPLE_RATE)


def _edge(number: int, count: int) -> float:
    inside = min(number, count - 1 - number) / (EDGE_S * SAMPLE_RATE)
    return 1.0 if inside >= 1 else (1 - math.cos(math.pi * inside)) / 2
