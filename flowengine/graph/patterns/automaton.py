"""A pattern as an automaton whose states are the signs written in it (Glushkov's), number 0 being the beginning.

What looks ahead or behind takes no sign and is left out, so the automaton accepts more than the pattern does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flowengine.words.patterns.tree import ANY, Back, Chain, Choice, Firm, Look, Part, Place, Repeat, Sign, Text, bit

MOST_SIGNS = 3_000
WRITTEN_OUT = 8
"""A part repeated at most so often is written out; one repeated more often is taken for endless."""


class TooComplex(Exception):
    """Too large to be judged."""


@dataclass(slots=True)
class _Ends:
    empty: bool
    first: frozenset[int]
    last: frozenset[int]


_NOTHING = _Ends(True, frozenset(), frozenset())


@dataclass(slots=True)
class Automaton:
    """`follow[state]` may come after it. `bounds[state]`: how often a loop goes round, for states in one that says."""

    signs: list[int] = field(default_factory=lambda: [0])
    follow: list[set[int]] = field(default_factory=lambda: [set()])
    bounds: dict[int, int] = field(default_factory=dict)
    doubled: int = 0
    """Steps outside of loops that can be taken for two reasons, as in `(a?|b?)`."""
    doubled_in_loop: bool = False
    """The same in a loop, as in `(a+)+`: each time round doubles the ways."""
    _loops: int = 0

    def add(self, part: Part) -> _Ends:
        """Raises TooComplex."""
        match part:
            case Sign(mask):
                return self._sign(mask)
            case Text(letters):
                return self._text(letters)
            case Chain(parts):
                return self._chain(parts)
            case Choice(branches):
                return self._choice(branches)
            case Repeat(most=most) if most is not None and most <= WRITTEN_OUT:
                return self._written_out(part)
            case Repeat():
                return self._loop(part)
            case Firm(inner):
                return self.add(inner)
            case Back():  # the same text again: of any length
                return self._loop(Repeat(Sign(ANY), 0, None, False))
            case Look() | Place():
                return _NOTHING

    def join(self, left: Iterable[int], right: frozenset[int]) -> None:
        """Each on the right may come after each on the left."""
        for state in left:
            if not self.follow[state].isdisjoint(right):
                self._double()
            self.follow[state] |= right

    def _double(self) -> None:
        self.doubled += 1
        self.doubled_in_loop |= self._loops > 0

    def _sign(self, mask: int) -> _Ends:
        if len(self.signs) == MOST_SIGNS:
            raise TooComplex
        self.signs.append(mask)
        self.follow.append(set())
        only = frozenset({len(self.signs) - 1})
        return _Ends(False, only, only)

    def _text(self, letters: str) -> _Ends:
        begun = len(self.signs)
        ended = begun + len(letters) - 1
        if ended >= MOST_SIGNS:
            raise TooComplex
        self.signs += [bit(letter) for letter in letters]
        self.follow += [{state} for state in range(begun + 1, ended + 1)]
        self.follow.append(set())
        return _Ends(False, frozenset({begun}), frozenset({ended}))

    def _chain(self, parts: Iterable[Part]) -> _Ends:
        whole = _NOTHING
        for part in parts:
            ends = self.add(part)
            self.join(whole.last, ends.first)
            whole = _Ends(
                whole.empty and ends.empty,
                whole.first | ends.first if whole.empty else whole.first,
                whole.last | ends.last if ends.empty else ends.last,
            )
        return whole

    def _choice(self, branches: Iterable[Part]) -> _Ends:
        found = [self.add(branch) for branch in branches]
        if sum(each.empty for each in found) > 1:
            self._double()
        first = frozenset[int]().union(*(each.first for each in found))
        last = frozenset[int]().union(*(each.last for each in found))
        return _Ends(any(each.empty for each in found), first, last)

    def _written_out(self, repeat: Repeat) -> _Ends:
        """x{1,3} is x(x(x)?)?: a further one comes only after the one before."""
        if repeat.most == 0:
            return _NOTHING
        if repeat.most == 1:
            ends = self.add(repeat.part)
            if ends.empty and repeat.least == 0 and ends.first:
                self._double()
            return _Ends(ends.empty or repeat.least == 0, ends.first, ends.last)
        after: Part = Chain(())
        for _ in range((repeat.most or 0) - repeat.least):
            after = Repeat(Chain((repeat.part, after)), 0, 1, False)
        return self._chain([*[repeat.part] * repeat.least, after])

    def _loop(self, repeat: Repeat) -> _Ends:
        self._loops += 1
        begun = len(self.signs)
        ends = self.add(repeat.part)
        if ends.empty:
            self._double()
        self.join(ends.last, ends.first)
        self._loops -= 1
        if repeat.most is not None and isinstance(repeat.part, Sign):
            self.bounds[begun] = repeat.most
        return _Ends(ends.empty or repeat.least == 0, ends.first, ends.last)


def automaton(part: Part) -> Automaton:
    """The automaton of a pattern. Raises TooComplex."""
    made = Automaton()
    ends = made.add(part)
    made.follow[0] = set(ends.first)
    return made


def components(follow: Iterable[Iterable[int]]) -> list[list[int]]:
    """States that can come to one another and back, together; those come to before those they are come to from."""
    edges = [list(each) for each in follow]
    order = [-1] * len(edges)
    lowest = [0] * len(edges)
    on_stack = [False] * len(edges)
    stack: list[int] = []
    found: list[list[int]] = []
    count = 0
    for root in range(len(edges)):
        if order[root] >= 0:
            continue
        work = [(root, 0)]
        while work:
            state, at = work.pop()
            if at == 0:
                order[state] = lowest[state] = count
                count += 1
                stack.append(state)
                on_stack[state] = True
            descended = False
            for index in range(at, len(edges[state])):
                other = edges[state][index]
                if order[other] < 0:
                    work += [(state, index + 1), (other, 0)]
                    descended = True
                    break
                if on_stack[other]:
                    lowest[state] = min(lowest[state], order[other])
            if descended:
                continue
            if lowest[state] == order[state]:
                cut = stack.index(state)
                found.append(stack[cut:])
                for each in stack[cut:]:
                    on_stack[each] = False
                del stack[cut:]
            if work:
                lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[state])
    return found
