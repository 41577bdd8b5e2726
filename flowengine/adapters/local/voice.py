"""hibari on onnxruntime: a sentence to telephone audio. American; its British phonemes are badly understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from flowengine.adapters.local.packages import load
from flowengine.adapters.local.telephone import to_mulaw
from flowengine.runtime.audio import SILENCE

SEED = 1
"""The engine adds noise; with a seed the same words always sound the same, and can be compared in a test."""
GAP_MS = 180
"""Between two sentences of one text."""


LETTER_A = re.compile(r"(?<=[\w,;] )A(?=[\s,;.?!]|$)|\bA(?= [A-Z](?:\W|$)|,)")
"""A capital that stands alone in mid sentence, or before another: the engine takes it for the article."""


class Voice:
    """The bundled voice; others would be downloaded, so none is offered. One thread."""

    name = "hibari heart"

    def __init__(self) -> None:
        self._engine: Any = load("hibari").Hibari(threads=1)
        self._rate: int = self._engine.sample_rate
        for _ in self.speak("Ready."):
            pass

    def speak(self, text: str) -> Iterator[bytes]:
        """Mu-law, a piece a sentence, as soon as each is ready."""
        random = np.random.default_rng(SEED)
        gap = b""
        for phonemes in self._engine.phonemize(LETTER_A.sub("[A](/ˈA/)", text)):
            spoken = to_mulaw(self._engine.from_ids(self._engine.ids(phonemes), 1.0, random), self._rate)
            if spoken:
                yield gap + spoken
                gap = SILENCE * (GAP_MS * 8)
