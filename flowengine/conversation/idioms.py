"""Numbers in words and none in meaning: "that's the one", "one moment", "give me a second"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flowengine.conversation.reading import TAKEN
from flowengine.words.normalise import word_set
from flowengine.words.number_words import DIGITS

NUMBER = rf"(?:{'|'.join(DIGITS)}|\d|oh)"
IDIOM = re.compile(
    r"^(?:oh|o)\b(?=\W+(?:yes|yeah|no|right|sorry|that|ok|it|i|actually)\b)"
    r"|(?<!just )(?<!only )\b(?:the|that|this|no|any|every|some|each|which|another) one\b"
    rf"(?! {NUMBER}\b)"
    r"|\b(?:a|one) hundred per ?cent\b|\bone of (?:those|these) (?:days|things|people)\b|\bone (?:day|way|thing)\b"
    r"|\b(?:a|one|two|five|ten|half a|a couple of|couple of) (?:moment|minute|min|second|sec|tick|mo|thing)s?\b"
    r"(?! (?:past|to)\b)"
    r"|\bfirst (?:of all|things? first)\b|\bone or (?:the )?other\b|\bat the end of the day\b"
)
SIGNS = word_set("oh o one moment minute min second sec tick mo thing seconds minutes ticks hundred end first things")
"""Without one of these words there is no idiom: most utterances are done with at once."""


def without_idioms(text: str) -> str:
    """The words, lower case, less those that only sound like numbers."""
    return IDIOM.sub(" ", text.lower())


def masked(said: Sequence[str]) -> list[str]:
    """The tokens, those of idioms marked as taken."""
    if SIGNS.isdisjoint(said):
        return list(said)
    return IDIOM.sub(lambda found: " ".join(TAKEN for _ in found.group().split()), " ".join(said)).split(" ")
