"""One line of a `.flow` as HTML: its colours, and its triggers and conditions marked as taken or missed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

from flowengine.testing.coverage.ways import Way

_PARTS = re.compile(
    r"""(?P<remark>(?<!\S)\#.*)
      | (?P<text>"(?:[^"\\]|\\.)*"?)
      | (?P<pattern>(?<=\s)/(?:[^/\\\n]|\\.)+/)
      | (?P<arrow>->)
      | (?P<number>\b\d+(?:\.\d+)?(?:ms|s|m|h|%)?(?!\w))
      | (?P<word>[^\W\d]\w*)""",
    re.VERBOSE,
)
_WORDS = (
    "flow outbound inbound language voice agent of use contact outcome success retry suppress line intent protective "
    "slot secret ask again confirm valid tries action python http timeout filler briefing policy require before never "
    "after always at most state is anywhere say set note wait listen collect guard do llm facts convinced limit "
    "fallback transfer run split record end resume if elif else or not and press silence otherwise hangup machine heard"
)
_KEYWORDS = frozenset(_WORDS.split())


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a line, from column `start` to before `end` (from 0), in a class of the style sheet."""

    start: int
    end: int
    name: str
    tip: str = ""


def highlighted(line: str, ways: Iterable[tuple[Way, int]]) -> str:
    """The line as HTML. `ways`: what there is to cover on it, with how often each was taken."""
    over = sorted(_marks(line, list(ways)), key=lambda mark: mark.start)
    out: list[str] = []
    at = 0
    for mark in over:
        if mark.start < at:
            continue
        out += (_painted(line[at : mark.start]), f'<mark class="{mark.name}" title="{escape(mark.tip)}">')
        out += (_painted(line[mark.start : mark.end]), "</mark>")
        at = mark.end
    return "".join((*out, _painted(line[at:])))


def times(count: int) -> str:
    """How often, in words."""
    return "never" if not count else "once" if count == 1 else f"{count} times"


def _painted(text: str) -> str:
    out: list[str] = []
    at = 0
    for part in _PARTS.finditer(text):
        kind = part.lastgroup or ""
        if kind == "word":
            kind = "keyword" if part[0] in _KEYWORDS else ""
        out.append(escape(text[at : part.start()], quote=False))
        out.append(f'<i class="{kind}">{escape(part[0], quote=False)}</i>' if kind else escape(part[0], quote=False))
        at = part.end()
    return "".join((*out, escape(text[at:], quote=False)))


def _marks(line: str, ways: list[tuple[Way, int]]) -> Iterator[Mark]:
    sides = {(way.kind, way.span, way.side): count for way, count in ways}
    for way, count in ways:
        start = way.span.column - 1
        if way.kind == "state":
            yield Mark(start, way.span.end_column - 1, _class(count), f"entered {times(count)}")
        elif way.kind == "edge":
            # A trigger stands on the left side of its branch; `after 0.5m` is called by its seconds.
            word = "after" if way.side.startswith("after ") else way.side
            found = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)").search(line, start)
            if found is not None:
                yield Mark(*found.span(), _class(count), f"{way.side}: taken {times(count)}")
        elif way.kind == "condition" and way.label.startswith("split "):
            yield Mark(start, start + len(way.side), _class(count), f"{way.side}: taken {times(count)}")
        elif way.kind == "condition" and way.side == "true":
            other = sides.get(("condition", way.span, "false"), 0)
            name = "half" if bool(count) != bool(other) else _class(count)
            end = way.span.end_column - 1 if way.span.end_line == way.span.line else len(line)
            yield Mark(start, end, name, f"true {times(count)}, false {times(other)}")


def _class(count: int) -> str:
    return "taken" if count else "missed"
