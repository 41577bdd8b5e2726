"""A large drawing made readable: what would cross all of it is told where it begins, and a tower stands in columns.

A state that very many lead to (where every third silence ends, say) would hide all else below its arrows: the moves to
it are lines on the cards they leave. And where the rows make a tower, they are cut where the fewest arrows cross; those
that do become jumps, small marks at both ends, as a score says "to the coda".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from flowengine.graph.edges import plain_name
from flowengine.graph.export.cards import Card, Exit, Remark
from flowengine.graph.export.parts import card_size, label_size
from flowengine.graph.export.ranks import backward, ranks
from flowengine.graph.export.sketch import Arrow, Jump, Sketch

CROWD = 8
"""So many states lead to one, and no arrow to it is drawn."""
TALLEST = 2400.0
"""Pixels that a column of rows may be high, roughly: two or three screens."""
ROW_ROOM = 80.0
MOST_NAMED = 3
SLACK = 0.3
"""How far from an even share of the rows a column may end, for a cut across fewer arrows."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A sketch with jumps, and the column of each card that is in one, by key."""

    drawing: Sketch
    columns: Mapping[str, int]


def fold(drawing: Sketch) -> Folded:
    """The drawing with exits and jumps where they help; a small one comes back as it is."""
    own = [card for card in drawing.cards if not card.scope]
    start = next((card.key for card in own if card.is_start), own[0].key if own else "")
    drawing = _with_exits(drawing, {key for key, sources in _sources(drawing).items() if len(sources) >= CROWD})
    columns = _columns(drawing, start)
    home = _homes(drawing)
    jumping: set[Arrow] = set()
    for arrow in drawing.arrows:
        one, other = columns.get(home[arrow.source]), columns.get(home[arrow.target])
        if one is not None and other is not None and one != other:
            jumping.add(arrow)
    return Folded(_with_jumps(drawing, jumping), columns)


def _sources(drawing: Sketch) -> dict[str, set[str]]:
    """The states that lead to each card."""
    cards = {card.key for card in drawing.cards}
    found: dict[str, set[str]] = {}
    for arrow in drawing.arrows:
        if arrow.target in cards and arrow.source != arrow.target:
            found.setdefault(arrow.target, set()).add(arrow.source)
    return found


def _homes(drawing: Sketch) -> dict[str, str]:
    """The card of the flow itself that each node goes with: a subflow's go with the state that runs it."""
    found: dict[str, str] = {}
    for key, node in drawing.nodes.items():
        if node.scope:
            found[key] = f"state-{node.scope.partition('/')[0]}"
        else:
            found[key] = key if isinstance(node, Card) else f"state-{node.source}"
    return found


def _columns(drawing: Sketch, start: str) -> dict[str, int]:
    """The column of each card that arrows join to the start, from 0."""
    home = _homes(drawing)
    cards = {card.key: card for card in drawing.cards if not card.scope}
    moves = [(home[arrow.source], home[arrow.target], arrow) for arrow in drawing.arrows]
    moves = [move for move in moves if move[0] != move[1] and move[0] in cards and move[1] in cards]
    joined = _joined(start, [(one, other) for one, other, _ in moves])
    nodes = [key for key in cards if key in joined]
    ends = [(one, other) for one, other, _ in moves if one in joined]
    turned = backward(nodes, ends)
    forward = [(other, one) if index in turned else (one, other) for index, (one, other) in enumerate(ends)]
    rank = ranks(nodes, forward, start)
    rows = [ROW_ROOM] * (max(rank.values(), default=0) + 1)
    for key in nodes:
        rows[rank[key]] = max(rows[rank[key]], card_size(cards[key])[1] + ROW_ROOM)
    for one, _, arrow in moves:
        if one in rank:
            rows[rank[one]] = max(rows[rank[one]], card_size(cards[one])[1] + label_size(arrow)[1] + ROW_ROOM)
    cuts = _cuts(rows, [(rank[one], rank[other]) for one, other in forward])
    return {key: sum(rank[key] >= cut for cut in cuts) for key in nodes}


def _joined(start: str, ends: Sequence[tuple[str, str]]) -> set[str]:
    beside: dict[str, set[str]] = {}
    for one, other in ends:
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    found, ahead = {start}, [start]
    while ahead:
        near = beside.get(ahead.pop(), set()) - found
        found |= near
        ahead += sorted(near)
    return found


def _cuts(rows: Sequence[float], spans: Sequence[tuple[int, int]]) -> list[int]:
    """The rows that begin a new column: near an even share, where the fewest arrows (rows from, to) cross."""
    many = ceil(sum(rows) / TALLEST)
    tops = [sum(rows[:row]) for row in range(len(rows))]
    found: list[int] = []
    share = sum(rows) / max(many, 1)

    def cost(row: int, aim: float) -> tuple[int, float]:
        return sum(one < row <= other for one, other in spans), abs(tops[row] - aim)

    for number in range(1, many):
        aim = share * number
        near = [
            row
            for row in range(1, len(rows))
            if abs(tops[row] - aim) <= share * SLACK and row > (found[-1] if found else 0)
        ]
        if near:
            found.append(min((*cost(row, aim), row) for row in near)[2])
    return found


def _with_exits(drawing: Sketch, crowded: set[str]) -> Sketch:
    nodes = drawing.nodes
    exits: dict[str, list[Exit]] = {}
    arrows: list[Arrow] = []
    for arrow in drawing.arrows:
        target = nodes[arrow.target]
        if isinstance(target, Card) and arrow.target in crowded and arrow.source != arrow.target:
            told = Exit(target.name, " or ".join(arrow.labels), arrow.is_broken)
            exits.setdefault(arrow.source, []).append(told)
        else:
            arrows.append(arrow)
    left = [arrow for arrow in drawing.arrows if arrow not in arrows]
    cards = tuple(
        replace(
            card,
            exits=tuple(exits.get(card.key, ())),
            remarks=(*card.remarks, *_entered([arrow.source for arrow in left if arrow.target == card.key])),
        )
        for card in drawing.cards
    )
    return replace(drawing, cards=cards, arrows=tuple(arrows))


def _with_jumps(drawing: Sketch, jumping: set[Arrow]) -> Sketch:
    jumps: dict[str, Jump] = {}
    arrows: list[Arrow] = []
    nodes = drawing.nodes
    for arrow in drawing.arrows:
        target = nodes[arrow.target]
        if arrow in jumping and isinstance(target, Card):
            jump = Jump(arrow.source, target.name, nodes[arrow.source].scope, arrow.is_broken)
            jumps[jump.key] = jump
            arrow = replace(arrow, target=jump.key)
        arrows.append(arrow)
    cards = tuple(
        replace(
            card,
            remarks=(*card.remarks, *_entered([jump.source for jump in jumps.values() if jump.target == card.name])),
        )
        for card in drawing.cards
    )
    return replace(drawing, cards=cards, arrows=tuple(arrows), jumps=tuple(jumps.values()))


def _entered(sources: Sequence[str]) -> Iterator[Remark]:
    """Where the moves come from that no arrow shows, by the keys of the cards."""
    before = [plain_name(source.removeprefix("state-")) for source in sources]
    if len(before) > MOST_NAMED:
        yield Remark("beyond", f"from {len(before)} states")
    elif before:
        yield Remark("beyond", f"from {', '.join(before)}")
