"""One of several choices: named whole, in the plural ("mornings"), or by a word that only one of them has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from flowengine.conversation.reading import Reader
from flowengine.conversation.weighing import find, mentioned
from flowengine.words.normalise import normalise, word_set
from flowengine.words.small import SMALL

BESIDE = word_set(
    "a an the it is one ones of those these that think i please type kind sort my we have got just would be for "
    "me not probably yes no sorry actually mean meant or and so well maybe say thanks thank you some"
)
"""A choice named by one of its words is believed only beside these: "a combi"; but "I am busy" is not "busy hours"."""

GREETINGS = frozenset({("good", "morning"), ("good", "afternoon"), ("good", "evening"), ("good", "night")})


def read_choice(choices: tuple[str, ...], text: str, *, asked: bool) -> str | None:
    """The choice named; after a change of mind the last one; None when several are named without one."""
    said = list(normalise(text).words)
    if tuple(said[:2]) in GREETINGS and len(said) > 1:
        said = said[2:]
    whole, parts = _table(choices)
    read = _reader(whole)
    if asked and not mentioned(read, said):
        read = _reader(parts)
        if any(word not in BESIDE and read([word]) is None for word in said):
            return None
    found = find(read, said, "name")
    return str(found.value) if found is not None else None


def _reader(table: Mapping[tuple[str, ...], str]) -> Reader:
    longest = max(map(len, table), default=0)

    def read(said: Sequence[str]) -> tuple[object, int] | None:
        for length in range(min(longest, len(said)), 0, -1):
            words = tuple(said[:length])
            choice = table.get(words) or (table.get((words[0].rstrip("s"),)) if length == 1 else None)
            if choice is not None:
                return choice, length
        return None

    return read


@lru_cache(maxsize=1024)
def _table(choices: tuple[str, ...]) -> tuple[Mapping[tuple[str, ...], str], Mapping[tuple[str, ...], str]]:
    """The words of each choice, and the words that only one of them has."""
    words = {choice: normalise(choice.replace("_", " ")).words for choice in choices}
    whole: dict[tuple[str, ...], str] = {}
    for choice, each in words.items():
        if each:
            whole[each] = choice
            if len(each) == 1:
                whole[(each[0].rstrip("s"),)] = choice
    parts: dict[tuple[str, ...], str] = {
        (word,): choice
        for choice, each in words.items()
        for word in each
        if len(each) > 1 and word not in SMALL | BESIDE and sum(word in other for other in words.values()) == 1
    }
    return whole, parts
