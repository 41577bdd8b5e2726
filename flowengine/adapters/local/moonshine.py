"""Moonshine base-en on onnxruntime: one utterance of telephone audio to its words."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowengine.adapters.local.conversion import MoonshineFiles
from flowengine.adapters.local.endpointing import Transcription
from flowengine.adapters.local.packages import load

START, END = 1, 2
TOKENS_A_SECOND = 6.5
"""The authors' limit: beyond it the decoder repeats itself."""
SHORTEST_SAMPLES = 4000
"""A quarter of a second at 16 kHz; the encoder's convolutions need some length."""
SILENT = 0.85
"""So likely the end has to be the first sign for there to be no words. It is 0.88 in digital silence, 0.976 or more in
noise, coughs, cleared throats and tones; in rows of digits with quiet behind them up to 0.80, and they were lost."""
_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"


def session(path: Path, threads: int = 1) -> Any:
    """A model ready to run. Threads don't spin: between two utterances they would eat the calls' time."""
    runtime = load("onnxruntime")
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def read_vocabulary(raw: bytes) -> list[bytes]:
    """The tokens of `tokenizer.bin`: each its length in one byte, or two (low seven bits first), and its UTF-8."""
    tokens = []
    at = 0
    while at < len(raw):
        length = raw[at]
        at += 1
        if length >= 128:
            length += 128 * raw[at] - 128
            at += 1
        tokens.append(raw[at : at + length])
        at += length
    return tokens


class Moonshine:
    """Greedy decoding with a key-value cache. Thread-safe: an utterance keeps its state on the stack."""

    name = "moonshine base-en"

    def __init__(self, files: MoonshineFiles, threads: int = 1) -> None:
        self._encoder = session(files.encoder, threads)
        self._first = session(files.first, threads)
        self._following = session(files.following, threads)
        self._vocabulary = read_vocabulary(files.vocabulary.read_bytes())
        self._first_outputs = [output.name for output in self._first.get_outputs()]
        self._following_outputs = [output.name for output in self._following.get_outputs()]

    def transcribe(self, samples: NDArray[np.float32]) -> Transcription:
        """Words for one utterance: 16 kHz, -1 to 1."""
        if len(samples) < SHORTEST_SAMPLES:
            samples = np.pad(samples, (0, SHORTEST_SAMPLES - len(samples)))
        tokens, log_probability = self._decode(samples)
        text = b"".join(self._vocabulary[token] for token in tokens if token < len(self._vocabulary))
        words = text.decode(errors="ignore").replace(_SPACE, " ").strip()
        if not any(character.isalnum() for character in words):
            return Transcription("", None)
        return Transcription(words, round(math.exp(log_probability), 3))

    def _decode(self, samples: NDArray[np.float32]) -> tuple[list[int], float]:
        """The tokens and the mean log-probability of one; the end itself isn't counted."""
        hidden = self._encoder.run(None, {"input_values": samples[np.newaxis]})[0]
        start = np.array([[START]], np.int64)
        values = self._first.run(None, {"input_ids": start, "encoder_hidden_states": hidden})
        cache: dict[str, Any] = {}
        logits = _keep(cache, self._first_outputs, values)
        tokens: list[int] = []
        total = 0.0
        for _ in range(math.ceil(len(samples) / 16000 * TOKENS_A_SECOND) + 2):
            token = int(logits.argmax())
            if token == END and not tokens and 1 / float(np.exp(logits - logits[END]).sum()) < SILENT:
                token = int(np.argsort(logits)[-2])
            if token == END:
                break
            total -= math.log(float(np.exp(logits - logits[token]).sum()))
            tokens.append(token)
            values = self._following.run(None, {"input_ids": np.array([[token]], np.int64), **cache})
            logits = _keep(cache, self._following_outputs, values)
        return tokens, total / max(1, len(tokens))


def _keep(cache: dict[str, Any], names: list[str], values: list[Any]) -> NDArray[np.float32]:
    """Put the new keys and values where the next step looks for them; gives the last position's logits."""
    logits: NDArray[np.float32] = np.zeros(0, np.float32)
    for name, value in zip(names, values, strict=True):
        if name == "logits":
            logits = value[0, -1]
        else:
            cache[name.replace("present", "past_key_values", 1)] = value
    return logits
