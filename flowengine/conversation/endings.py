"""The end of a row of digits that was read back, put right by itself: "yes, but the last one is seven"."""

from __future__ import annotations

import re

from flowengine.words.normalise import normalise, word_set
from flowengine.words.number_words import DIGITS

_DIGIT = {**{word: str(value) for value, word in enumerate(DIGITS)}, "oh": "0", "o": "0", "nought": "0"}
ENDING = re.compile(
    r"\b(?:the )?(?:last|final) (?:one|digit|number|figure) (?:is|was|should be|has to be|must be|it is)"
    r" (?:actually )?(?:a |an )?(\w+)$"
    r"|\b(?:it |that |which )?(?:ends?|should end|has to end|finish(?:es)?) (?:in|with|on) (?:a |an )?((?:\w+ ?)+)$"
)
LIMITS = word_set("but except")
"""A yes with one of these says that something is wrong."""


def is_limited(text: str) -> bool:
    """Whether a yes in these words is no yes to all of it: "yes, but …", "yes, except …"."""
    return not LIMITS.isdisjoint(normalise(text).words)


def with_another_end(known: str, text: str) -> str | None:
    """The row of digits with the end that these words give it; None where they speak of none, or not of digits."""
    found = ENDING.search(" ".join(normalise(text).words))
    if found is None:
        return None
    said = [_DIGIT.get(word, word) for word in (found[1] or found[2]).split()]
    end = "".join(said)
    if not re.fullmatch(r"[0-9]+", end) or len(end) >= len(known) or not re.fullmatch(r"\+?[0-9]+", known):
        return None
    return known[: -len(end)] + end
