"""Words misheard or mistyped by a letter or two: "driveing" → "driving".

The known words are filed under each of their forms with letters left out, so a look-up needs no comparison with all of
them. Short words are not mended as a rule ("now" and "not", "call" and "fall" are a letter apart); a lenient speller
does, for phrases that are long enough to bear it.
"""

from __future__ import annotations

from collections.abc import Iterable

ONE_LETTER_FROM = 6
TWO_LETTERS_FROM = 9
"""Of the longer of the two words."""

LENIENT_TWO_LETTERS_FROM = 7
REMEMBERED = 20_000


class Speller:
    """The words that some phrases are made of."""

    def __init__(self, known: Iterable[str], *, lenient: bool = False) -> None:
        self._known = frozenset(known)
        self._one = 3 if lenient else ONE_LETTER_FROM
        self._two = LENIENT_TWO_LETTERS_FROM if lenient else TWO_LETTERS_FROM
        self._forms: dict[str, set[str]] = {}
        self._mended: dict[str, str | None] = {}
        for word in self._known:
            for form in self._forms_of(word):
                self._forms.setdefault(form, set()).add(word)

    def mend(self, word: str) -> str | None:
        """The known word that this is nearly; None when it is known, too short, or as near to several."""
        if word in self._known or not word.isalpha():
            return None
        if word not in self._mended:
            if len(self._mended) >= REMEMBERED:
                self._mended.clear()
            self._mended[word] = self._nearest(word)
        return self._mended[word]

    def _nearest(self, word: str) -> str | None:
        near: dict[int, set[str]] = {1: set(), 2: set()}
        for form in self._forms_of(word):
            for known in self._forms.get(form, ()):
                longer = max(len(known), len(word))
                allowed = 2 if longer >= self._two else 1 if longer >= self._one else 0
                apart = distance(word, known)
                if known[0] == word[0] and 0 < apart <= allowed:
                    near[apart].add(known)
        best = near[1] or near[2]
        return next(iter(best)) if len(best) == 1 else None

    def _forms_of(self, word: str) -> set[str]:
        if len(word) < self._one - 1:
            return set()
        once = {word[:index] + word[index + 1 :] for index in range(len(word))}
        if len(word) < self._two - 2:
            return {word} | once
        return {word} | once | {each[:index] + each[index + 1 :] for each in once for index in range(len(each))}


def distance(one: str, other: str) -> int:
    """Letters to change, add or leave out (Levenshtein)."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, 1):
        before, row[0] = row[0], index
        for place, against in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != against))
    return row[-1]
