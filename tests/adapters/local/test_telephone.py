"""An engine's sound as telephone audio: rate, level, edges."""

from __future__ import annotations

import pytest

pytest.importorskip("numpy", reason="flowengine[local] is not installed")

import numpy as np

from flowengine.adapters.local.telephone import LEAD_MS, TAIL_MS, Samples, to_16_khz, to_mulaw, to_samples
from flowengine.runtime.audio import duration_ms, level_dbfs, mulaw_to_pcm16


def tone(hertz: float, seconds: float, amplitude: float = 0.1, rate: int = 24000) -> Samples:
    samples: Samples = (amplitude * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(
        np.float32
    )
    return samples


def silence(seconds: float, rate: int = 24000) -> Samples:
    samples: Samples = np.zeros(int(rate * seconds), np.float32)
    return samples


def test_silence_around_a_sentence_is_trimmed() -> None:
    mulaw = to_mulaw(np.concatenate((silence(0.3), tone(440, 1.0), silence(0.5))), 24000)
    assert duration_ms(mulaw) == pytest.approx(1000 + LEAD_MS + TAIL_MS, abs=30)


@pytest.mark.parametrize("amplitude", [0.06, 0.1, 0.3, 0.9])
def test_every_sentence_gets_the_telephones_level(amplitude: float) -> None:
    assert level_dbfs(to_mulaw(tone(440, 1.0, amplitude), 24000)) == pytest.approx(-20, abs=0.7)


def test_a_whisper_is_not_blown_up_without_limit() -> None:
    assert level_dbfs(to_mulaw(tone(440, 1.0, 0.005), 24000)) < -30


def test_a_peak_is_not_clipped() -> None:
    spiky = tone(440, 1.0, 0.01)
    spiky[12000:12010] = 0.99
    pcm = np.frombuffer(mulaw_to_pcm16(to_mulaw(spiky, 24000)), "<i2")
    assert np.abs(pcm).max() < 0.93 * 32768


def test_the_edges_are_faded() -> None:
    pcm = np.frombuffer(mulaw_to_pcm16(to_mulaw(tone(440, 1.0), 24000)), "<i2")
    assert abs(int(pcm[0])) < 200
    assert abs(int(pcm[-1])) < 200


def test_what_the_telephone_cannot_carry_does_not_fold_back() -> None:
    loud = level_dbfs(to_mulaw(np.concatenate((tone(440, 0.5), tone(5500, 0.5))), 24000))
    mulaw = to_mulaw(np.concatenate((tone(440, 0.5), tone(5500, 0.5))), 24000)
    assert duration_ms(mulaw) < 650, "the second half is silence, and trimmed"
    assert loud > -22


def test_silence_is_nothing() -> None:
    assert to_mulaw(silence(1.0), 24000) == b""
    assert to_mulaw(silence(0.0), 24000) == b""


def test_other_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="22050"):
        to_mulaw(tone(440, 0.1), 22050)


def test_doubling_the_rate_keeps_the_tone() -> None:
    samples = to_16_khz(tone(440, 0.5, 0.3, 8000))
    assert len(samples) == 8000
    expected = tone(440, 0.5, 0.3, 16000)
    assert np.abs(samples[200:-200] - expected[200:-200]).max() < 0.01


def test_mulaw_becomes_numbers_between_minus_one_and_one() -> None:
    assert to_samples(b"\xff\x00\x80").tolist() == pytest.approx([0.0, -32124 / 32768, 32124 / 32768])
