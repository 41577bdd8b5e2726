"""WAV files of all sorts become the same telephone audio."""

from __future__ import annotations

import math
import struct
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from flowengine.errors import ProtocolError
from flowengine.runtime.audio import duration_ms, level_dbfs, mulaw_to_pcm16, pcm16_to_mulaw
from flowengine.runtime.resample import Resampler
from flowengine.runtime.wav import read_wav, write_wav


def sine(rate: int, hertz: float = 440.0, seconds: float = 0.5) -> list[float]:
    return [0.5 * math.sin(2 * math.pi * hertz * n / rate) for n in range(int(rate * seconds))]


def wav(data: bytes, *, encoding: int, bits: int, rate: int, channels: int = 1, declared: int | None = None) -> bytes:
    width = bits // 8 * channels
    form = struct.pack("<HHIIHH", encoding, channels, rate, rate * width, width, bits)
    length = len(data) if declared is None else declared
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"LIST\x03\0\0\0abc\0data" + struct.pack("<I", length)
    return b"RIFF" + struct.pack("<I", len(body) + len(data)) + body + data


def pitch(mulaw: bytes) -> float:
    samples = struct.unpack(f"<{len(mulaw)}h", mulaw_to_pcm16(mulaw))
    rising = sum(1 for before, after in pairwise(samples) if before < 0 <= after)
    return rising / (len(samples) / 8000)


@pytest.mark.parametrize(
    ("encoding", "bits", "pack"),
    [
        (1, 8, lambda value: struct.pack("<B", round(value * 127) + 128)),
        (1, 16, lambda value: struct.pack("<h", round(value * 32767))),
        (1, 24, lambda value: struct.pack("<i", round(value * 8388607))[:3]),
        (1, 32, lambda value: struct.pack("<i", round(value * 2147483647))),
        (3, 32, lambda value: struct.pack("<f", value)),
        (3, 64, lambda value: struct.pack("<d", value)),
        (7, 8, lambda value: pcm16_to_mulaw(struct.pack("<h", round(value * 32767)))),
    ],
)
@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100])
def test_the_same_tone_comes_out_of_every_encoding_and_rate(encoding, bits, pack, rate) -> None:  # type: ignore[no-untyped-def]
    data = b"".join(pack(value) for value in sine(rate))
    mulaw = read_wav(wav(data, encoding=encoding, bits=bits, rate=rate))
    assert duration_ms(mulaw) == pytest.approx(500, abs=2)
    assert pitch(mulaw) == pytest.approx(440, abs=4)
    assert level_dbfs(mulaw) == pytest.approx(-9.0, abs=0.4)


def test_channels_are_mixed() -> None:
    data = b"".join(struct.pack("<hh", round(value * 32767), 0) for value in sine(16000))
    assert level_dbfs(read_wav(wav(data, encoding=1, bits=16, rate=16000, channels=2))) == pytest.approx(-15, abs=0.4)


def test_a_streams_header_with_an_endless_length_is_read_to_the_end() -> None:
    data = b"".join(struct.pack("<h", round(value * 32767)) for value in sine(8000))
    mulaw = read_wav(wav(data, encoding=1, bits=16, rate=8000, declared=0xFFFFFFFF))
    assert duration_ms(mulaw) == 500


def test_what_is_written_can_be_read(tmp_path: Path) -> None:
    mulaw = bytes(range(256)).replace(b"\x7f", b"\xff") * 10
    write_wav(tmp_path / "call.wav", mulaw)
    assert read_wav(tmp_path / "call.wav") == mulaw


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "does not begin with RIFF"),
        (b"ID3\x04 an mp3 by another name", "does not begin with RIFF"),
        (b"RIFF\x04\0\0\0WAVE", "without samples"),
        (wav(b"\0\0", encoding=2, bits=4, rate=8000), "encoding 2"),
        (wav(b"\0\0", encoding=1, bits=16, rate=8000, channels=99), "99 channels"),
        (b"RIFF\x10\0\0\0WAVEdata\x02\0\0\0ab", "before their format"),
        (b"RIFF\x10\0\0\0WAVEfmt \x02\0\0\0ab", "cut short"),
    ],
)
def test_what_is_no_wav_is_refused_with_the_reason(raw: bytes, message: str) -> None:
    with pytest.raises(ProtocolError, match=message):
        read_wav(raw)


@pytest.mark.parametrize("piece", [1, 7, 160, 480, 5000])
def test_resampling_in_pieces_gives_what_the_whole_gives(piece: int) -> None:
    samples = array("h", (round(value * 32767) for value in sine(24000, seconds=0.2)))
    whole = Resampler(24000, 8000)
    expected = whole.feed(samples) + whole.flush()
    stream = Resampler(24000, 8000)
    pieces = array("h")
    for start in range(0, len(samples), piece):
        pieces += stream.feed(samples[start : start + piece])
    assert pieces + stream.flush() == expected
    assert len(expected) == pytest.approx(1600, abs=1)


def test_a_tone_above_the_telephone_band_does_not_fold_into_it() -> None:
    samples = array("h", (round(value * 32767) for value in sine(24000, hertz=5200.0)))
    resampler = Resampler(24000, 8000)
    out = resampler.feed(samples) + resampler.flush()
    inner = out[200:-200]
    assert max(map(abs, inner)) < 40


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        Resampler(0, 8000)
