"""What an utterance means by likeness: how near it comes to the examples of the live intents, as a probability.

An engine outside (`runtime.ports.Meaning`) measures the likenesses; what follows from them is reckoned here, so that a
replay decides as the call did.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flowengine.conversation.commands import Candidate

TAKEN = 0.8
"""From this probability on an intent is taken."""
ASKED = 0.45
"""From this on the caller is asked whether they meant it; below, nothing fits."""

ASKED_PROTECTIVE = 0.45
"""The same for what protects the caller."""

SLOPE, MIDDLE, MARGIN = 18.0, 0.56, 0.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near an utterance comes to what an intent's examples say: cosine similarities, -1 to 1.

    `nearest`: to the nearest example, which is `example`; `near`: the mean over the three nearest.
    """

    intent: str
    nearest: float
    near: float
    example: str


def weighed(likenesses: Sequence[Likeness]) -> tuple[Candidate, ...]:
    """How probable it is that each intent is meant, best first. An intent close behind makes the first less so."""
    ordered = sorted(likenesses, key=lambda each: -each.nearest)
    found = []
    for index, each in enumerate(ordered):
        rival = ordered[0 if index else 1].nearest if len(ordered) > 1 else -1.0
        behind = min(0.0, each.nearest - rival - 0.05) * MARGIN
        probability = 1 / (1 + math.exp(-SLOPE * (each.nearest + behind - MIDDLE)))
        found.append(Candidate(each.intent, round(probability, 3), "meaning"))
    return tuple(sorted(found, key=lambda each: -each.score))
