"""What an utterance means by likeness: how near it comes to the examples of the live intents, as a probability.

An engine outside (`runtime.ports.Meaning`) measures the likenesses; what follows from them is reckoned here, so that a
replay decides as the call did. It knows no intent by name: the same numbers serve every flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from flowengine.conversation.commands import Candidate

TAKEN = 0.8
"""From this probability on an intent is taken."""

ASKED = 0.45
"""From this on the caller is asked whether they meant it, which is right about as often as not; below, nothing fits."""

WEAK, SECONDED = 0.75, 0.05
"""A phrase of a lower score covers little of what was said, and is right three times in five: it is taken only where
likeness gives its intent so much; else likeness decides."""

ASKED_PROTECTIVE = 0.4
"""The same for what protects the caller, which by likeness alone is asked in any case."""

NEAREST, NEAR, NOTHING = 11.43, 6.45, 9.94
"""What a likeness of 1 to the nearest example weighs, what the mean over the three nearest, and what "none of them"."""


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
    """How probable it is that each intent is meant, best first; what is missing to 1 is that none of them is.

    Each intent competes with all others and with "none of them", so one close behind makes the first less probable.
    """
    if not likenesses:
        return ()
    weights = [NEAREST * each.nearest + NEAR * each.near for each in likenesses]
    top = max(NOTHING, *weights)
    shares = [exp(weight - top) for weight in weights]
    total = sum(shares) + exp(NOTHING - top)
    found = [
        Candidate(each.intent, round(share / total, 3), "meaning")
        for each, share in zip(likenesses, shares, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: -each.score))
