"""A text cut into sentences, with their places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """A stretch of what is heard up to a full stop, a question mark or an exclamation mark, that included."""

    text: str
    start: int

    @property
    def stop(self) -> int:
        return self.start + len(self.text)


_SENTENCE = re.compile(r"[^\s.?!…](?:[^.?!…]|[.](?=\w))*[.?!…]*")


def sentences(text: str) -> Iterator[Sentence]:
    """The sentences of what is heard, in order."""
    for match in _SENTENCE.finditer(text):
        yield Sentence(match[0].rstrip(), match.start())
