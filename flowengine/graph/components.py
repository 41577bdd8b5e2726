"""Which states lead to each other: the strongly connected components of a graph, by Tarjan's algorithm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


def components(moves: Mapping[str, Iterable[str]]) -> Iterator[frozenset[str]]:
    """Every component once; one that leads to another comes after it. No recursion: chains of states are long."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    standing: set[str] = set()

    def visit(name: str) -> tuple[str, Iterator[str]]:
        number[name] = low[name] = len(number)
        stack.append(name)
        standing.add(name)
        return name, iter(moves[name])

    for start in moves:
        work = [visit(start)] if start not in number else []
        while work:
            name, ahead = work[-1]
            following = next(ahead, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[name])
                if low[name] == number[name]:
                    group: set[str] = set()
                    while name not in group:
                        group.add(stack.pop())
                    standing.difference_update(group)
                    yield frozenset(group)
            elif following not in number:
                work.append(visit(following))
            elif following in standing:
                low[name] = min(low[name], number[following])
