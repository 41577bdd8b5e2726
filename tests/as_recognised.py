"""One sentence in the forms in which it may reach the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator


def as_recognised(said: str) -> Iterator[str]:
    """What a recogniser, a stammer and politeness make of it."""
    words = said.split()
    half = len(words) // 2
    yield said
    yield re.sub(r"[',.?]", "", said)
    yield said.upper()
    yield said.capitalize() + "."
    yield " ".join([*words[:half], "um", *words[half:]])
    yield f"{words[0]} {said}"
    yield f"yeah hello look {said}"
    yield f"{said} thank you bye"
    yield f"{said} okay"
