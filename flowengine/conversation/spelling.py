"""Longer words, misheard by a letter or two: "driveing" → "driving".

The known words are filed under each of their forms with letters left out, so a look-up needs no comparison with them.
Short words are never mended: "now" and "not", "call" and "fall" are a letter apart.
"""

from __future__ import annotations

from collections.abc import Iterable

ONE_LETTER_FROM = 6
"""Of the longer of the two words."""

TWO_LETTERS_FROM = 9


class Speller:
    """The words that a flow's phrases are made of."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known)
        self._forms: dict[str, set[str]] = {}
        for word in self._known:
            for form in _forms(word):
                self._forms.setdefault(form, set()).add(word)

    def mend(self, word: str) -> str | None:
        """The one known word that this is nearly; None when it is known, too short, or could be several."""
        if word in self._known or len(word) < ONE_LETTER_FROM - 1:
            return None
        near = {
            known
            for form in _forms(word)
            for known in self._forms.get(form, ())
            if max(len(known), len(word)) >= ONE_LETTER_FROM
        }
        return near.pop() if len(near) == 1 else None


def _forms(word: str) -> set[str]:
    if len(word) < ONE_LETTER_FROM - 1:
        return set()
    once = {word[:index] + word[index + 1 :] for index in range(len(word))}
    if len(word) < TWO_LETTERS_FROM - 1:
        return {word} | once
    return {word} | once | {each[:index] + each[index + 1 :] for each in once for index in range(len(each))}
