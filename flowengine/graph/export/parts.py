"""The parts of the drawing as SVG: cards, pills and arrows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowengine.graph.edges import plain_name
from flowengine.graph.export.cards import Card, Exit, RemarkKind
from flowengine.graph.export.layout import Route
from flowengine.graph.export.sketch import Arrow, Jump, Pill
from flowengine.graph.export.text import cut, width, wrapped
from flowengine.graph.export.xml import attribute, number, text

ROOM = 212.0
"""Pixels a card gives its text."""
SIDE = 14.0
PILL_HEIGHT = 28.0
LABEL_LINE = 14.0
BOLD = 1.12
"""So much wider bold letters are, in DejaVu Sans."""
HUES = 6
"""Tags are told apart by so many colours, then they come again."""

GLYPHS: dict[RemarkKind | str, str] = {
    "repeats": "M9.2 5.2A4.2 4.2 0 1 1 7.6 1.8M9.4 .6v2.6H6.8",
    "answers": "M4 1 1.2 3.8 4 6.6M1.4 3.8H7a2.6 2.6 0 0 1 0 5.2H4.6",
    "listens": "M1 4v2M3.4 2.4v5.2M5.8 .8v8.4M8.2 3v4",
    "collects": "M1 1.4h8M1 5h8M1 8.6h5",
    "guard": "M1.4 4.4h7.2v5H1.4zM3 4.4V2.8a2 2 0 0 1 4 0v1.6",
    "does": "M5.8 .6 1.6 5.6H5L4.2 9.4 8.4 4.4H5z",
    "model": "M5 .6 6.2 3.8 9.4 5 6.2 6.2 5 9.4 3.8 6.2 .6 5 3.8 3.8z",
    "transfers": "M.8 5h7.4M5.4 2.2 8.2 5 5.4 7.8",
    "runs": "M1 1.4h8v7.2H1zM1 3.6h8",
    "splits": "M5 9.2V6L1.4 2.4M5 6l3.6-3.6M1.4 4.6V2.4h2.2M8.6 4.6V2.4H6.4",
    "records": "M5 1.2a3.8 3.8 0 1 0 .01 0zM5 3.6a1.4 1.4 0 1 0 .01 0z",
    "firm": "M1 3.6h2.2L6 1.2v7.6L3.2 6.4H1zM8.2 2.6v4.8",
    "keys": "M1.4 1.8h1.6M4.2 1.8h1.6M7 1.8h1.6M1.4 5h1.6M4.2 5h1.6M7 5h1.6M4.2 8.2h1.6",
    "briefing": "M1 1.4h8v5.4H4.6L2.4 9V6.8H1zM3 4.1h4",
    "beyond": "M1 5h.01M4.6 5h.01M8.2 5h.01",
    "kept": "M5 .6 9 2v3c0 2.3-1.6 3.8-4 4.6C2.6 8.8 1 7.3 1 5V2zM3.2 4.8l1.3 1.3 2.3-2.5",
    "gives": "M1 5.4 3.8 8.2 9 2",
    "proved": "M1 5.4 3.8 8.2 9 2",
    "broken": "M1.6 1.6l6.8 6.8M8.4 1.6 1.6 8.4",
    "unproved": "M3 3.2A2.1 2.1 0 1 1 5 5.4V6.4M5 8.8v.01",
    "success": "M1 5.4 3.8 8.2 9 2",
    "retry": "M9.2 5.2A4.2 4.2 0 1 1 7.6 1.8M9.4 .6v2.6H6.8",
    "suppress": "M8 2A4.2 4.2 0 1 1 2 8 4.2 4.2 0 0 1 8 2L2 8",
    "plain": "M2 5h6",
}


def card_size(card: Card) -> tuple[float, float]:
    """Width and height of a card."""
    facts = [fact for _, fact in _remarks(card)] + [line for _, lines in _exits(card) for line in lines]
    lines = [width(line, 12) for line in _says(card)] + [width(fact, 11) + 16 for fact in facts]
    widest = max(_title_width(card), *lines, 0.0)
    height = 35 + 16 * len(_says(card)) + 17 * len(facts) + (5 if _says(card) or facts else 3)
    return max(136.0, round(widest) + 2 * SIDE), float(height)


def card_svg(card: Card, x: float, y: float, tags: Sequence[str], *, faded: bool = False) -> str:
    """One state. `tags`: all of the drawing, whose places choose the colours."""
    wide, high = card_size(card)
    return "\n".join(
        (
            f'<g class="{_classes(card, faded=faded)}" id={attribute(card.key)} data-state={attribute(card.name)} '
            f'tabindex="0" role="img" transform="translate({number(x)} {number(y)})">'
            f"<title>{text(_described(card))}</title>",
            f'<rect class="box" width="{number(wide)}" height="{number(high)}" rx="11"/>',
            f'<text class="name" x="{number(SIDE)}" y="24">{text(cut(card.title, 14, ROOM))}</text>',
            *_badges(card, wide, tags),
            *_body(card),
            "</g>",
        )
    )


def chip_svg(words: str, kind: str, x: float, y: float) -> str:
    """A small coloured chip: a tag, or the name of a library."""
    room = chip_width(words)
    return (
        f'<g class="{kind}" transform="translate({number(x)} {number(y)})">'
        f'<rect width="{number(room)}" height="17" rx="8.5"/>'
        f'<text x="{number(room / 2)}" y="12" text-anchor="middle">{text(words)}</text></g>'
    )


def chip_width(words: str) -> float:
    """Width of a chip."""
    return width(words, 10) + 12


def tag_class(tag: str, tags: Sequence[str]) -> str:
    """The classes of a tag's chip."""
    return f"tag hue{tags.index(tag) % HUES}"


