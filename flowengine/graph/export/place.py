"""How far right each node stands: near its neighbours, in order, and never closer to the next than allowed.

A row's best places are a least-squares problem with fixed gaps between neighbours. Take the gaps out and it is an
isotonic regression, which pooling adjacent violators solves exactly; sweeping down and up a few times does the rest.
Chosen over Brandes and Köpf's method for being half as long and giving straighter long arrows on our flows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

SWEEPS = 40

Gap = Callable[[int, int], float]


def placed(
    rows: Sequence[Sequence[int]], links: Sequence[tuple[int, int]], weight: Mapping[tuple[int, int], float], gap: Gap
) -> dict[int, float]:
    """The x of each node's centre. `gap(left, right)`: the least distance of two neighbours' centres."""
    down: dict[int, list[tuple[int, float]]] = {}
    up: dict[int, list[tuple[int, float]]] = {}
    for above, below in links:
        pull = weight.get((above, below), 1.0)
        down.setdefault(above, []).append((below, pull))
        up.setdefault(below, []).append((above, pull))
    x = _packed(rows, gap)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        for row in rows if forth else reversed(rows):
            last = sweep >= SWEEPS - 4
            _settle(row, x, [up, down] if last else [up] if forth else [down], gap)
    return x


def straightened(
    rows: Sequence[Sequence[int]], runs: Sequence[tuple[Sequence[int], int | None]], x: dict[int, float], gap: Gap
) -> None:
    """Give the nodes of each run one x, as far down the run as their neighbours leave room, then begin anew.

    That x is the one of the node given beside the run, else the mean of the run's own.
    """
    beside: dict[int, tuple[int | None, int | None]] = {}
    for row in rows:
        for index, node in enumerate(row):
            left = row[index - 1] if index else None
            beside[node] = (left, row[index + 1] if index + 1 < len(row) else None)
    for run, above in sorted(runs, key=lambda pair: len(pair[0]), reverse=True):
        rest = list(run)
        while rest:
            least, most, shared = float("-inf"), float("inf"), 0
            for node in rest:
                left, right = beside[node]
                low = x[left] + gap(left, node) if left is not None else least
                high = x[right] - gap(node, right) if right is not None else most
                if max(low, least) > min(high, most):
                    break
                least, most, shared = max(low, least), min(high, most), shared + 1
            together, rest = rest[: max(shared, 1)], rest[max(shared, 1) :]
            middle = x[above] if above is not None else sum(x[node] for node in together) / len(together)
            for node in together if shared else ():
                x[node] = min(max(middle, least), most)


def _packed(rows: Sequence[Sequence[int]], gap: Gap) -> dict[int, float]:
    """Every row laid out as tight as it goes, its middle at 0."""
    x: dict[int, float] = {}
    for row in rows:
        at = 0.0
        for index, node in enumerate(row):
            at += gap(row[index - 1], node) if index else 0.0
            x[node] = at
        for node in row:
            x[node] -= at / 2
    return x


def _settle(
    row: Sequence[int], x: dict[int, float], sides: Sequence[Mapping[int, list[tuple[int, float]]]], gap: Gap
) -> None:
    """Move one row's nodes as near as the gaps allow to the weighted mean of their neighbours on these sides."""
    offset = 0.0
    offsets: list[float] = []
    wants: list[tuple[float, float]] = []
    for index, node in enumerate(row):
        offset += gap(row[index - 1], node) if index else 0.0
        offsets.append(offset)
        joined = [pair for side in sides for pair in side.get(node, ())]
        pull = sum(strength for _, strength in joined)
        want = sum(x[other] * strength for other, strength in joined) / pull if pull else x[node]
        wants.append((want - offset, pull or 0.05))
    for node, at, place in zip(row, offsets, _isotonic(wants), strict=True):
        x[node] = place + at


def _isotonic(wants: Sequence[tuple[float, float]]) -> list[float]:
    """The never-falling numbers nearest to these (value, weight) pairs by weighted squares."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in wants:
        count = 1
        while pools and pools[-1][0] > value:
            before, heavy, many = pools.pop()
            value = (value * weight + before * heavy) / (weight + heavy)
            weight += heavy
            count += many
        pools.append((value, weight, count))
    return [value for value, _, count in pools for _ in range(count)]
