"""MiniLM-L6 on onnxruntime: a sentence to its meaning, as a vector."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flowengine.adapters.local.moonshine import session
from flowengine.adapters.local.sentence_graph import OUTPUT, PIECES, SentenceFiles
from flowengine.adapters.local.word_pieces import WordPieces
from flowengine.words.normalise import bare

DIMENSIONS = 384

Vector = NDArray[np.float32]


class Sentences:
    """One sentence a run, so that a vector never hangs on which sentences came with it. Thread-safe."""

    def __init__(self, files: SentenceFiles) -> None:
        self._pieces = WordPieces(files.vocabulary)
        self._session = session(files.graph)
        # The first run sets memory aside; no caller should wait for that.
        self.vector("Can you hear me?")

    def vector(self, text: str) -> Vector | None:
        """Its 384 numbers, of length 1; None for a text without a word that is known (empty, signs, a script alone).

        Of its bare words: as examples are written and as a recogniser writes, the same words have the same vector.
        """
        pieces = self._pieces.numbers(bare(text))
        if not pieces:
            return None
        vector: Vector = self._session.run([OUTPUT], {PIECES: np.array([pieces], np.int64)})[0][0]
        return vector
