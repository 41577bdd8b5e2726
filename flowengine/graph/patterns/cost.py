"""The steps that Python's matcher takes at most to look for a pattern in an utterance.

It tries every way before it gives up, so the ways are counted. Two ways multiply the work only where they part and meet
again at the same place of the text: all that comes after is then done twice. Such meetings are found by following two
runs of the automaton over one text. Met in a loop, they double with each time round: `(a+)+` takes "aaaa" in eight
ways, and one more letter makes it sixteen. Met behind a loop, there are as many ways as the loop has lengths.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from flowengine.graph.patterns.automaton import Automaton, TooComplex, automaton, components
from flowengine.words.patterns.tree import Back, Chain, Choice, Firm, Look, Part, Place, Repeat, Sign, Text, bit, read

LONGEST_MATCHED = 600
"""Characters of an utterance that are looked at: a minute of speech."""
MOST_STEPS = 100_000_000
"""In the worst of texts less than a tenth of a second; what people say takes a thousandth of it."""
ENDLESS = 10**15
"""More than anybody waits for."""
MOST_PAIRS = 30_000
"""Pairs of states that are followed; a pattern with more is taken for endless."""


@lru_cache(maxsize=4096)
def steps(pattern: str) -> int:
    """The most steps, roughly. Raises what `re.compile` raises."""
    part = read(pattern)
    parts = part.parts if isinstance(part, Chain) else (part,)
    anchored = isinstance(parts[0], Place) and parts[0].first if parts else True
    begins = 1 if anchored else LONGEST_MATCHED // _spacing(_signs(part)[0])
    return min(ENDLESS, begins * _from_one_place(part))


def _from_one_place(part: Part) -> int:
    try:
        made = automaton(part)
        ways = _ways(made)
    except (TooComplex, RecursionError):
        return ENDLESS
    looks = sum(arrivals * _from_one_place(inner) for arrivals, inner in _looks(part, 1))
    return min(ENDLESS, ways * (LONGEST_MATCHED + looks) << min(made.doubled, 50))


def _ways(made: Automaton) -> int:
    """How many ways there are to one state at one place of a text, at most."""
    if made.doubled_in_loop:
        return ENDLESS
    pairs, edges = _pairs(made)
    parting = _parting(pairs, edges)
    if parting is None:
        return ENDLESS
    if not parting:
        return 1
    most: dict[int, int] = {}
    for component in components(made.follow):  # what comes later is found first
        onward = {other for state in component for other in made.follow[state]}.difference(component)
        after = max((most[other] for other in onward), default=1)
        factor = 1
        if not parting.keys().isdisjoint(component):
            state = component[0]
            if state in made.follow[state] or len(component) > 1:
                factor = made.bounds.get(state, LONGEST_MATCHED)
            else:
                factor = parting[state]
        for state in component:
            most[state] = min(ENDLESS, after * factor)
    return most[0]


def _pairs(made: Automaton) -> tuple[list[tuple[int, int]], list[list[int]]]:
    """Where two runs over one text may stand, and where they go from there, as numbers of pairs. The first: (0, 0)."""
    follow = [sorted(each) for each in made.follow]
    signs = made.signs
    pairs = [(0, 0)]
    known = {(0, 0): 0}
    edges: list[list[int]] = []
    for left, right in pairs:  # grows
        onward: list[int] = []
        for one in follow[left]:
            mask = signs[one]
            for other in follow[right]:
                if not mask & signs[other]:
                    continue
                pair = (one, other) if one <= other else (other, one)
                number = known.get(pair)
                if number is None:
                    number = known[pair] = len(pairs)
                    if number > MOST_PAIRS:
                        raise TooComplex
                    pairs.append(pair)
                onward.append(number)
        edges.append(onward)
    return pairs, edges


def _parting(pairs: list[tuple[int, int]], edges: list[list[int]]) -> dict[int, int] | None:
    """States at which two runs part that meet again, and in how many ways; None where they do so round and round."""
    before: list[list[int]] = [[] for _ in pairs]
    for number, onward in enumerate(edges):
        for other in onward:
            before[other].append(number)
    apart = [left != right for left, right in pairs]
    meeting: set[int] = set()
    waiting = [number for number, origins in enumerate(before) if not apart[number] for number in origins]
    while waiting:
        number = waiting.pop()
        if apart[number] and number not in meeting:
            meeting.add(number)
            waiting += before[number]
    if not meeting:
        return {}
    for component in components(edges):
        if len({apart[number] for number in component}) == 2:
            return None
    return {
        pairs[number][0]: 1 + len(meeting.intersection(onward))
        for number, onward in enumerate(edges)
        if not apart[number] and not meeting.isdisjoint(onward)
    }


def _looks(part: Part, arrivals: int) -> Iterator[tuple[int, Part]]:
    """What looks ahead or behind, and how often from one beginning of the whole."""
    match part:
        case Look(inner):
            yield arrivals, inner
        case Chain(parts):
            many = arrivals
            for each in parts:
                yield from _looks(each, many)
                if not isinstance(each, Place | Look):
                    endless = isinstance(each, Repeat) and isinstance(each.part, Sign) and each.most is None
                    many = LONGEST_MATCHED if endless else arrivals
        case Choice(branches):
            for each in branches:
                yield from _looks(each, arrivals)
        case Repeat(inner, _, most, _):
            yield from _looks(inner, arrivals * (LONGEST_MATCHED if most is None else min(most, LONGEST_MATCHED)))
        case Firm(inner):
            yield from _looks(inner, arrivals)
        case Sign() | Text() | Place() | Back():
            pass


def _signs(part: Part) -> tuple[list[int], bool]:
    """The signs that a part surely begins with, and whether it is no longer than these."""
    match part:
        case Sign(mask):
            return [mask], True
        case Text(letters):
            return [bit(each) for each in letters], True
        case Place() | Look():
            return [], True
        case Chain(parts):
            found: list[int] = []
            for each in parts:
                signs, exact = _signs(each)
                found += signs
                if not exact:
                    return found, False
            return found, True
        case Choice(branches) if branches:
            each_of = [_signs(branch) for branch in branches]
            shortest = min(len(signs) for signs, _ in each_of)
            exact = all(exact and len(signs) == shortest for signs, exact in each_of)
            return [_any_of([signs[index] for signs, _ in each_of]) for index in range(shortest)], exact
        case Repeat(inner, least, most, _) if least:
            signs, exact = _signs(inner)
            times = min(least, 20) if exact else 1
            return signs * times, exact and least == most == times
        case Firm(inner):
            return _signs(inner)
        case _:
            return [], False


def _any_of(masks: list[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _spacing(signs: list[int]) -> int:
    """How far apart two places must be where these signs stand, one after the other."""
    for distance in range(1, len(signs)):
        if all(left & right for left, right in zip(signs[distance:], signs, strict=False)):
            return distance
    return max(1, len(signs))
