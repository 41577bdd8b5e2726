"""Moonshine's model files, made fast: from the package's `.ort` files to three int8 ONNX graphs, once a machine.

The stock files keep every weight quantised and unpack all of them at every token: 1 to 2.4 s an utterance. So: save
them as ONNX; split the merged decoder, one `If` over "is there a cache?", into a graph for the first token and one for
the others; let the runtime fold the now constant weights; quantise the matrix products again, dynamically. After that
an utterance takes 0.03 to 0.15 s. About 9 s of work and 1.2 GB of disk while it runs, 221 MB in the cache.

Needs `onnx`, and only here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowengine.adapters.local.cache import cached, key_of
from flowengine.adapters.local.packages import folder, load, version_of
from flowengine.errors import SpeechError

RECIPE = "1"
"""Part of the cache's key: raise it when the conversion changes."""


@dataclass(frozen=True, slots=True)
class MoonshineFiles:
    """What the recogniser reads."""

    encoder: Path
    first: Path
    following: Path
    vocabulary: Path


def moonshine_files(progress: Callable[[str], None]) -> MoonshineFiles:
    """The converted files; converts when this machine has none. Raises MissingExtra or SpeechError."""
    source = folder("moonshine_cpp") / "models" / "base-en"
    encoder, decoder = source / "encoder_model.ort", source / "decoder_model_merged.ort"
    vocabulary = source / "tokenizer.bin"
    for path in (encoder, decoder, vocabulary):
        if not path.is_file():
            raise SpeechError(
                f"moonshine-cpp has no file {path.name}: install the version that flowengine[local] names"
            )
    key = key_of(RECIPE, version_of("moonshine-cpp"), version_of("onnxruntime"), files=(encoder, decoder))

    def make(target: Path) -> None:
        progress("converting the recogniser's model (once a machine, about ten seconds)")
        _convert(encoder, decoder, target)

    made = cached(f"moonshine-base-en-{key}", make)
    return MoonshineFiles(made / "encoder.onnx", made / "first.onnx", made / "following.onnx", vocabulary)


def _convert(encoder: Path, decoder: Path, target: Path) -> None:
    onnx = load("onnx")
    work = target / "work"
    work.mkdir()
    _save_as_onnx(encoder, work / "encoder.split.onnx")
    _save_as_onnx(decoder, work / "decoder.onnx")
    merged = onnx.load(str(work / "decoder.onnx"))
    # The branch taken with a cache makes every token but the first.
    for branch, name in (("else_branch", "first"), ("then_branch", "following")):
        onnx.save(_one_branch(merged, branch), str(work / f"{name}.split.onnx"))
    del merged
    for name in ("encoder", "first", "following"):
        fold(work / f"{name}.split.onnx", work / f"{name}.folded.onnx")
        quantise(work / f"{name}.folded.onnx", target / f"{name}.onnx")
        (work / f"{name}.folded.onnx").unlink()
    for leftover in work.iterdir():
        leftover.unlink()
    work.rmdir()


def _save_as_onnx(source: Path, target: Path) -> None:
    runtime = load("onnxruntime")
    options = _options(runtime, target)
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.save_model_format", "ONNX")
    runtime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def fold(source: Path, target: Path) -> None:
    """Save a graph with all that is constant in it worked out."""
    runtime = load("onnxruntime")
    options = _options(runtime, target)
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    runtime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def _options(runtime: Any, target: Path) -> Any:
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    options.optimized_model_filepath = str(target)
    return options


def quantise(source: Path, target: Path, *, exact: bool = False) -> None:
    """Save a graph with its matrix products in int8.

    `exact`: a scale for each column, and seven bits, which no processor's 16-bit sums can overflow.
    """
    quantization = load("onnxruntime.quantization")
    # It advises a preprocessing that folding has done already.
    logging.disable(logging.WARNING)
    quantization.quantize_dynamic(
        str(source),
        str(target),
        op_types_to_quantize=["MatMul"],
        per_channel=exact,
        reduce_range=exact,
        weight_type=quantization.QuantType.QInt8,
    )
    logging.disable(logging.NOTSET)


def _one_branch(merged: Any, branch: str) -> Any:
    """A model of one side of the decoder's `If`, with the weights' nodes around it and nothing that it doesn't need."""
    onnx = load("onnx")
    graph = merged.graph
    choice = next(node for node in graph.node if node.op_type == "If")
    body = next(attribute.g for attribute in choice.attribute if attribute.name == branch)
    outside = {inner.name: outer for inner, outer in zip(body.output, choice.output, strict=True)}
    nodes = [node for node in graph.node if node.op_type != "If"]
    for inner_node in body.node:
        node = onnx.NodeProto()
        node.CopyFrom(inner_node)
        for names in (node.input, node.output):
            names[:] = [outside.get(name, name) for name in names]
        nodes.append(node)
    made = {name for node in nodes for name in node.output}
    outputs = [output for output in graph.output if output.name in made]
    wanted = {output.name for output in outputs}
    kept = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            kept.append(node)
            wanted.update(node.input)
    one = onnx.helper.make_graph(
        kept[::-1],
        branch,
        [given for given in graph.input if given.name in wanted],
        outputs,
        [weight for weight in (*graph.initializer, *body.initializer) if weight.name in wanted],
    )
    return onnx.helper.make_model(one, opset_imports=merged.opset_import, ir_version=merged.ir_version)
