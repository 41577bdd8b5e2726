"""Values that can't go on: when a row of digits is as long as it can be, and when a postcode has its last letter.

Only what is known exactly counts: a slot of so many digits with just as many, a British telephone number with all of
its own, a postcode by its pattern (none of them is the beginning of another). Nothing may stand after the value, and
before it only words that lead up to it, so that "no, sorry, one two four" is waited for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flowengine.conversation.answers import GOES_ON, yes_or_no
from flowengine.conversation.misheard import LEADING_UP, whole_row
from flowengine.conversation.phones import read_digits
from flowengine.conversation.postcodes import read_postcode
from flowengine.conversation.reading import tokens
from flowengine.graph.model import ValueType
from flowengine.words.normalise import normalise, words

PHONE = re.compile(r"0[12378]\d{9}|(?:\+|00)44[12378]\d{9}")
"""Eleven digits, or ten behind the country's two: no British number has more, and those that have fewer wait."""
MOST_WORDS = 3
"""A yes or no with more words may say more."""


def is_whole_value(kind: ValueType, text: str) -> bool:
    """Whether an answer to the question of such a slot is surely all of it."""
    match kind.kind:
        case "digits" if kind.digits is not None:
            return _ends_in_row(text, rf"\d{{{kind.digits}}}")
        case "phone":
            return _ends_in_row(text, PHONE.pattern)
        case "uk_postcode":
            return _ends_in_postcode(tokens(text))
        case "boolean":
            return is_plain(text)
        case "one_of":
            said = normalise(text).words
            named = [normalise(choice.replace("_", " ")).words for choice in kind.choices]
            # "British" is not all of "British Gas".
            return said in named and sum(each[: len(said)] == said for each in named) == 1
        case _:
            return False


def is_plain(text: str) -> bool:
    """Whether this is yes or no and nothing else."""
    said = words(text)
    return len(said) <= MOST_WORDS and GOES_ON.isdisjoint(said) and yes_or_no(text) is not None


def _ends_in_row(text: str, pattern: str) -> bool:
    said = tokens(text)
    return _has_row(said, pattern) or whole_row(text, lambda row: re.fullmatch(pattern, row) is not None) is not None


def _has_row(said: Sequence[str], pattern: str) -> bool:
    for start in range(len(said)):
        plus = said[start] in ("+", "plus")
        row = read_digits(said[start + plus :])
        if row is not None:
            ends = start + plus + row[1] == len(said)
            return ends and re.fullmatch(pattern, ("+" if plus else "") + row[0]) is not None
        if said[start] not in LEADING_UP:
            return False
    return False


def _ends_in_postcode(said: Sequence[str]) -> bool:
    for start in range(len(said)):
        found = read_postcode(said[start:], mends=True)
        if found is not None:
            return start + found[1] == len(said)
        if said[start] not in LEADING_UP:
            return False
    return False
