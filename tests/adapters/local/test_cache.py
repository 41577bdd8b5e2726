"""Converted models: made once, whole or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from flowengine.adapters.local.cache import cache_folder, cached, key_of


def test_a_folder_is_made_once(tmp_path: Path) -> None:
    made = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "model").write_text("weights")

    assert cached("m", make, tmp_path) == cached("m", make, tmp_path) == tmp_path / "m"
    assert len(made) == 1
    assert (tmp_path / "m" / "model").read_text() == "weights"


def test_a_failure_leaves_nothing_and_the_next_may_try(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("x")
        raise MemoryError

    with pytest.raises(MemoryError):
        cached("m", fail, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert cached("m", lambda folder: None, tmp_path).is_dir()


def test_many_at_once_make_it_once(tmp_path: Path) -> None:
    made: list[Path] = []
    together = threading.Barrier(5)

    def make(folder: Path) -> None:
        made.append(folder)

    def want() -> None:
        together.wait()
        cached("m", make, tmp_path)

    threads = [threading.Thread(target=want) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


@pytest.mark.skipif(os.name == "nt", reason="process ids are not asked there")
def test_a_maker_that_died_is_taken_over_from(tmp_path: Path) -> None:
    (tmp_path / ".m.making").write_text("4194304")
    assert cached("m", lambda folder: None, tmp_path).is_dir()


def test_the_key_changes_with_every_part_and_file(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    file.write_bytes(b"1")
    before = key_of("1", "2", files=(file,))
    assert before == key_of("1", "2", files=(file,))
    assert before != key_of("12", "", files=(file,))
    file.write_bytes(b"2")
    assert before != key_of("1", "2", files=(file,))


def test_the_folder_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "flowengine"
