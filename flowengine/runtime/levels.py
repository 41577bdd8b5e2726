"""Speech at one level, without clicks: what is kept, and what an engine gives while it is heard.

A gain on mu-law is one table of 256 bytes, so it costs `bytes.translate`: nothing beside the synthesis. The tables and
the measuring need no numpy, since the base install has none.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cache

from flowengine.runtime.audio import FRAME_BYTES, level_dbfs, mulaw_to_pcm16, pcm16_to_mulaw

LEVEL_DBFS = -20.0
"""Of the frames in which there is speech: the level of a telephone talker, and what the embedded voice gives."""
PEAK = 29_200
"""-1 dBFS, of 16 bit: a decoder's filter overshoots a little."""
MOST_GAIN_DB = 12.0
"""A voice that needs more is broken, and its noise would come up with it."""
LEAST_GAIN_DB = 0.5
"""Less than this nobody hears, and the audio stays byte for byte what the engine gave."""
SPEECH_BELOW_LOUDEST_DB = 30.0
"""Frames further below the loudest are pauses: they must not make a sentence louder."""
FADE_BYTES = 40
"""5 ms."""
QUIET_EDGE = 330
"""-40 dBFS: a clip that begins or ends no louder does not click."""


def speech_level(mulaw: bytes) -> float:
    """The RMS level in dBFS of the frames that hold speech, those of 20 ms within 30 dB of the loudest."""
    levels = [level_dbfs(mulaw[start : start + FRAME_BYTES]) for start in range(0, len(mulaw), FRAME_BYTES)]
    loudest = max(levels, default=-100.0)
    powers = [10 ** (level / 10) for level in levels if level >= loudest - SPEECH_BELOW_LOUDEST_DB]
    return 10 * math.log10(sum(powers) / len(powers)) if powers else -100.0


def gain_for(mulaw: bytes) -> float:
    """The gain in dB that brings a sentence to `LEVEL_DBFS`; less where its peak would pass -1 dBFS; 0 for silence."""
    level, peak = speech_level(mulaw), _peak(mulaw)
    if level <= LEVEL_DBFS - 40:
        return 0.0
    wanted = min(MOST_GAIN_DB, LEVEL_DBFS - level)
    room = 20 * math.log10(PEAK / peak)
    gain = min(wanted, room) if wanted > 0 else wanted
    return 0.0 if abs(gain) < LEAST_GAIN_DB else round(gain, 1)


def with_gain(mulaw: bytes, gain_db: float) -> bytes:
    """The same audio, so many dB louder; what would pass full scale is held at `PEAK`."""
    return mulaw.translate(_table(round(gain_db, 1))) if gain_db else mulaw


def faded(mulaw: bytes) -> bytes:
    """A whole sentence whose ends do not click: 5 ms up and down, where it begins or ends aloud."""
    return faded_out(_faded_in(mulaw))


async def smoothed(chunks: AsyncGenerator[bytes, None], gain_db: float) -> AsyncGenerator[bytes, None]:
    """Audio as it comes, louder by `gain_db` and with its ends faded. The last 5 ms wait until their end is known.

    An empty chunk, a sign of life, is handed on. Closing it closes `chunks`.
    """
    kept: bytes | None = None
    async with aclosing(chunks):
        async for chunk in chunks:
            if not chunk:
                yield chunk
                continue
            louder = with_gain(chunk, gain_db)
            whole = _faded_in(louder) if kept is None else kept + louder
            if len(whole) > FADE_BYTES:
                yield whole[:-FADE_BYTES]
            kept = whole[-FADE_BYTES:]
    if kept:
        yield faded_out(kept)


@cache
def _table(gain_db: float) -> bytes:
    factor = 10 ** (gain_db / 20)
    louder = (max(-PEAK, min(PEAK, round(sample * factor))) for sample in _SAMPLES)
    # What was louder than PEAK before any gain stays as it was.
    held = (new if abs(new) < PEAK or factor > 1 else old for new, old in zip(louder, _SAMPLES, strict=True))
    return pcm16_to_mulaw(b"".join(sample.to_bytes(2, "little", signed=True) for sample in held))


def _peak(mulaw: bytes) -> int:
    return max((abs(_SAMPLES[code]) for code in set(mulaw)), default=0) or 1


def _faded_in(mulaw: bytes) -> bytes:
    if not mulaw or abs(_SAMPLES[mulaw[0]]) <= QUIET_EDGE:
        return mulaw
    return begun_softly(mulaw)


def begun_softly(mulaw: bytes) -> bytes:
    """Up from nothing over the first 5 ms, wherever in a wave it begins."""
    return _ramp(mulaw[:FADE_BYTES]) + mulaw[FADE_BYTES:] if mulaw else mulaw


def faded_out(mulaw: bytes) -> bytes:
    """Down to nothing over the last 5 ms, where it ends aloud."""
    if not mulaw or abs(_SAMPLES[mulaw[-1]]) <= QUIET_EDGE:
        return mulaw
    return mulaw[:-FADE_BYTES] + _ramp(mulaw[-FADE_BYTES:][::-1])[::-1]


def _ramp(mulaw: bytes) -> bytes:
    """From nothing to full over its length."""
    step = 1 / len(mulaw)
    samples = (round(_SAMPLES[code] * at * step) for at, code in enumerate(mulaw))
    return pcm16_to_mulaw(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))


def _decoded() -> tuple[int, ...]:
    pcm = mulaw_to_pcm16(bytes(range(256)))
    return tuple(int.from_bytes(pcm[at : at + 2], "little", signed=True) for at in range(0, len(pcm), 2))


_SAMPLES = _decoded()
