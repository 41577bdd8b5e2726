"""The vectors of flows' examples, by their bare words: in memory and in one file of the cache, each reckoned once.

Only what a flow says itself is kept, under a hash of it; what callers say never comes here. A file that is damaged in
any way is dropped, and its vectors are reckoned again.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from flowengine.adapters.local.cache import cache_folder
from flowengine.adapters.local.sentences import DIMENSIONS, Vector
from flowengine.words.normalise import bare

MOST_KEPT = 20_000
"""Of 1.5 kB each: 31 MB, the examples of a dozen large flows. Those that were wanted longest ago go first."""
_HASH_BYTES = 32
_RECORD = np.dtype([("text", "V16"), ("vector", "<f4", (DIMENSIONS,))])


class Vectors:
    """What was reckoned with one model. `key` names the model, and all that changes its vectors. For one thread."""

    def __init__(self, key: str, root: Path | None = None) -> None:
        self._file = (root or cache_folder()) / f"meanings-{key}.vectors"
        self._kept: dict[bytes, Vector] = _read(self._file)
        self._changed = False

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, text: str) -> Vector | None:
        """The vector of an example, if it was reckoned before."""
        name = _name(text)
        vector = self._kept.pop(name, None)
        if vector is not None:
            # To the end: what is wanted again stays longest.
            self._kept[name] = vector
        return vector

    def put(self, text: str, vector: Vector) -> None:
        self._kept[_name(text)] = vector
        self._changed = True
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]

    def save(self, complain: Callable[[str], None]) -> None:
        """Write what is new, beside the file and then in its place. A disk that refuses costs the next start seconds.

        Two processes that save at once leave one's file: what the other had is reckoned again when it is wanted.
        """
        if not self._changed:
            return
        self._changed = False
        body = _written(self._kept)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor, aside = tempfile.mkstemp(prefix=f".{self._file.name}.", dir=self._file.parent)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(hashlib.sha256(body).digest() + body)
                Path(aside).replace(self._file)
            finally:
                Path(aside).unlink(missing_ok=True)
        except OSError as error:
            complain(f"what was learnt of the flows cannot be kept in {self._file.parent} ({error.strerror})")


def _name(text: str) -> bytes:
    # Of what the model is shown: were other words shown for the same text, its vector would be reckoned anew.
    return hashlib.sha256(bare(text).encode("utf-8", "surrogatepass")).digest()[:16]


def _read(file: Path) -> dict[bytes, Vector]:
    try:
        raw = file.read_bytes()
    except OSError:
        return {}
    digest, body = raw[:_HASH_BYTES], raw[_HASH_BYTES:]
    if hashlib.sha256(body).digest() != digest or len(body) % _RECORD.itemsize:
        return {}
    records = np.frombuffer(body, _RECORD)
    return {name.tobytes(): vector for name, vector in zip(records["text"], records["vector"], strict=True)}


def _written(kept: dict[bytes, Vector]) -> bytes:
    records = np.zeros(len(kept), _RECORD)
    for index, (name, vector) in enumerate(kept.items()):
        records[index] = (name, vector)
    return records.tobytes()
