"""The drawing put together: each subflow's run laid out by itself, then as one framed box in the layout around it.

Within a level, what no arrow joins is laid out apart; the outermost level leaves it to its caller where those parts go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flowengine.graph.export.layout import Box, Layout, Link, lay_out, loop_room
from flowengine.graph.export.parts import PILL_HEIGHT, card_size, jump_width, label_size, pill_width
from flowengine.graph.export.sketch import Arrow, Card, Jump, Node, Pill, Sketch

FRAME_SIDE = 18.0
FRAME_TOP = 66.0
"""Room for a frame's title, and for the entry into its first state."""
FRAME_GAP = 32.0


@dataclass(frozen=True, slots=True)
class Part:
    """What arrows join, laid out, and where it stands. `nodes`: cards, pills and frames by key."""

    nodes: Mapping[str, Node | Frame]
    arrows: tuple[Arrow, ...]
    layout: Layout
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A run of a subflow: what is drawn in it, and its size. `entry`: the place of its first state's top, if drawn."""

    scope: str
    parts: tuple[Part, ...]
    width: float
    height: float
    entry: tuple[float, float] | None

    @property
    def key(self) -> str:
        return _frame_key(self.scope)


def compose(drawing: Sketch, scope: str = "") -> list[Part]:
    """The parts of one level, the one with the level's first state in front."""
    cards = {card.key: card for card in drawing.cards if card.scope == scope}
    pills = {pill.key: pill for pill in drawing.pills if pill.scope == scope}
    jumps = {jump.key: jump for jump in drawing.jumps if jump.scope == scope}
    frames = [_frame(drawing, inner) for inner in scopes(drawing) if outer_scope(inner) == scope]
    nodes: dict[str, Node | Frame] = {**cards, **pills, **jumps, **{frame.key: frame for frame in frames}}
    arrows = list(_arrows_of(drawing, scope))
    start = _first(list(cards.values()))
    parts = [_part(group, inner, start) for group, inner in _joined(nodes, arrows)]
    parts.sort(key=lambda part: start not in part.nodes)
    return parts


def outer_scope(scope: str) -> str:
    """The scope of the state that runs a subflow: "" for `terms/find_address`."""
    return scope.rpartition("/")[0].rpartition("/")[0]


def _first(cards: Sequence[Card]) -> str:
    start = next((card for card in cards if card.is_start), cards[0] if cards else None)
    return start.key if start is not None else ""


def scopes(drawing: Sketch) -> list[str]:
    """The scopes drawn, and those around them."""
    found: dict[str, None] = {}
    for card in drawing.cards:
        found.update(dict.fromkeys(_levels(card.scope)[:-1]))
    return list(found)


def _levels(scope: str) -> list[str]:
    """A scope and all around it, the outermost last."""
    found = [scope]
    while found[-1]:
        found.append(outer_scope(found[-1]))
    return found


def _frame_key(scope: str) -> str:
    return f"run-{scope}"


def _frame(drawing: Sketch, scope: str) -> Frame:
    """One run, its parts side by side."""
    placed: list[Part] = []
    x = FRAME_SIDE
    for part in compose(drawing, scope):
        placed.append(replace(part, x=x, y=FRAME_TOP))
        x += part.layout.width + FRAME_GAP
    height = max((part.layout.height for part in placed), default=0.0)
    entry = None
    first = _first([card for card in drawing.cards if card.scope == scope])
    for part in placed:
        card = part.nodes.get(first)
        if isinstance(card, Card):
            left, top = part.layout.boxes[first]
            entry = (part.x + left + card_size(card)[0] / 2, part.y + top)
    return Frame(scope, tuple(placed), x - FRAME_GAP + FRAME_SIDE, FRAME_TOP + height + FRAME_SIDE, entry)


def _arrows_of(drawing: Sketch, level: str) -> Iterator[Arrow]:
    """The arrows whose two ends this level is the innermost to hold, from and to what stands for them in it."""
    scope_of = {key: node.scope for key, node in drawing.nodes.items()}
    for arrow in drawing.arrows:
        from_levels, to_levels = _levels(scope_of[arrow.source]), _levels(scope_of[arrow.target])
        if next(scope for scope in from_levels if scope in to_levels) == level:
            yield arrow


def _stand_in(nodes: Mapping[str, Node | Frame], inside: Mapping[str, str], key: str) -> str:
    return key if key in nodes else inside[key]


def _inside(frame: Frame) -> Iterator[str]:
    for part in frame.parts:
        for node in part.nodes.values():
            yield node.key
            if isinstance(node, Frame):
                yield from _inside(node)


def _joined(
    nodes: Mapping[str, Node | Frame], arrows: Sequence[Arrow]
) -> Iterator[tuple[dict[str, Node | Frame], list[tuple[Arrow, str, str]]]]:
    """The nodes in groups that arrows join, each with its arrows and the nodes at their ends."""
    inside = {key: node.key for node in nodes.values() if isinstance(node, Frame) for key in _inside(node)}
    ends = [(arrow, _stand_in(nodes, inside, arrow.source), _stand_in(nodes, inside, arrow.target)) for arrow in arrows]
    group_of = {key: key for key in nodes}

    def root(key: str) -> str:
        while group_of[key] != key:
            key = group_of[key]
        return key

    for _, source, target in ends:
        group_of[root(target)] = root(source)
    for one in dict.fromkeys(root(key) for key in nodes):
        yield (
            {key: node for key, node in nodes.items() if root(key) == one},
            [end for end in ends if root(end[1]) == one],
        )


def _part(nodes: dict[str, Node | Frame], ends: Sequence[tuple[Arrow, str, str]], start: str) -> Part:
    loops = {source: label_size(arrow)[0] for arrow, source, target in ends if source == target}
    boxes: dict[str, Box] = {}
    for key, node in nodes.items():
        match node:
            case Card():
                boxes[key] = Box(*card_size(node), loop_room(loops[key]) if key in loops else 0.0)
            case Pill():
                boxes[key] = Box(pill_width(node.outcome), PILL_HEIGHT)
            case Jump():
                boxes[key] = Box(jump_width(node), PILL_HEIGHT)
            case Frame():
                boxes[key] = Box(node.width, node.height)
    links = [Link(source, target, *label_size(arrow)) for arrow, source, target in ends]
    return Part(nodes, tuple(arrow for arrow, _, _ in ends), lay_out(boxes, links, start))
