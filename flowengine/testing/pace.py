"""How long words take: what lets a call be played in no time and still know when something was heard."""

from __future__ import annotations

import math

WORDS_PER_MINUTE = 170
"""Conversational English runs at 150 to 190 words a minute; a telephone voice in the middle of that."""
SENTENCE_GAP_S = 0.2
"""The breath after a sentence."""
REACTION_S = 0.5
"""From the end of the agent's words to the beginning of the caller's."""
KEY_S = 0.25
"""One key pressed and released."""

_WORD_S = 60 / WORDS_PER_MINUTE


def speech_seconds(text: str) -> float:
    """How long a text takes to say, in seconds; nothing takes none."""
    words = len(text.split())
    return round(words * _WORD_S + SENTENCE_GAP_S, 3) if words else 0.0


def words_heard(text: str, seconds: float) -> str:
    """The words that have been said to their end after so many seconds."""
    words = text.split()
    # A thousandth more, since durations are rounded: the last word is over when its time is.
    return " ".join(words[: max(0, int((seconds + 0.001) / _WORD_S))])


def heard_until(text: str, takes: float, seconds: float) -> str:
    """What is heard of a text that takes so long, when nobody listens any more after so many seconds."""
    words = text.split()
    return text if seconds >= takes else " ".join(words[: int(len(words) * seconds / takes)])


def words_begun(text: str, seconds: float) -> int:
    """How many words have begun after so many seconds: the first at once, the next once the one before is over.

    Who speaks as a word ends has not heard the beginning of the next, whichever sentence it is in.
    """
    return min(len(text.split()), max(1, math.ceil((seconds - 0.001) / _WORD_S)))


def seconds_to_say(words: int) -> float:
    """When the last of so many words is over, in seconds, without the breath after it."""
    return words * _WORD_S
