"""Whatever a speech service sends as audio, turned into mu-law at 8 kHz as it comes.

Takes mu-law, PCM of any rate, WAV with its header on the first chunk or on every one, and MP3 where a decoder is
installed. The services' formats are declared; a WAV or an MP3 that was not declared is recognised by its first bytes.
"""

from __future__ import annotations

import importlib
from array import array
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from typing import Any, Protocol

from flowengine.adapters.nova2.messages import MULAW, PCM, AudioFormat
from flowengine.errors import MissingExtra, ProtocolError
from flowengine.runtime.audio import SAMPLE_RATE
from flowengine.runtime.resample import Resampler
from flowengine.runtime.wav import WavFormat, parse_header, samples_as_mulaw, to_samples

PIECE_BYTES = 2000
"""Worked on in one go: under a millisecond of the loop's time."""


class Decoder(Protocol):
    """Bytes of one encoding in, mu-law out."""

    def feed(self, data: bytes) -> bytes: ...

    def flush(self) -> bytes: ...


class IncomingAudio:
    """The audio of one sentence. Raises ProtocolError for what can't be read, MissingExtra without an MP3 decoder."""

    def __init__(self, declared: AudioFormat) -> None:
        self._declared = declared
        self._decoder: Decoder | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The mu-law of one message, piece by piece."""
        if data[:4] == b"RIFF":
            yield from self._wav(data)
            return
        if self._decoder is None:
            self._decoder = _decoder(self._declared, data)
        for start in range(0, len(data), PIECE_BYTES):
            if mulaw := self._decoder.feed(data[start : start + PIECE_BYTES]):
                yield mulaw

    def flush(self) -> bytes:
        """The end: what the filters still hold."""
        return b"" if self._decoder is None else self._decoder.flush()

    def _wav(self, data: bytes) -> Iterator[bytes]:
        form = parse_header(data)
        if not isinstance(self._decoder, _Wav) or not self._decoder.takes(form):
            yield self.flush()
            self._decoder = _Wav(form)
        for start in range(form.data_offset, form.data_offset + form.data_length, PIECE_BYTES):
            end = min(start + PIECE_BYTES, form.data_offset + form.data_length)
            if mulaw := self._decoder.feed(data[start:end]):
                yield mulaw


def _decoder(declared: AudioFormat, data: bytes) -> Decoder:
    encoding = declared.encoding
    if data[:3] == b"ID3" or encoding in {"mp3", "mpeg", "audio/mpeg"}:
        return _Mp3()
    if encoding in MULAW:
        if declared.sample_rate == SAMPLE_RATE and declared.channels == 1:
            return _Telephone()
        return _Wav(WavFormat(7, declared.channels, declared.sample_rate, 8, 0, 0))
    if encoding in PCM:
        return _Wav(WavFormat(1, declared.channels, declared.sample_rate, 16, 0, 0))
    if encoding in {"wav", "wave", "audio/wav"}:
        raise ProtocolError("audio declared as WAV that does not begin with a WAV header")
    raise ProtocolError(f"audio in the encoding {encoding!r}, which is not mulaw, pcm_s16le, wav or mp3")


class _Telephone:
    """Mu-law at 8 kHz already."""

    def feed(self, data: bytes) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


class _Wav:
    """Samples of any width and rate. A sample cut in two by the end of a message is put together again."""

    def __init__(self, form: WavFormat) -> None:
        self._form = form
        self._frame = form.bits // 8 * form.channels
        self._resampler = Resampler(form.sample_rate, SAMPLE_RATE)
        self._rest = b""

    def takes(self, form: WavFormat) -> bool:
        """A later header says the same."""
        return replace(form, data_offset=0, data_length=0) == replace(self._form, data_offset=0, data_length=0)

    def feed(self, data: bytes) -> bytes:
        data = self._rest + data
        whole = len(data) - len(data) % self._frame
        self._rest = data[whole:]
        return samples_as_mulaw(self._resampler.feed(to_samples(data[:whole], self._form)))

    def flush(self) -> bytes:
        return samples_as_mulaw(self._resampler.flush())


class _Mp3:
    """By PyAV, which brings its decoder along."""

    def __init__(self) -> None:
        if find_spec("av") is None:
            raise MissingExtra("the speech service sends MP3, which needs a decoder: pip install av")
        av: Any = importlib.import_module("av")
        self._unreadable: type[Exception] = av.error.InvalidDataError
        self._codec = av.CodecContext.create("mp3", "r")
        self._to_mono = av.AudioResampler(format="s16", layout="mono")
        self._resampler: Resampler | None = None

    def feed(self, data: bytes) -> bytes:
        return b"".join(self._decoded(packet) for packet in self._codec.parse(data))

    def flush(self) -> bytes:
        rest = b"".join(self._decoded(packet) for packet in (*self._codec.parse(b""), None))
        if self._resampler is None:
            raise ProtocolError("audio declared as MP3 in which there is none")
        return rest + samples_as_mulaw(self._resampler.flush())

    def _decoded(self, packet: Any) -> bytes:
        mulaw = b""
        try:
            frames = self._codec.decode(packet)
        except self._unreadable:
            # Tags and the like between the frames; what matters is whether any sound comes of it all.
            return mulaw
        for frame in frames:
            for mono in self._to_mono.resample(frame):
                self._resampler = self._resampler or Resampler(mono.sample_rate, SAMPLE_RATE)
                samples = array("h", bytes(mono.planes[0])[: 2 * mono.samples])
                mulaw += samples_as_mulaw(self._resampler.feed(samples))
        return mulaw


class IncomingCaller:
    """The other direction, for the server: a caller's audio in the format of its `init`, to mu-law."""

    def __init__(self, declared: AudioFormat, bits: int) -> None:
        if bits not in (8, 16, 24, 32):
            raise ProtocolError(f"samples of {bits} bits")
        encoding = 7 if declared.encoding in MULAW else 1
        if encoding == 1 and declared.encoding not in PCM:
            raise ProtocolError(f"audio in the encoding {declared.encoding!r}, which is not pcm_s16le or mulaw")
        width = 8 if encoding == 7 else bits
        self._decoder = _Wav(WavFormat(encoding, declared.channels, declared.sample_rate, width, 0, 0))

    def feed(self, data: bytes) -> bytes:
        return self._decoder.feed(data)