def glyph_svg(kind: RemarkKind | str, x: float, y: float) -> str:
    """A glyph of ten pixels."""
    return f'<path class="glyph {kind}" transform="translate({number(x)} {number(y)})" d="{GLYPHS[kind]}"/>'


def pill_width(outcome: str) -> float:
    """Width of an ending; its name is bold."""
    return round(width(outcome, 12) * BOLD) + 42.0


def pill_svg(pill: Pill, x: float, y: float) -> str:
    """An ending, coloured and marked by what it means to the dialler; without a source, one of the panel."""
    meaning = {"success": "success", "retry": "to be tried again", "suppress": "never to be called again"}
    told = f"{'The subflow returns' if pill.returns else 'The call ends'}: {pill.outcome}"
    told += f" ({meaning[pill.disposition]})" if pill.disposition is not None else ""
    told = ". ".join([told, *pill.kept])
    whence = f" data-source={attribute(pill.source)}" if pill.source else ""
    kind = "returns" if pill.returns else pill.disposition or "plain"
    marks = "".join(f" {mark}" for mark, holds in (("kept", pill.kept), ("broken", pill.is_broken)) if holds)
    data = (
        f"data-returns={attribute(pill.outcome)}"
        if pill.returns
        else f'data-outcome={attribute(pill.outcome)} data-disposition="{pill.disposition or ""}"'
    )
    return (
        f'<g class="pill {kind}{marks}" {data}{whence} transform="translate({number(x)} {number(y)})">'
        f"<title>{text(told)}</title>"
        f'<rect width="{number(pill_width(pill.outcome))}" height="{number(PILL_HEIGHT)}" '
        f'rx="{number(PILL_HEIGHT / 2)}"/>'
        f'<path class="glyph" transform="translate(13 9)" d="{GLYPHS["answers" if pill.returns else kind]}"/>'
        f'<text x="29" y="18.5">{text(pill.outcome)}</text></g>'
    )


def jump_width(jump: Jump) -> float:
    """Width of a jump."""
    return round(width(plain_name(jump.target), 12) * BOLD) + 42.0


def jump_svg(jump: Jump, x: float, y: float) -> str:
    """The mark of an arrow that goes on elsewhere in the drawing."""
    name = plain_name(jump.target)
    return (
        f'<g class="jump{" broken" if jump.is_broken else ""}" transform="translate({number(x)} {number(y)})">'
        f"<title>{text(f'goes on in {name}')}</title>"
        f'<rect width="{number(jump_width(jump))}" height="{number(PILL_HEIGHT)}" rx="6"/>'
        f'<path class="glyph" transform="translate(13 9)" d="{GLYPHS["transfers"]}"/>'
        f'<text x="29" y="18.5">{text(name)}</text></g>'
    )


def label_size(arrow: Arrow) -> tuple[float, float]:
    """Width and height of an arrow's label."""
    if not arrow.labels:
        return 0.0, 0.0
    return max(width(cut(line, 11, ROOM), 11) for line in arrow.labels), LABEL_LINE * len(arrow.labels)


def arrow_svg(arrow: Arrow, route: Route, ends: str) -> str:
    """One arrow with its head and label. `ends`: its data attributes."""
    own = arrow.source == arrow.target
    x, y = route.points[-1]
    head = "l8.5 -4.5v9z" if own else "l-4.5 8.5h9z" if route.turned else "l-4.5 -8.5h9z"
    label_x, label_y = route.label
    first = label_y - LABEL_LINE * len(arrow.labels) / 2 + 10.5
    labels = "".join(
        f'<text class="label" x="{number(label_x)}" y="{number(first + LABEL_LINE * index)}">'
        f"{text(cut(line, 11, ROOM))}</text>"
        for index, line in enumerate(arrow.labels)
    )
    by = attribute("|".join(arrow.labels))
    return (
        f'<g class="edge{" back" if route.turned else ""}{" broken" if arrow.is_broken else ""}" {ends} data-by={by}>'
        f'<path class="line" d="{_loop(route) if own else _curve(route)}"/>'
        f'<path class="head" d="M{number(x)} {number(y)}{head}"/>{labels}</g>'
    )


