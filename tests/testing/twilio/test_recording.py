"""The stereo recording of a call."""

from __future__ import annotations

import wave
from pathlib import Path

from flowengine.testing.twilio.recording import write_stereo


def test_a_recording_has_the_caller_on_the_left(tmp_path: Path) -> None:
    write_stereo(tmp_path / "call.wav", b"\x80" * 160, b"\xff" * 320)
    with wave.open(str(tmp_path / "call.wav"), "rb") as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 8000, 320)
        frames = file.readframes(320)
    left, right = frames[0:2], frames[2:4]
    assert int.from_bytes(left, "little", signed=True) > 30000
    assert right == b"\x00\x00"
    assert frames[-4:] == b"\x00\x00\x00\x00"
