"""Text to the word pieces of BERT's uncased vocabulary: the tokens that MiniLM was trained on.

A word that is in the vocabulary is one piece; another is cut, from the left, into the longest pieces that are ("##ing"
goes on with a word), or is unknown as a whole. The package `tokenizers` does the same and brings fifteen others along.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

LONGEST_PIECES = 128
"""With the marks around them; what the model was trained with, and far beyond 25 words (about 30)."""
LONGEST_TEXT = 2000
"""Characters; of a text beyond it the beginning and the end are read, which is where people say what they want."""
LONGEST_WORD = 100
START, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_GOES_ON = "##"
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)
"""Written without spaces, so each is a word of its own."""


def shortened(text: str) -> str:
    """The text, or of a very long one its beginning and its end."""
    half = LONGEST_TEXT // 2
    return text if len(text) <= LONGEST_TEXT else f"{text[:half]} {text[-half:]}"


def words(text: str) -> list[str]:
    """The words and punctuation marks, in lower case and without accents."""
    spread = "".join(map(_cleaned, text))
    bare = "".join(each for each in unicodedata.normalize("NFD", spread) if unicodedata.category(each) != "Mn")
    return [word for run in bare.lower().split() for word in _parted(run)]


@lru_cache(maxsize=4096)
def _cleaned(character: str) -> str:
    if character in "\t\n\r" or character.isspace():
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs") or character == "\N{REPLACEMENT CHARACTER}":
        return ""
    code = ord(character)
    return f" {character} " if any(low <= code <= high for low, high in _IDEOGRAPHS) else character


def _parted(run: str) -> Iterator[str]:
    """Each punctuation mark is a word."""
    word = ""
    for character in run:
        if _is_mark(character):
            if word:
                yield word
            yield character
            word = ""
        else:
            word += character
    if word:
        yield word


@lru_cache(maxsize=4096)
def _is_mark(character: str) -> bool:
    # Of ASCII, BERT counts what Unicode calls symbols too: £ is none, $ is one.
    return unicodedata.category(character).startswith("P") or (character.isascii() and not character.isalnum())


class WordPieces:
    """The vocabulary. Raises KeyError for one without the marks [CLS], [SEP] and [UNK]."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(vocabulary)}
        self._start, self._end, self._unknown = (self._numbers[each] for each in (START, END, UNKNOWN))

    def numbers(self, text: str) -> list[int]:
        """The text's pieces with the marks around them, at most LONGEST_PIECES; empty where it holds no known word."""
        pieces: list[int] = []
        is_said = False
        for word in words(shortened(text)):
            found = self._cut(word)
            is_said = is_said or (found[0] != self._unknown and word[0].isalnum())
            pieces += found
        if not is_said:
            return []
        room = LONGEST_PIECES - 2
        if len(pieces) > room:
            pieces = [*pieces[: room // 2], *pieces[len(pieces) - room // 2 :]]
        return [self._start, *pieces, self._end]

    def _cut(self, word: str) -> list[int]:
        whole = self._numbers.get(word)
        if whole is not None:
            return [whole]
        if len(word) > LONGEST_WORD:
            return [self._unknown]
        pieces: list[int] = []
        at = 0
        while at < len(word):
            before = _GOES_ON if at else ""
            ends = range(len(word), at, -1)
            end = next((each for each in ends if before + word[at:each] in self._numbers), at)
            if end == at:
                return [self._unknown]
            pieces.append(self._numbers[before + word[at:end]])
            at = end
        return pieces
