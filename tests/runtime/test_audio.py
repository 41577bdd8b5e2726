"""Mu-law by tables, judged by the standard library's own codec where Python still has it."""

from __future__ import annotations

import importlib
import math
import struct
import warnings
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowengine.runtime import audio


def audioop() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return importlib.import_module("audioop")
        except ImportError:
            pytest.skip("this Python has no audioop to compare with")


def tone(hertz: float, seconds: float, amplitude: float) -> bytes:
    samples = (amplitude * 32767 * math.sin(2 * math.pi * hertz * n / 8000) for n in range(int(seconds * 8000)))
    return audio.pcm16_to_mulaw(b"".join(struct.pack("<h", round(sample)) for sample in samples))


def test_every_mulaw_byte_decodes_as_audioop_decodes_it() -> None:
    every = bytes(range(256))
    assert audio.mulaw_to_pcm16(every) == audioop().ulaw2lin(every, 2)


def test_every_sample_encodes_as_audioop_encodes_it() -> None:
    every = struct.pack("<65536h", *range(-32768, 32768))
    assert audio.pcm16_to_mulaw(every) == audioop().lin2ulaw(every, 2)


def test_known_codes_of_g711() -> None:
    assert audio.mulaw_to_pcm16(b"\xff\x7f\x00\x80") == struct.pack("<4h", 0, 0, -32124, 32124)


def test_decoding_and_encoding_again_changes_nothing_but_minus_zero() -> None:
    every = bytes(range(256))
    assert audio.pcm16_to_mulaw(audio.mulaw_to_pcm16(every)) == every.replace(b"\x7f", b"\xff")


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="3 bytes"):
        audio.pcm16_to_mulaw(b"\x00\x00\x00")


def test_a_second_is_eight_thousand_bytes() -> None:
    assert audio.duration_ms(audio.SILENCE * 8000) == 1000
    assert audio.duration_ms(audio.SILENCE * audio.FRAME_BYTES) == audio.FRAME_MS


def test_a_full_sine_lies_three_decibels_below_full_scale() -> None:
    assert audio.level_dbfs(tone(1000, 0.1, 0.98)) == pytest.approx(-3.2, abs=0.2)
    assert audio.level_dbfs(tone(1000, 0.1, 0.098)) == pytest.approx(-23.2, abs=0.3)


def test_silence_has_the_lowest_level() -> None:
    assert audio.level_dbfs(audio.SILENCE * 800) == audio.QUIETEST_DBFS
    assert audio.level_dbfs(b"") == audio.QUIETEST_DBFS
    assert audio.loudness(audio.SILENCE * 160) == 0.0


def test_loudness_rises_with_the_level() -> None:
    levels = [audio.loudness(tone(440, 0.1, amplitude)) for amplitude in (0.01, 0.05, 0.3, 0.9)]
    assert levels == sorted(levels)
    assert 0 < levels[0] < levels[-1] < 1


def test_frames_are_filled_up_with_silence() -> None:
    cut = audio.frames(b"\x10" * 200)
    assert [len(frame) for frame in cut] == [160, 160]
    assert cut[1] == b"\x10" * 40 + audio.SILENCE * 120


@given(st.binary(max_size=300) | st.integers(0, 1000).map(lambda length: b"\x00" * length))
def test_levels_are_those_of_their_definitions_however_long_the_audio(mulaw: bytes) -> None:
    roots = [round(255 * math.sqrt(abs(sample) / 32124)) for sample in audio.samples_of(mulaw)]
    steps = [min(255, abs(sample) >> 7) for sample in audio.samples_of(mulaw)]
    length = max(1, len(mulaw))
    assert audio.rough_level(mulaw) == (sum(roots) / (255 * length)) ** 2
    assert audio.loudness(mulaw) == sum(steps) / (256 * length)