def _classes(card: Card, *, faded: bool) -> str:
    marks = {
        "start": card.is_start,
        "library": card.library is not None,
        "unreached": not card.is_reached,
        "broken": card.is_broken,
        "faded": faded,
    }
    return " ".join(["state", *(mark for mark, holds in marks.items() if holds)])


def _described(card: Card) -> str:
    parts = [f"State {card.name}" + (f", from the library {card.library}" if card.library is not None else "")]
    parts += [f"says: {card.says}"] if card.says is not None else []
    parts += [remark.text for remark in card.remarks] + [leaving.text for leaving in card.exits]
    parts += ["no path leads here"] if not card.is_reached else []
    parts += ["here a policy is broken"] if card.is_broken else []
    return ". ".join(parts)


def _says(card: Card) -> tuple[str, ...]:
    return wrapped(f"“{card.says}”", 12, ROOM, 2) if card.says is not None else ()


def _exits(card: Card) -> list[tuple[Exit, tuple[str, ...]]]:
    return [(leaving, wrapped(leaving.text, 11, ROOM - 16, 2)) for leaving in card.exits]


def _remarks(card: Card) -> list[tuple[RemarkKind | None, str]]:
    """Lines below the sentence, each with the kind whose glyph it begins with; the long ones may take two."""
    found: list[tuple[RemarkKind | None, str]] = []
    for remark in card.remarks:
        lines = wrapped(remark.text, 11, ROOM - 16, 2 if remark.kind in {"model", "splits", "beyond"} else 1)
        found += [(remark.kind, line) for line in lines[:1]]
        found += [(None, line) for line in lines[1:]]
    return found


def _title_width(card: Card) -> float:
    return width(cut(card.title, 14, ROOM), 14) * 1.05 + sum(chip_width(words) + 6 for words, _ in _chips(card, ()))


def _chips(card: Card, tags: Sequence[str]) -> list[tuple[str, str]]:
    """Words and classes; a subflow's states stand in a frame that says where they are from."""
    chips = [(tag, tag_class(tag, tags or card.tags)) for tag in card.tags]
    return chips + ([(card.library, "tag from")] if card.library is not None and not card.scope else [])


def _badges(card: Card, wide: float, tags: Sequence[str]) -> Iterator[str]:
    right = wide - SIDE + 4
    for words, kind in reversed(_chips(card, tags)):
        yield chip_svg(words, kind, right - chip_width(words), 11)
        right -= chip_width(words) + 6


def _body(card: Card) -> Iterator[str]:
    y = 43.0
    for line in _says(card):
        yield f'<text class="says" x="{number(SIDE)}" y="{number(y)}">{text(line)}</text>'
        y += 16
    y += 2
    for kind, words in _remarks(card):
        if kind is not None:
            yield glyph_svg(kind, SIDE, y - 9)
        yield f'<text class="fact {kind or ""}" x="{number(SIDE + 16)}" y="{number(y)}">{text(words)}</text>'
        y += 17
    for leaving, lines in _exits(card):
        broken = " broken" if leaving.is_broken else ""
        ends = f"data-source={attribute(card.name)} data-target={attribute(leaving.target)}"
        yield f'<g class="edge exit{broken}" {ends} data-by={attribute(leaving.label)}>'
        yield glyph_svg("transfers", SIDE, y - 9)
        for line in lines:
            yield f'<text class="fact" x="{number(SIDE + 16)}" y="{number(y)}">{text(line)}</text>'
            y += 17
        yield "</g>"


def _curve(route: Route) -> str:
    """A smooth line through the route's points, vertical at each."""
    (x, y), *rest = route.points
    path = [f"M{number(x)} {number(y)}"]
    for to_x, to_y in rest:
        if abs(to_x - x) < 0.5 or abs(to_y - y) < 0.5:
            path.append(f"L{number(to_x)} {number(to_y)}")
        else:
            middle = number((y + to_y) / 2)
            path.append(f"C{number(x)} {middle} {number(to_x)} {middle} {number(to_x)} {number(to_y)}")
        x, y = to_x, to_y
    return "".join(path)


def _loop(route: Route) -> str:
    one, two, three, four = (f"{number(x)} {number(y)}" for x, y in route.points)
    return f"M{one}C{two} {three} {four}"
