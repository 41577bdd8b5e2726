"""Callers made for measuring: synthetic voices of several pitches and levels, in quiet, in noise and among others.

All of it is telephone audio: 300 to 3400 Hz, 8 kHz, mu-law. Whatever is random comes from a seed, so two runs hear the
same. The embedded voice is one; it is made three by playing it slower or faster, which moves pitch and formants alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from flowengine.adapters.local.telephone import to_samples
from flowengine.adapters.local.voice import Voice
from flowengine.runtime.audio import pcm16_to_mulaw

Samples = NDArray[np.float32]
RATE = 8000
VOICES = {"deep": 0.82, "plain": 1.0, "high": 1.18}
"""How much faster than the engine gives it."""
AUDIBLE_DB = 26.0
"""A sound this much below a clip's own level is where it begins: a soft consonant counts, the engine's breath not."""
FRAME = 80


@dataclass(frozen=True, slots=True)
class Clip:
    """Caller audio at 8 kHz, from its first sound on."""

    samples: Samples

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


@cache
def _voice() -> Voice:
    return Voice()


@cache
def said(text: str, voice: str = "plain", level_dbfs: float = -20.0) -> Clip:
    """These words, at this level (RMS of what is loud), beginning with their first sound."""
    samples = to_samples(b"".join(_voice().speak(text)))
    return _clip(_at_level(_band(_faster(samples, VOICES[voice])), level_dbfs))


def narrowed(samples: Samples, level_dbfs: float) -> Clip:
    """Any sound at 8 kHz as the telephone has it, at this level, from its first sound on."""
    return _clip(_at_level(_band(samples), level_dbfs))


def silence(seconds: float) -> Samples:
    """Nothing."""
    return np.zeros(round(seconds * RATE), np.float32)


def with_pauses(parts: Sequence[str | float], voice: str = "plain", level_dbfs: float = -20.0) -> Clip:
    """Words and pauses (seconds) in turn, as one utterance."""
    pieces = [silence(part) if isinstance(part, float) else said(part, voice, level_dbfs) for part in parts]
    samples = [piece.samples if isinstance(piece, Clip) else piece for piece in pieces]
    return Clip(np.concatenate(samples))


def noise(seconds: float, level_dbfs: float, seed: int) -> Samples:
    """A line's or a street's: louder below, as most noise is."""
    white = np.random.default_rng(seed).normal(size=round(seconds * RATE) + RATE)
    spectrum = np.fft.rfft(white)
    frequency = np.fft.rfftfreq(len(white), 1 / RATE)
    shaped = np.fft.irfft(spectrum / np.sqrt(np.maximum(frequency, 100.0)), len(white))
    return _rms_level(_band(shaped.astype(np.float32)), level_dbfs)[: round(seconds * RATE)]


BABBLE = (
    "So I said to her that we would never get there before the shops had closed.",
    "There were three of them in the garden, and none of them knew whose dog it was.",
    "If you take the second road on the left you come out right beside the station.",
    "He has been working on that boat since last summer and it still does not float.",
    "Could you bring two of the large ones, and a bag of whatever is cheapest today?",
    "My sister told me that the trains are late again because of leaves on the line.",
)


def babble(seconds: float, level_dbfs: float, seed: int) -> Samples:
    """Six people talk at once, none of them to the telephone."""
    chance = np.random.default_rng(seed)
    mixed = silence(seconds)
    for index, text in enumerate(BABBLE):
        voice = list(VOICES)[index % len(VOICES)]
        talk = np.concatenate([said(text, voice).samples, silence(0.3)])
        talk = np.roll(np.tile(talk, int(len(mixed) / len(talk)) + 1), int(chance.integers(len(talk))))
        mixed += talk[: len(mixed)]
    return _rms_level(mixed, level_dbfs)


def cough(level_dbfs: float, seed: int) -> Clip:
    """A burst of breath, then a short hoarse second part: noise shaped by a throat."""
    chance = np.random.default_rng(seed)
    parts = []
    for seconds, size in ((chance.uniform(0.06, 0.12), 1.0), (chance.uniform(0.1, 0.2), 0.5)):
        burst = chance.normal(size=round(seconds * RATE))
        burst = _peak_at(burst, chance.uniform(500, 1100), 250) + 0.5 * _peak_at(burst, chance.uniform(1500, 2300), 500)
        decay = np.exp(-np.linspace(0, 4, len(burst))) * np.minimum(1, np.arange(len(burst)) / 40)
        parts.append(size * burst * decay)
        parts.append(np.zeros(round(chance.uniform(0.02, 0.05) * RATE)))
    return _clip(_at_level(_band(np.concatenate(parts).astype(np.float32)), level_dbfs))


def throat(level_dbfs: float, seed: int) -> Clip:
    """A throat is cleared: a cough with the voice in it, two pushes of it."""
    chance = np.random.default_rng(seed)
    parts = []
    for _ in range(2):
        length = round(chance.uniform(0.12, 0.22) * RATE)
        pitch = chance.uniform(90, 220) * (1 + 0.15 * chance.normal(size=length).cumsum() / np.sqrt(length))
        pulses = np.diff(np.floor(np.cumsum(pitch) / RATE), prepend=0.0) + 0.25 * chance.normal(size=length)
        push = _peak_at(pulses, chance.uniform(450, 750), 200) + 0.4 * _peak_at(pulses, chance.uniform(1100, 1700), 300)
        parts += [
            push * np.sin(np.linspace(0, np.pi, length)) ** 0.5,
            np.zeros(round(chance.uniform(0.03, 0.08) * RATE)),
        ]
    return _clip(_at_level(_band(np.concatenate(parts).astype(np.float32)), level_dbfs))


def click(level_dbfs: float, seed: int) -> Clip:
    """A receiver is put down, a pen tapped: a few milliseconds, ringing."""
    chance = np.random.default_rng(seed)
    at = np.arange(round(0.03 * RATE)) / RATE
    ring = np.exp(-at / chance.uniform(0.002, 0.006)) * np.sin(2 * np.pi * chance.uniform(600, 2500) * at)
    return _clip(_at_level(_band(np.concatenate([ring, np.zeros(400)]).astype(np.float32)), level_dbfs))


def breath(level_dbfs: float, seed: int) -> Clip:
    """Breathing out into the microphone, half a second."""
    chance = np.random.default_rng(seed)
    blown = chance.normal(size=round(chance.uniform(0.4, 0.7) * RATE))
    swell = np.sin(np.linspace(0, np.pi, len(blown))) ** 2
    return _clip(_at_level(_band((_peak_at(blown, 700, 900) * swell).astype(np.float32)), level_dbfs))


def echo(played: Samples, loss_db: float, delay_s: float, seed: int) -> Samples:
    """What comes back of the agent's own voice: later, softer, with a room's tail of 40 ms."""
    chance = np.random.default_rng(seed)
    tail = chance.normal(size=320) * np.exp(-np.arange(320) / 70)
    tail[0] = 3.0
    back = np.convolve(played, tail / np.sqrt((tail**2).sum()))[: len(played)]
    late = np.concatenate([silence(delay_s), back.astype(np.float32)])[: len(played)]
    return (late * 10 ** (-loss_db / 20)).astype(np.float32)


def to_line(samples: Samples) -> bytes:
    """As mu-law, clipped where it is too loud."""
    return pcm16_to_mulaw((np.clip(samples, -1, 1) * 32635).round().astype("<i2").tobytes())


def level(samples: Samples) -> float:
    """The RMS of the loud frames (10 ms), in dB of full scale."""
    loud = _loudness(samples)
    loud = loud[loud > 0.1 * loud.max(initial=0.0)]
    return 20 * float(np.log10(np.sqrt((loud**2).mean()))) if len(loud) else -120.0


def first_sound(samples: Samples) -> int:
    """Where it is, in samples."""
    heard = np.flatnonzero(20 * np.log10(_loudness(samples) + 1e-9) > level(samples) - AUDIBLE_DB)
    return int(heard[0]) * FRAME if len(heard) else 0


def _clip(samples: Samples) -> Clip:
    """From its first sound on."""
    return Clip(samples[first_sound(samples) :])


def _loudness(samples: Samples) -> Samples:
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    found: Samples = np.sqrt((frames**2).mean(axis=1))
    return found


def _at_level(samples: Samples, level_dbfs: float) -> Samples:
    return (samples * 10 ** ((level_dbfs - level(samples)) / 20)).astype(np.float32)


def _rms_level(samples: Samples, level_dbfs: float) -> Samples:
    rms = float(np.sqrt((samples**2).mean())) or 1.0
    return (samples * (10 ** (level_dbfs / 20) / rms)).astype(np.float32)


def _faster(samples: Samples, factor: float) -> Samples:
    at = np.arange(0, len(samples) - 1, factor)
    found: Samples = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
    return found


def _band(samples: Samples) -> Samples:
    """300 to 3400 Hz, with soft edges."""
    spectrum = np.fft.rfft(samples, len(samples) + 800)
    frequency = np.fft.rfftfreq(len(samples) + 800, 1 / RATE)
    rise = 1 / (1 + (260 / np.maximum(frequency, 1.0)) ** 8)
    fall = 1 / (1 + (frequency / 3450) ** 24)
    kept: Samples = np.fft.irfft(spectrum * rise * fall, len(samples) + 800)[: len(samples)].astype(np.float32)
    return kept


def _peak_at(samples: NDArray[np.float64], frequency: float, width: float) -> NDArray[np.float64]:
    """Mostly what lies near this frequency."""
    spectrum = np.fft.rfft(samples)
    at = np.fft.rfftfreq(len(samples), 1 / RATE)
    kept: NDArray[np.float64] = np.fft.irfft(spectrum / (1 + ((at - frequency) / width) ** 2), len(samples))
    return kept
