"""Strings of which one stands in every text that a pattern matches.

Looking for a string is some fifty times quicker than looking for a pattern, and most patterns fit nothing of what is
said: whoever matches many looks for these first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from flowengine.words.normalise import word_set
from flowengine.words.patterns.tree import Chain, Choice, Firm, Look, Part, Place, Repeat, Sign, Text, read
from flowengine.words.small import SMALL

MOST = 96
"""More strings than this cost as much as the pattern."""
COMMON = SMALL | word_set(
    "not no yes have has had been was were will can my me he she they them who what when where how why want need like "
    "get got go going know think say said call calls calling one if or out up off back again here more from about"
)
"""Words of which one is in nearly everything that is said: a string of these alone sifts little out."""
COMMON_ONE, COMMON_TOGETHER = 12, 5
"""How many rarer strings are as good as one of a common word, or of several in a row. Measured on what callers say."""
MOST_SECOND = 60
"""A second set that is commoner is not worth looking for."""
SHORTEST = 3
"""A shorter string stands in nearly everything that is said."""

Strings = frozenset[str]


@lru_cache(maxsize=4096)
def needles(pattern: str) -> tuple[Strings, ...]:
    """The strings, in small letters: none, one set, or two sets of which both hold one. Raises as `re.compile` does."""
    part = _read(read(pattern))
    return rarest(part.promised if part.exact is None else (part.exact, *part.promised))


def rarest(options: Sequence[Strings]) -> tuple[Strings, ...]:
    """Of sets of which each holds one that stands in the text, the one or two that stand in the fewest texts."""
    first = _best(options)
    if first is None:
        return ()
    others = [each for each in options if not (_stand_in(each, first) or _stand_in(first, each))]
    second = _best(others)
    if second is None or sum(map(_commonness, second)) > MOST_SECOND:
        return (first,)
    return first, second


class Sieve:
    """Tells which of many patterns may fit a text, without trying any.

    Of each needle three letters are filed, those that the fewest other needles have; a text's own threes then say which
    needles are worth looking for. Where a pattern promises strings in two places, one of each must stand in the text.
    """

    def __init__(self, promised: Sequence[tuple[Strings, ...]]) -> None:
        """`promised`: the `needles` of each pattern."""
        self._always = frozenset(index for index, sets in enumerate(promised) if not sets)
        self._once = frozenset(index for index, sets in enumerate(promised) if len(sets) == 1)
        users: dict[str, tuple[list[int], list[int]]] = {}
        for index, sets in enumerate(promised):
            for place, found in enumerate(sets):
                for needle in found:
                    users.setdefault(needle, ([], []))[place].append(index)
        shared = Counter(three for needle in users for three in _threes(needle))
        self._filed: dict[str, list[tuple[str, list[int], list[int]]]] = {}
        for needle, (first, second) in sorted(users.items()):
            three = min(_threes(needle), key=lambda each: (shared[each], each))
            self._filed.setdefault(three, []).append((needle, first, second))

    def sift(self, text: str) -> Set[int]:
        """The places of the patterns that may fit. `text` is in small letters."""
        filed = self._filed
        first: set[int] = set()
        second: set[int] = set()
        for three in filed.keys() & _threes(text):
            for needle, in_first, in_second in filed[three]:
                if needle in text:
                    first.update(in_first)
                    second.update(in_second)
        return self._always | (first & (second | self._once))


def _threes(text: str) -> set[str]:
    return {text[place : place + 3] for place in range(len(text) - 2)}


@dataclass(frozen=True, slots=True)
class _Read:
    """`exact`: all that a part can be, None where that is too much. `promised`: sets of which each holds one in it."""

    exact: Strings | None
    promised: tuple[Strings, ...] = ()

    def best(self) -> Strings | None:
        return _best(self.promised if self.exact is None else (self.exact, *self.promised))


_EMPTY: Strings = frozenset({""})
_ANYTHING = _Read(None)
_NOTHING = _Read(_EMPTY)


def _read(part: Part) -> _Read:
    match part:
        case Text(letters):
            return _Read(frozenset({letters}))
        case Sign(mask):
            # One of ASCII alone: the other letters that count as it ("ſ" for "s") are in no plain text.
            single = mask & (mask - 1) == 0 and mask < 1 << 128
            return _Read(frozenset({chr(mask.bit_length() - 1)})) if single else _ANYTHING
        case Place() | Look():
            return _NOTHING
        case Firm(inner):
            return _read(inner)
        case Repeat(inner, 0, 1, _):
            once = _read(inner).exact
            return _Read(None if once is None else once | {""})
        case Repeat(inner, least, _, _) if least:
            best = _read(inner).best()
            return _Read(None, () if best is None else (best,))
        case Chain(parts):
            return _chain([_read(each) for each in parts])
        case Choice(branches) if branches:
            return _choice([_read(each) for each in branches])
        case _:
            return _ANYTHING


def _chain(parts: Sequence[_Read]) -> _Read:
    """What neighbours spell together, as far as it can be told, and what each promises."""
    runs: list[Strings] = []
    run: Strings = _EMPTY
    whole = True
    for part in parts:
        longer = None if part.exact is None else _joined(run, part.exact)
        if longer is not None:
            run = longer
            continue
        whole = False
        runs.append(run)
        run = _EMPTY if part.exact is None else part.exact
    return _Read(run if whole else None, (*runs, run, *(each for part in parts for each in part.promised)))


def _choice(branches: Sequence[_Read]) -> _Read:
    exact = _united([each.exact for each in branches])
    if exact is not None and len(exact) > MOST:
        exact = None
    promised = (exact, _united([each.best() for each in branches]))
    return _Read(exact, tuple(each for each in promised if each is not None))


def _united(found: Sequence[Strings | None]) -> Strings | None:
    return None if None in found else frozenset().union(*(each for each in found if each is not None))


def _joined(first: Strings, second: Strings) -> Strings | None:
    if second == _EMPTY:
        return first
    if len(first) * len(second) > MOST:
        return None
    return frozenset(one + other for one, other in product(first, second))


def _stand_in(short: Strings, long: Strings) -> bool:
    """Whether each of the longer strings has a shorter one in it: they are from the same place of the pattern."""
    return all(any(one in each for one in short) for each in long)


def _commonness(needle: str) -> float:
    words = needle.split()
    if COMMON.issuperset(words):
        return COMMON_ONE if len(words) == 1 else COMMON_TOGETHER
    return 1 if len(needle) > SHORTEST else 2


def _best(found: Sequence[Strings]) -> Strings | None:
    """Those that are in the fewest texts; without those that hold another."""
    fit = [each for each in found if each and len(each) <= MOST and min(map(len, each)) >= SHORTEST]
    if not fit:
        return None
    best = min(fit, key=lambda each: sum(map(_commonness, each)))
    if len(best) == 1:
        return best
    return frozenset(each for each in best if not any(other != each and other in each for other in best))
