"""Strings of which one stands in every text that a pattern matches.

Looking for a string is some fifty times quicker than looking for a pattern, and most patterns fit nothing of what is
said: whoever matches many looks for these first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

from flowengine.graph.patterns.tree import Chain, Choice, Firm, Look, Part, Place, Repeat, Sign, read

MOST = 48
"""More strings than this cost as much as the pattern."""
SHORTEST = 3
"""A shorter string stands in nearly everything that is said."""

Strings = frozenset[str]


@lru_cache(maxsize=4096)
def needles(pattern: str) -> Strings | None:
    """The strings, in small letters; None where the pattern promises none. Raises what `re.compile` raises."""
    return _promised(read(pattern))


class Sieve:
    """Tells which of many patterns may fit a text, without trying any.

    Of each needle three letters are filed, those that the fewest other needles have; a text's own threes then say which
    needles are worth looking for.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        promised = [needles(pattern) for pattern in patterns]
        self._always = tuple(index for index, found in enumerate(promised) if found is None)
        shared = Counter(three for found in promised for needle in found or () for three in _threes(needle))
        self._filed: dict[str, list[tuple[str, int]]] = {}
        for index, found in enumerate(promised):
            for needle in sorted(found or ()):
                rarest = min(_threes(needle), key=lambda three: (shared[three], three))
                self._filed.setdefault(rarest, []).append((needle, index))

    def sift(self, text: str) -> list[int]:
        """The places of the patterns that may fit, in order. `text` is in small letters."""
        filed = self._filed
        found = {index for three in filed.keys() & _threes(text) for needle, index in filed[three] if needle in text}
        return sorted(found.union(self._always))


def _threes(text: str) -> set[str]:
    return {first + second + third for first, second, third in zip(text, text[1:], text[2:], strict=False)}


def _promised(part: Part) -> Strings | None:
    match part:
        case Chain(parts):
            return _best([*_runs(parts), *(_promised(each) for each in parts)])
        case Choice(branches) if branches:
            found = [_promised(each) for each in branches]
            joined = frozenset().union(*(each for each in found if each is not None))
            return _best([_exact(part), None if None in found else joined])
        case Repeat(inner, least, _, _) if least:
            return _promised(inner)
        case Firm(inner):
            return _promised(inner)
        case _:
            # A single sign is too short, the rest takes nothing or need not be there.
            return None


def _runs(parts: Sequence[Part]) -> list[Strings | None]:
    """What neighbours spell together, as far as it can be told."""
    runs: list[Strings | None] = []
    run: Strings = frozenset({""})
    for part in parts:
        exact = _exact(part)
        longer = None if exact is None else _joined(run, exact)
        if longer is not None:
            run = longer
            continue
        runs.append(run)
        run = frozenset({""}) if exact is None else exact
    return [*runs, run]


def _exact(part: Part) -> Strings | None:
    """All that the part can be; None where that is too much."""
    match part:
        case Sign(mask):
            # One of ASCII alone: the other letters that count as it ("ſ" for "s") are in no plain text.
            single = mask & (mask - 1) == 0 and mask < 1 << 128
            return frozenset({chr(mask.bit_length() - 1)}) if single else None
        case Place() | Look():
            return frozenset({""})
        case Firm(inner):
            return _exact(inner)
        case Repeat(inner, 0, 1, _):
            once = _exact(inner)
            return None if once is None else once | {""}
        case Chain(parts):
            made: Strings | None = frozenset({""})
            for each in parts:
                exact = _exact(each)
                made = None if made is None or exact is None else _joined(made, exact)
            return made
        case Choice(branches) if branches:
            found = [_exact(each) for each in branches]
            if None in found:
                return None
            joined = frozenset().union(*(each for each in found if each is not None))
            return joined if len(joined) <= MOST else None
        case _:
            return None


def _joined(first: Strings, second: Strings) -> Strings | None:
    if len(first) * len(second) > MOST:
        return None
    return frozenset(one + other for one, other in product(first, second))


def _best(found: Sequence[Strings | None]) -> Strings | None:
    """The longest, then the fewest; without those that hold another."""
    fit = [each for each in found if each and len(each) <= MOST and min(map(len, each)) >= SHORTEST]
    if not fit:
        return None
    best = max(fit, key=lambda each: (min(min(map(len, each)), 4), -len(each)))
    return frozenset(each for each in best if not any(other != each and other in each for other in best))
