"""Spelling aloud: "P R I Y A", "P for papa, R for romeo", "O apostrophe B R I E N", "double T"."""

from __future__ import annotations

from collections.abc import Sequence

from flowengine.conversation.numbers import REPEATS
from flowengine.conversation.postcodes import LETTERS
from flowengine.words.normalise import word_set

SIGNS = {"apostrophe": "'", "hyphen": "-", "dash": "-"}
SOUNDED = frozenset(LETTERS) - word_set("be see sea are you why tea mike oscar victor juliet charlie")
"""Sounds of letters that are no other word, and no name."""


def letter(said: Sequence[str]) -> tuple[str, int] | None:
    """The letters that the words at the beginning spell, lower case, and how many words they are."""
    word = said[0]
    if len(said) > 2 and said[1] in ("for", "as") and len(word) == 1 and word.isalpha():
        led = 2 if said[1] == "for" else 3
        if len(said) > led and said[led][:1] == word and len(said[led]) > 1:
            return word, led + 1
    if word == "double" and said[1:2] in (["you"], ["u"]):
        return "w", 2
    if word in REPEATS and len(said) > 1 and len(said[1]) == 1 and said[1].isalpha():
        return said[1] * REPEATS[word], 2
    return (word, 1) if len(word) == 1 and word.isalpha() else None


def spelled(said: Sequence[str], *, least: int = 2) -> tuple[str, int] | None:
    """A row of at least so many letters, with the signs between them, and how many words it took."""
    row, letters, index, used = "", 0, 0, 0
    while index < len(said):
        step = letter(said[index:])
        if step is not None:
            row += step[0]
            letters += len(step[0])
            index += step[1]
            used = index
        elif row and said[index] in LETTERS and said[index] in SOUNDED:
            row += LETTERS[said[index]].lower()
            letters += 1
            index += 1
            used = index
        elif row and said[index] in SIGNS and index + 1 < len(said) and letter(said[index + 1 :]) is not None:
            row += SIGNS[said[index]]
            index += 1
        else:
            break
    return (row, used) if letters >= least else None
