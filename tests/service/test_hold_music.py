"""The operator's music for callers who wait, and the tune of our own: level, seam, and what cannot be played."""

from __future__ import annotations

import os
from array import array
from itertools import pairwise
from pathlib import Path

import pytest

from flowengine.errors import SettingsError
from flowengine.runtime.audio import level_dbfs, mulaw_to_pcm16
from flowengine.runtime.hold_tune import LEVEL_DBFS, SEAM_S, tune
from flowengine.runtime.wav import write_wav
from flowengine.service.hold_music import MOST_BYTES, hold_music


def steps(mulaw: bytes) -> tuple[int, int]:
    """How far the signal jumps from the loop's end to its beginning, and the farthest that it goes anywhere in it."""
    pcm = array("h")
    pcm.frombytes(mulaw_to_pcm16(mulaw))
    return abs(pcm[0] - pcm[-1]), max(abs(after - before) for before, after in pairwise(pcm))


def test_the_tune_is_a_little_below_speech_and_has_no_seam() -> None:
    seam, farthest = steps(tune())
    assert level_dbfs(tune()) == pytest.approx(LEVEL_DBFS, abs=0.5)
    assert seam < farthest


def test_a_recording_is_brought_to_our_level_and_closed_to_a_loop(tmp_path: Path) -> None:
    write_wav(tmp_path / "music.wav", tune()[3000:60000])
    loop = hold_music(tmp_path / "music.wav")
    assert loop is not None
    assert len(loop) == 57000 - SEAM_S * 8000
    assert level_dbfs(loop) == pytest.approx(LEVEL_DBFS, abs=0.5)
    seam, farthest = steps(loop)
    assert seam < farthest


def test_without_a_recording_there_is_our_own_tune() -> None:
    assert hold_music(None) is None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "is not there"),
        (b"hello", "not a WAV file"),
        (b"\xff" * 40_000, "no sound in it"),
        (b"\x80" * 4000, "2 s"),
    ],
)
def test_what_cannot_be_played_is_named_with_its_reason(tmp_path: Path, content: bytes | None, why: str) -> None:
    path = tmp_path / "music.wav"
    if content is not None and content != b"hello":
        write_wav(path, content)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=why) as raised:
        hold_music(path)
    assert str(raised.value).startswith(f"FLOWENGINE_HOLD_MUSIC names {str(path)!r}")


def test_what_has_no_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "music.wav")
    with pytest.raises(SettingsError, match="is no file that has an end: name a WAV file"):
        hold_music(tmp_path / "music.wav")


def test_a_recording_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "music.wav").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(SettingsError, match="is too large: 512 MiB do"):
        hold_music(tmp_path / "music.wav")
