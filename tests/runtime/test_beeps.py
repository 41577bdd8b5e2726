"""The beep of an answering machine, told from speech, from noise and from longer tones."""

from __future__ import annotations

import math
import random
import struct
from importlib.util import find_spec
from pathlib import Path

import pytest

from flowengine.runtime.audio import SAMPLE_RATE, SILENCE, frames, pcm16_to_mulaw
from flowengine.runtime.beeps import BeepDetector
from flowengine.runtime.wav import read_wav


def tone(seconds: float, *hertz: float, noise_dbfs: float = -70.0, seed: int = 1) -> bytes:
    """Silence, tones together at -20 dBFS, silence; all of it in noise."""
    source = random.Random(seed)
    lead, rest = 0.4 + source.random() * 0.02, 0.4
    loudness, noise = 32768 * 10 ** (-20 / 20) * math.sqrt(2 / len(hertz)), 32768 * 10 ** (noise_dbfs / 20)
    samples: list[int] = []
    for number in range(int((lead + seconds + rest) * SAMPLE_RATE)):
        at = number / SAMPLE_RATE - lead
        value = source.gauss(0, noise)
        if 0 <= at < seconds:
            value += sum(loudness * math.sin(2 * math.pi * each * at) for each in hertz)
        samples.append(max(-32768, min(32767, round(value))))
    return pcm16_to_mulaw(struct.pack(f"<{len(samples)}h", *samples))


def beeps(audio: bytes, size: int = 160) -> int:
    detector = BeepDetector()
    return sum(detector.push(audio[start : start + size]) for start in range(0, len(audio), size))


@pytest.mark.parametrize("hertz", [350, 440, 620, 850, 1000, 1400, 1633, 2000])
@pytest.mark.parametrize("seconds", [0.1, 0.25, 0.5, 1.2])
def test_a_beep_is_heard_once_in_quiet_and_in_noise(hertz: float, seconds: float) -> None:
    for noise_dbfs in (-70.0, -30.0):
        assert beeps(tone(seconds, hertz, noise_dbfs=noise_dbfs)) == 1


def test_audio_may_come_in_any_pieces() -> None:
    assert [beeps(tone(0.5, 1000), size) for size in (1, 37, 160, 800, 100_000)] == [1] * 5


@pytest.mark.parametrize(
    ("seconds", "hertz"),
    [(0.05, (1000,)), (2.0, (1000,)), (0.5, (200,)), (0.5, (2600,)), (0.5, (400, 450)), (0.5, (697, 1209))],
    ids=["a click", "a tone that lasts", "too low", "too high", "a ringing tone", "a key"],
)
def test_another_tone_is_no_beep(seconds: float, hertz: tuple[float, ...]) -> None:
    assert beeps(tone(seconds, *hertz)) == 0


def test_noise_and_silence_are_no_beep() -> None:
    source = random.Random(7)
    loud = pcm16_to_mulaw(struct.pack("<16000h", *(round(source.gauss(0, 3000)) for _ in range(16000))))
    assert beeps(loud) == beeps(SILENCE * 16000) == 0


def test_a_tone_that_speech_follows_at_once_is_no_beep() -> None:
    beep = tone(0.5, 1000)[: int(0.9 * SAMPLE_RATE)]
    assert beeps(beep + frames(tone(0.5, 200, 450, 700, 1100))[25] * 40) == 0


@pytest.mark.skipif(find_spec("moonshine_cpp") is None, reason='needs pip install "flowengine[local]"')
def test_a_mans_speech_holds_no_beep_and_one_after_it_is_heard() -> None:
    found = find_spec("moonshine_cpp")
    assert found is not None
    assert found.origin is not None
    speech = read_wav(Path(found.origin).parent / "test-data" / "beckett.wav")
    assert beeps(speech) == 0
    assert beeps(speech + tone(0.4, 1000)) == 1
