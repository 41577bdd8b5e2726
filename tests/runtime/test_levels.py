"""One level for all speech, and no clicks."""

from __future__ import annotations

import asyncio
import math
import struct
from collections.abc import AsyncGenerator

import pytest

from flowengine.adapters.scripted.code import encode
from flowengine.runtime.audio import SILENCE, mulaw_to_pcm16, pcm16_to_mulaw
from flowengine.runtime.levels import FADE_BYTES, LEVEL_DBFS, PEAK, faded, gain_for, smoothed, speech_level, with_gain


def tone(amplitude: int, seconds: float = 1.0, hertz: float = 700.0) -> bytes:
    """Begins and ends at its loudest, where a click would be."""
    samples = (round(amplitude * math.cos(2 * math.pi * hertz * n / 8000)) for n in range(int(8000 * seconds)))
    return pcm16_to_mulaw(b"".join(struct.pack("<h", sample) for sample in samples))


def samples(mulaw: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(mulaw)}h", mulaw_to_pcm16(mulaw))


@pytest.mark.parametrize("amplitude", [1400, 4600, 12_000, 25_000])
def test_quiet_and_loud_voices_come_to_one_level(amplitude: int) -> None:
    clip = tone(amplitude) + SILENCE * 8000 + tone(amplitude)
    assert abs(speech_level(with_gain(clip, gain_for(clip))) - LEVEL_DBFS) <= 1


def test_pauses_do_not_make_a_sentence_louder() -> None:
    assert speech_level(tone(4600) + SILENCE * 40_000) == pytest.approx(speech_level(tone(4600)), abs=0.1)


def test_no_gain_is_so_great_that_it_clips() -> None:
    clip = tone(900, 2.0) + tone(20_000, 0.05)
    louder = with_gain(clip, gain_for(clip))
    assert max(map(abs, samples(louder))) <= PEAK * 1.04


def test_what_is_at_its_level_stays_byte_for_byte_as_it_was() -> None:
    clip = encode("Hello.")
    assert with_gain(clip, gain_for(clip)) == clip


def test_silence_is_not_amplified() -> None:
    assert gain_for(SILENCE * 8000) == 0.0
    assert gain_for(b"") == 0.0


def test_a_clip_begins_and_ends_without_a_click() -> None:
    clip = faded(tone(12_000))
    assert len(clip) == 8000
    assert max(abs(samples(clip)[0]), abs(samples(clip)[-1])) < 330
    assert clip[FADE_BYTES:-FADE_BYTES] == tone(12_000)[FADE_BYTES:-FADE_BYTES]


@pytest.mark.parametrize("size", [1, 39, 160, 8000])
def test_audio_that_comes_in_pieces_is_smoothed_as_a_whole_clip_is(size: int) -> None:
    clip = tone(12_000)

    async def pieces() -> AsyncGenerator[bytes, None]:
        for start in range(0, len(clip), size):
            yield clip[start : start + size]

    async def whole() -> bytes:
        return b"".join([chunk async for chunk in smoothed(pieces(), -6.0)])

    smooth = asyncio.run(whole())
    assert len(smooth) == len(clip)
    inner = slice(FADE_BYTES, -FADE_BYTES)
    assert smooth[inner] == with_gain(clip, -6.0)[inner]
    assert abs(samples(smooth)[-1]) < 330
