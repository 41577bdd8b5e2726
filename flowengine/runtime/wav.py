"""WAV files to telephone audio and back.

Reads what recorders write: PCM of 8, 16, 24 or 32 bits, float, mu-law; any rate; any number of channels, mixed to one.
The standard library's `wave` refuses mu-law and float, so the chunks are read here.
"""

from __future__ import annotations

import struct
import sys
import wave
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flowengine.errors import ProtocolError
from flowengine.runtime.audio import SAMPLE_RATE, mulaw_to_pcm16, pcm16_to_mulaw
from flowengine.runtime.resample import Resampler

_PCM, _FLOAT, _MULAW, _EXTENSIBLE = 1, 3, 7, 0xFFFE
_MAX_RATE = 384_000


@dataclass(frozen=True, slots=True)
class WavFormat:
    """What the `fmt ` chunk says, and where the samples begin in the bytes it was read from."""

    encoding: int
    channels: int
    sample_rate: int
    bits: int
    data_offset: int
    data_length: int


def read_wav(source: Path | bytes) -> bytes:
    """The sound of a WAV file as mu-law, 8 kHz, mono. Raises ProtocolError when it is not a WAV that can be read."""
    raw = source if isinstance(source, bytes) else source.read_bytes()
    form = parse_header(raw)
    data = raw[form.data_offset : form.data_offset + form.data_length]
    if form.encoding == _MULAW and form.channels == 1 and form.sample_rate == SAMPLE_RATE:
        return data
    return samples_to_mulaw(to_samples(data, form), form.sample_rate)


def write_wav(path: Path, mulaw: bytes) -> None:
    """Keep telephone audio as a WAV that every player opens: 16-bit PCM, 8 kHz, mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(mulaw_to_pcm16(mulaw))


def samples_to_mulaw(samples: array[int], sample_rate: int) -> bytes:
    """16-bit mono samples of any rate as mu-law at 8 kHz."""
    resampler = Resampler(sample_rate, SAMPLE_RATE)
    return samples_as_mulaw(resampler.feed(samples)) + samples_as_mulaw(resampler.flush())


def samples_as_mulaw(samples: array[int]) -> bytes:
    """16-bit samples that are at 8 kHz already as mu-law."""
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return pcm16_to_mulaw(samples.tobytes())


def parse_header(raw: bytes) -> WavFormat:
    """Find the format and the samples. A `data` chunk longer than the bytes (a stream's header) runs to their end."""
    if len(raw) < 12 or raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
        raise ProtocolError("not a WAV file: it does not begin with RIFF and WAVE")
    form: tuple[int, int, int, int] | None = None
    for name, offset, length in _chunks(raw):
        if name == b"fmt ":
            form = _format(raw[offset : offset + length])
        elif name == b"data":
            if form is None:
                raise ProtocolError("a WAV file whose samples come before their format")
            return WavFormat(*form, data_offset=offset, data_length=min(length, len(raw) - offset))
    raise ProtocolError("a WAV file without samples")


def to_samples(data: bytes, form: WavFormat) -> array[int]:
    """The samples as 16-bit numbers, channels mixed to one. An incomplete last sample is left out."""
    width = form.bits // 8
    data = data[: len(data) - len(data) % (width * form.channels)]
    samples = _decoded(data, form)
    if form.channels > 1:
        mixed = zip(*(samples[channel :: form.channels] for channel in range(form.channels)), strict=True)
        samples = array("h", (sum(together) // form.channels for together in mixed))
    return samples


def _chunks(raw: bytes) -> Iterator[tuple[bytes, int, int]]:
    at = 12
    while at + 8 <= len(raw):
        name, length = struct.unpack_from("<4sI", raw, at)
        yield name, at + 8, length
        at += 8 + length + length % 2


def _format(chunk: bytes) -> tuple[int, int, int, int]:
    if len(chunk) < 16:
        raise ProtocolError("a WAV file with a format chunk cut short")
    encoding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if encoding == _EXTENSIBLE and len(chunk) >= 26:
        encoding = struct.unpack_from("<H", chunk, 24)[0]
    readable = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64), _MULAW: (8,)}
    if bits not in readable.get(encoding, ()):
        raise ProtocolError(f"a WAV file of encoding {encoding} with {bits} bits, which is not PCM, float or mu-law")
    if not 1 <= channels <= 32 or not 1000 <= rate <= _MAX_RATE:
        raise ProtocolError(f"a WAV file of {channels} channels at {rate} Hz")
    return encoding, channels, rate, bits


def _decoded(data: bytes, form: WavFormat) -> array[int]:
    match form.encoding, form.bits:
        case 7, _:
            return _native(array("h"), mulaw_to_pcm16(data))
        case 1, 8:
            return array("h", ((byte - 128) << 8 for byte in data))
        case 1, 16:
            return _native(array("h"), data)
        case 1, bits:
            # The two highest bytes of every sample are its 16-bit value.
            width = bits // 8
            high = bytearray(len(data) // width * 2)
            high[0::2], high[1::2] = data[width - 2 :: width], data[width - 1 :: width]
            return _native(array("h"), bytes(high))
        case _, bits:
            values = struct.unpack(f"<{len(data) // (bits // 8)}{'f' if bits == 32 else 'd'}", data)
            return array("h", (round(32767 * max(-1.0, min(1.0, value))) if value == value else 0 for value in values))


def _native(samples: array[int], little_endian: bytes) -> array[int]:
    samples.frombytes(little_endian)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
