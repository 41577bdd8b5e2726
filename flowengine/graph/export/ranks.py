"""Which row each node of a graph stands on, so that arrows run downward. The first step of the layered layout.

Cycles are opened by turning round the arrows that lead back to a node still being visited, depth first in the given
order: in a call flow those are the moves an author would call "back".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def backward(nodes: Sequence[str], arrows: Sequence[tuple[str, str]]) -> frozenset[int]:
    """The indexes of arrows to turn round so that no cycle is left. An arrow to its own node is never among them."""
    onward = _onward(nodes, arrows)
    done: set[str] = set()
    open_nodes: set[str] = set()
    turned: set[int] = set()
    for root in nodes:
        if root in done:
            continue
        open_nodes.add(root)
        path = [(root, iter(onward[root]))]
        while path:
            node, rest = path[-1]
            for index, target in rest:
                if target in open_nodes:
                    turned.add(index)
                elif target not in done:
                    open_nodes.add(target)
                    path.append((target, iter(onward[target])))
                    break
            else:
                path.pop()
                open_nodes.discard(node)
                done.add(node)
    return frozenset(turned)


def ranks(nodes: Sequence[str], arrows: Sequence[tuple[str, str]], start: str) -> Mapping[str, int]:
    """A row for each node, from 0, every arrow leading down. The arrows must be free of cycles.

    Each node stands as high as its longest way in allows; nodes nobody leads to (other than `start`) sink to just
    above what they lead to, so that a side entrance does not stretch over the whole drawing.
    """
    onward = _onward(nodes, arrows)
    order = _sorted(nodes, onward)
    rank = dict.fromkeys(nodes, 0)
    for node in order:
        for _, target in onward[node]:
            rank[target] = max(rank[target], rank[node] + 1)
    entered = {target for _, target in arrows}
    for node in reversed(order):
        if node not in entered and node != start and onward[node]:
            rank[node] = min(rank[target] for _, target in onward[node]) - 1
    return rank


def _onward(nodes: Sequence[str], arrows: Sequence[tuple[str, str]]) -> dict[str, list[tuple[int, str]]]:
    onward: dict[str, list[tuple[int, str]]] = {node: [] for node in nodes}
    for index, (source, target) in enumerate(arrows):
        if source != target:
            onward[source].append((index, target))
    return onward


def _sorted(nodes: Sequence[str], onward: Mapping[str, list[tuple[int, str]]]) -> list[str]:
    """The nodes, each after all that lead to it."""
    waiting_for = dict.fromkeys(nodes, 0)
    for targets in onward.values():
        for _, target in targets:
            waiting_for[target] += 1
    ready = [node for node in nodes if waiting_for[node] == 0]
    order: list[str] = []
    while ready:
        node = ready.pop(0)
        order.append(node)
        for _, target in onward[node]:
            waiting_for[target] -= 1
            if waiting_for[target] == 0:
                ready.append(target)
    return order
