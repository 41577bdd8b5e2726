"""The quiet that an engine puts around a sentence, taken off: dead air before the first word is a late answer.

What is left is the same for every voice and for a clip as for audio as it comes: a moment before the first sound, and
as much after the last as the end of a word needs. The pause between two sentences is then the speaker's alone.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from flowengine.runtime.audio import level_dbfs

FRAME_BYTES = 80
"""10 ms."""
SOUND_DBFS = -50.0
"""A frame that is quieter is heard as silence: 30 dB below speech."""
BEFORE_BYTES = 160
"""20 ms: a soft "h" or "f" begins below `SOUND_DBFS`."""
AFTER_BYTES = 640
"""80 ms, in which a last consonant fades."""


async def trimmed(chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Audio as it comes, less the quiet around it. Quiet in the middle waits for the sound after it.

    Audio without any sound is given as it is, at its end. An empty chunk is handed on. Closing it closes `chunks`.
    """
    kept, begun = b"", False
    async with aclosing(chunks):
        async for chunk in chunks:
            if not chunk:
                yield chunk
                continue
            kept += chunk
            if (last := _last_sound(kept)) is None:
                continue
            first = 0 if begun else _first_sound(kept)
            sounding, kept, begun = kept[first:last], kept[last:], True
            yield sounding
    rest = kept[:AFTER_BYTES] if begun else kept
    if rest:
        yield rest


def without_quiet(mulaw: bytes) -> bytes:
    """The same for audio that is whole."""
    last = _last_sound(mulaw)
    return mulaw if last is None else mulaw[_first_sound(mulaw) : last + AFTER_BYTES]


def _first_sound(mulaw: bytes) -> int:
    """Where to begin: a moment before the first frame with sound in it."""
    frames = range(0, len(mulaw), FRAME_BYTES)
    first = next((at for at in frames if level_dbfs(mulaw[at : at + FRAME_BYTES]) >= SOUND_DBFS), 0)
    return max(0, first - BEFORE_BYTES)


def _last_sound(mulaw: bytes) -> int | None:
    """Where the last frame with sound in it ends. Speech is seldom quiet, so the first look mostly finds it."""
    ends = range(len(mulaw), 0, -FRAME_BYTES)
    return next((end for end in ends if level_dbfs(mulaw[max(0, end - FRAME_BYTES) : end]) >= SOUND_DBFS), None)
