"""What is to be heard in the audio of a call, though the machine that sent it was busy and stood still meanwhile."""

from __future__ import annotations

from flowengine.adapters.scripted.code import encode
from flowengine.runtime.audio import FRAME_BYTES


def words(text: str) -> bytes:
    """As the scripted voice says them, without the frame that closes a sentence: between two it is left out."""
    return encode(text)[:-FRAME_BYTES]


def where(sound: bytes, audio: bytes, after: int = 0) -> tuple[int, int] | None:
    """From where to where it is in the audio, from its first frame to its last, quiet between them or not."""
    begins, at = None, after
    for start in range(0, len(sound), FRAME_BYTES):
        frame = sound[start : start + FRAME_BYTES]
        if (found := audio.find(frame, at)) < 0:
            return None
        begins = found if begins is None else begins
        at = found + len(frame)
    return None if begins is None else (begins, at)
