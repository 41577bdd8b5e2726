"""Clips in a folder: sound, bounded, shared."""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from flowengine.runtime.clips import Clip, ClipFolder, Line
from tests.patience import PATIENCE_S

LINE = Line("Hello.", "amy")
CLIP = Clip(b"\x11" * 4000, -2.5)


def test_a_clip_is_found_again_by_another_process_of_the_same_making(tmp_path: Path) -> None:
    ClipFolder(tmp_path).write(LINE, "engine 1", CLIP)
    assert ClipFolder(tmp_path).read(LINE, "engine 1") == CLIP


@pytest.mark.parametrize(
    ("line", "engine"),
    [
        (replace(LINE, text="Hello!"), "engine 1"),
        (replace(LINE, voice=None), "engine 1"),
        (replace(LINE, language="cy-GB"), "engine 1"),
        (LINE, "engine 2"),
    ],
)
def test_another_text_voice_language_or_engine_is_another_clip(tmp_path: Path, line: Line, engine: str) -> None:
    folder = ClipFolder(tmp_path)
    folder.write(LINE, "engine 1", CLIP)
    assert not folder.has(line, engine)
    assert folder.read(line, engine) is None


@pytest.mark.parametrize("damage", ["cut", "flipped", "emptied", "replaced"])
def test_a_damaged_clip_is_taken_away_with_a_line_of_log(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = ClipFolder(tmp_path)
    folder.write(LINE, "engine 1", CLIP)
    (path,) = tmp_path.iterdir()
    data = path.read_bytes()
    flipped = data[:100] + bytes([data[100] ^ 1]) + data[101:]
    path.write_bytes({"cut": data[:-1], "flipped": flipped, "emptied": b"", "replaced": b"RIFF" * 99}[damage])
    with caplog.at_level(logging.WARNING):
        assert folder.read(LINE, "engine 1") is None
    assert [record.message for record in caplog.records] == ["a clip was damaged and is made anew"]
    assert not folder.has(LINE, "engine 1")


def test_the_clip_that_was_used_longest_ago_leaves_first(tmp_path: Path) -> None:
    folder = ClipFolder(tmp_path, limit_bytes=3 * 4100)
    lines = [Line(f"Number {number}.") for number in range(3)]
    for age, line in enumerate(lines):
        folder.write(line, "engine 1", CLIP)
        path = tmp_path / folder.name(line, "engine 1")
        os.utime(path, (time.time() - 9000 + age, time.time() - 9000 + age))
    assert folder.read(lines[0], "engine 1") is not None, "used now"
    folder.write(LINE, "engine 1", CLIP)
    assert [folder.has(line, "engine 1") for line in (*lines, LINE)] == [True, False, True, True]


def test_a_clip_that_is_larger_than_the_folder_may_be_is_not_kept(tmp_path: Path) -> None:
    folder = ClipFolder(tmp_path / "clips", limit_bytes=1000)
    folder.write(LINE, "engine 1", CLIP)
    assert not folder.has(LINE, "engine 1")


def test_a_folder_that_cannot_be_written_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    folder = ClipFolder(tmp_path / "file")
    with caplog.at_level(logging.WARNING):
        folder.write(LINE, "engine 1", CLIP)
        folder.write(LINE, "engine 1", CLIP)
    assert [record.message for record in caplog.records] == ["clips cannot be kept"]
    assert folder.read(LINE, "engine 1") is None


def test_what_an_interrupted_process_left_behind_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "old.making").write_bytes(b"half")
    os.utime(tmp_path / "old.making", (1, 1))
    (tmp_path / "new.making").write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("not ours")
    ClipFolder(tmp_path).write(LINE, "engine 1", CLIP)
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".clip"} == {"new.making", "notes.txt"}


def _hammer(folder: Path) -> None:
    """Write the same few clips again and again; none that is read may be anything but whole."""
    clips = ClipFolder(folder, limit_bytes=5 * 4100)
    for turn in range(120):
        line = Line(f"Number {turn % 7}.")
        clips.write(line, "engine 1", CLIP)
        found = clips.read(line, "engine 1")
        assert found in (None, CLIP)


def test_processes_share_a_folder_without_harm(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_hammer, args=(tmp_path,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE_S)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".making"]
