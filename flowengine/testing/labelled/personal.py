"""Whether words of a recorded call may say who the caller is: what leaves the record for a file is held against this.

Careful rather than clever: it takes any number, name or address that the call knows of, and what sounds like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from flowengine.conversation.masking import masked
from flowengine.words.normalise import normalise, word_set

SHORTEST = 3
"""Letters of a word of the call's values that counts: "a" and "of" stand in any sentence."""
_DIGIT_WORDS = word_set("zero oh o nought one two three four five six seven eight nine double treble triple")
_MOST_DIGIT_WORDS = 2
"""In a row: "one or two" says nothing of anybody."""
_NAMING = re.compile(
    r"\b(?:my|her|his|their|our|the|sur|first|last|maiden|middle)? ?name is\b|\bi am called\b|\bcalled mr?s?\b"
    r"|\b(?:mr|mrs|miss|ms|dr|doctor|reverend)\b|\bthis is (?!the\b|a\b|my\b|an\b|not\b|me\b)\w+ (?:speaking|here)\b"
    r"|\bit is (?!the\b|a\b|my\b|an\b|not\b|me\b)\w+ (?:speaking|here)\b|\bspell(?:ed|t|ing)?\b|\blive (?:at|in|on)\b"
    r"|\baddress is\b|\bpostcode\b|\bborn\b|\bbirthday\b|\b(?:road|street|avenue|lane|close|crescent|drive)\b"
)
"""Over words as `normalise` leaves them."""


def may_be_personal(text: str, values: Iterable[object]) -> bool:
    """Whether to keep the words back. `values`: the call's contact and what its slots got."""
    if "@" in text or any(each.isdigit() for each in text) or masked(text) != text:
        return True
    said = normalise(text).words
    if _NAMING.search(" ".join(said)):
        return True
    run = 0
    for word in said:
        run = run + 1 if word in _DIGIT_WORDS else 0
        if run > _MOST_DIGIT_WORDS:
            return True
    known = {word for value in values if isinstance(value, str) for word in normalise(value).words}
    return any(len(word) >= SHORTEST and word in known for word in said)
