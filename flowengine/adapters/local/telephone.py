"""Between the engines' sound and the telephone's: rates, level, edges. Whole sentences at once, with numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flowengine.runtime.audio import SAMPLE_RATE, mulaw_to_pcm16, pcm16_to_mulaw

Samples = NDArray[np.float32]

PEAK = 0.89
"""-1 dBFS: mu-law has nothing above full scale, and a decoder's filter overshoots a little."""
LEVEL_DBFS = -20.0
MOST_GAIN = 4.0
LEAD_MS, TAIL_MS, FADE_MS = 20, 80, 5
"""What is left of the silence around a sentence: the engine gives 300 ms before it and 480 ms after."""
_TAPS = 33
_DECODED = np.frombuffer(mulaw_to_pcm16(bytes(range(256))), "<i2")
_CODES = np.frombuffer(pcm16_to_mulaw(np.arange(0x10000, dtype="<u2").tobytes()), np.uint8)
"""By the sample read as an unsigned number: 0.07 ms for five seconds of speech; the way through `bytes` takes 2 ms."""
_TO_FLOAT: Samples = (_DECODED / 32768).astype(np.float32)


def to_samples(mulaw: bytes) -> Samples:
    """Mu-law as numbers from -1 to 1, still at 8 kHz."""
    return _TO_FLOAT[np.frombuffer(mulaw, np.uint8)]


def to_16_khz(samples: Samples) -> Samples:
    """8 kHz to 16 kHz: a half-band filter fills in the samples between."""
    doubled = np.zeros(2 * len(samples), np.float32)
    doubled[0::2] = samples
    return np.convolve(doubled, 2 * _low_pass(0.25, _TAPS), "same").astype(np.float32)


def to_mulaw(samples: Samples, rate: int) -> bytes:
    """A synthesised sentence as telephone audio: 8 kHz, silence trimmed, edges faded, near -20 dBFS, not clipped.

    `rate` is a multiple of 8 kHz. Empty when there is no sound in it.
    """
    factor, rest = divmod(rate, SAMPLE_RATE)
    if rest or factor < 1:
        raise ValueError(f"{rate} Hz is no multiple of {SAMPLE_RATE} Hz")
    narrow = samples if factor == 1 else _decimate(samples, factor)
    spoken = _trimmed(narrow)
    if not len(spoken):
        return b""
    return _CODES[(_levelled(spoken) * 32767).round().astype(np.int16).view(np.uint16)].tobytes()


def _decimate(samples: Samples, factor: int) -> Samples:
    """Low-pass at 0.9 of the new Nyquist frequency, then every `factor`th sample."""
    taps = 2 * 20 * factor + 1
    kernel = _low_pass(0.45 / factor, taps)
    padded = np.pad(samples, (taps // 2, taps // 2 + factor))
    windows = np.lib.stride_tricks.sliding_window_view(padded, taps)[: len(samples) : factor]
    return (windows @ kernel).astype(np.float32)


def _low_pass(cutoff: float, taps: int) -> Samples:
    """A windowed sinc; `cutoff` in cycles a sample. Its sum is 1."""
    at = np.arange(taps) - taps // 2
    kernel = np.sinc(2 * cutoff * at) * np.blackman(taps)
    scaled: Samples = (kernel / kernel.sum()).astype(np.float32)
    return scaled


def _loudness(samples: Samples) -> Samples:
    """The RMS of every 10 ms."""
    frames = samples[: len(samples) // 80 * 80].reshape(-1, 80)
    loudness: Samples = np.sqrt((frames**2).mean(axis=1, dtype=np.float32))
    return loudness


def _trimmed(samples: Samples) -> Samples:
    """Without the silence around, its edges faded so that nothing clicks."""
    loudness = _loudness(samples)
    heard = np.flatnonzero(loudness > max(1e-4, 0.01 * float(loudness.max(initial=0.0))))
    if not len(heard):
        return samples[:0]
    start = max(0, int(heard[0]) * 80 - LEAD_MS * 8)
    end = min(len(samples), (int(heard[-1]) + 1) * 80 + TAIL_MS * 8)
    spoken = samples[start:end].copy()
    fade = min(FADE_MS * 8, len(spoken) // 2)
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    spoken[:fade] *= ramp
    spoken[len(spoken) - fade :] *= ramp[::-1]
    return spoken


def _levelled(samples: Samples) -> Samples:
    """At the telephone's level: the loud half of the frames sets it, so pauses don't make a sentence louder."""
    loudness = _loudness(samples)
    active = loudness[loudness > 0.03 * float(loudness.max(initial=0.0))]
    rms = float(np.sqrt((active**2).mean())) if len(active) else 0.0
    gain = min(MOST_GAIN, 10 ** (LEVEL_DBFS / 20) / rms) if rms > 0 else 1.0
    peak = float(np.abs(samples).max(initial=0.0)) * gain
    return samples * np.float32(gain * min(1.0, PEAK / peak) if peak > 0 else gain)
