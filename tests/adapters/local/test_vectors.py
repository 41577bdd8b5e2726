"""What was learnt is kept over the end of the process, within bounds, and a damaged file does no harm."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="flowengine[meaning] is not installed")

import numpy as np

from flowengine.adapters.local import vectors
from flowengine.adapters.local.sentences import DIMENSIONS, Vector
from flowengine.adapters.local.vectors import Vectors


def made(seed: int) -> Vector:
    return np.random.default_rng(seed).normal(size=DIMENSIONS).astype(np.float32)


def complaint(text: str) -> None:
    raise AssertionError(text)


def kept(root: Path, *texts: str) -> Vectors:
    store = Vectors("k", root)
    for index, text in enumerate(texts):
        store.put(text, made(index))
    store.save(complaint)
    return store


def test_a_vector_is_kept_by_the_words_that_the_model_was_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So an example is not reckoned twice for a question mark, and is reckoned anew where other words are shown."""
    kept(tmp_path, "can you elaborate")
    again = Vectors("k", tmp_path)
    assert again.get("Can you elaborate?") is not None
    monkeypatch.setattr(vectors, "bare", str.upper)
    assert again.get("can you elaborate") is None


def test_vectors_come_back_by_their_texts(tmp_path: Path) -> None:
    kept(tmp_path, "one", "two", "half\ud800")
    again = Vectors("k", tmp_path)
    for index, text in enumerate(("one", "two", "half\ud800")):
        found = again.get(text)
        assert found is not None
        assert np.array_equal(found, made(index))
    assert again.get("three") is None


def test_another_model_has_vectors_of_its_own(tmp_path: Path) -> None:
    kept(tmp_path, "one")
    assert Vectors("other", tmp_path).get("one") is None


def test_no_text_is_in_the_file(tmp_path: Path) -> None:
    kept(tmp_path, "take me off your list")
    (file,) = tmp_path.iterdir()
    assert b"list" not in file.read_bytes()


@pytest.mark.parametrize("harm", ["cut", "cut to a record", "turned", "empty", "a folder"])
def test_a_damaged_file_is_dropped_and_written_again(tmp_path: Path, harm: str) -> None:
    kept(tmp_path, "one", "two")
    (file,) = tmp_path.iterdir()
    raw = file.read_bytes()
    turned = raw[:-3] + bytes([raw[-3] ^ 1]) + raw[-2:]
    written = {"cut": raw[:-7], "cut to a record": raw[: 32 + 1552], "turned": turned, "empty": b""}
    if harm == "a folder":
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(written[harm])
    store = Vectors("k", tmp_path)
    assert len(store) == 0
    if harm == "a folder":
        file.rmdir()
    store.put("one", made(0))
    store.save(complaint)
    assert Vectors("k", tmp_path).get("one") is not None


def test_what_was_wanted_longest_ago_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "MOST_KEPT", 3)
    store = kept(tmp_path, "one", "two", "three")
    store.get("one")
    store.put("four", made(4))
    store.save(complaint)
    again = Vectors("k", tmp_path)
    assert [text for text in ("one", "two", "three", "four") if again.get(text) is not None] == ["one", "three", "four"]


def test_a_disk_that_refuses_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Vectors("k", tmp_path / "file")
    store.put("one", made(0))
    told: list[str] = []
    store.save(told.append)
    assert len(told) == 1
    assert "cannot be kept" in told[0]
    assert store.get("one") is not None


def test_what_has_not_changed_is_not_written(tmp_path: Path) -> None:
    store = kept(tmp_path, "one")
    (file,) = tmp_path.iterdir()
    file.unlink()
    store.get("one")
    store.save(complaint)
    assert list(tmp_path.iterdir()) == []
