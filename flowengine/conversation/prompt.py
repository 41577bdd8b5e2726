"""What is said in one go, and what of it is left when the caller has broken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is said in one go: sentences, and the name of the line they came from."""

    sentences: tuple[str, ...]
    line: str | None = None

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


def whole_sentences(sentences: Sequence[str], heard: str) -> int:
    """How many of them, from the first, stand whole in what was heard."""
    said = heard.split()
    count = 0
    for sentence in sentences:
        words = sentence.split()
        if said[: len(words)] != words:
            break
        said = said[len(words) :]
        count += 1
    return count
