"""Rows and comments as lines to be written: how deep each stands, and what stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from lark import Token

from flowengine.language import ast
from flowengine.language.format_spacing import gaps, whole_literals
from flowengine.language.layout import Row
from flowengine.language.source import Source

WIDTH = 120
INDENT = "  "
_TEXTS = {"STRING", "PATTERN"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the result. `head` is the first token's kind, empty for a comment that has the line to itself.

    `number` is the line it had in the source; `spaced` when the author left a line free above it; `goes_on` when a
    bracket is open at its beginning; `comment_column` (from 0) where the author began the comment beside it.
    """

    depth: int
    code: str
    comment: str
    head: str
    number: int
    spaced: bool
    tokens: tuple[Token, ...] = ()
    goes_on: bool = False
    comment_column: int = 0

    @property
    def indented(self) -> str:
        return f"{INDENT * self.depth}{self.code}"


def lines_of(source: Source, rows: list[Row], comments: tuple[ast.Comment, ...]) -> list[Line]:
    """Every line, in order, as deep as it belongs."""
    texts = source.lines
    beside = {comment.span.line: comment for comment in comments if not comment.own_line}
    placed: list[Line] = []
    for row in rows:
        for line in _of_row(source.text, row):
            free = line.number > 1 and not texts[line.number - 2].strip()
            line = replace(line, spaced=free)
            if (comment := beside.get(line.number)) is not None:
                line = replace(line, comment=comment.text.rstrip(), comment_column=comment.span.column - 1)
            placed.append(line)
    alone = [comment for comment in comments if comment.own_line]
    return list(_wrapped(_with_comments(placed, alone, texts)))


def _of_row(text: str, row: Row) -> Iterator[Line]:
    """A row's own line, and the deeper ones on which an open bracket goes on."""
    tokens = whole_literals(text, row.tokens)
    if len(tokens) > 1 and tokens[-1].type == "COLON":
        # A block may be opened with a colon; one way of writing it is enough.
        tokens = tokens[:-1]
    pairs = zip(gaps(tokens), tokens, strict=True)
    for index, (number, group) in enumerate(groupby(pairs, key=lambda pair: pair[1].line or 1)):
        code = "".join(gap + str(token) for gap, token in group).strip()
        depth = row.depth if index == 0 else row.depth + (1 if code[0] in ")]}" else 2)
        yield Line(depth, code, "", tokens[0].type, number, False, tuple(tokens), index > 0)


def _with_comments(lines: list[Line], comments: list[ast.Comment], texts: list[str]) -> Iterator[Line]:
    """Lines with the comments that have a line to themselves, in order.

    The next line is looked for from the end, where a comment belongs to what comes after it.
    """
    widths: list[int] = []
    waiting = iter([*comments, None])
    comment = next(waiting)
    for index, line in enumerate([*lines, None]):
        above = lines[index - 1] if index else None
        group: list[ast.Comment] = []
        while comment is not None and (line is None or comment.span.line < line.number):
            group.append(comment)
            comment = next(waiting)
        yield from _placed(group, above, line, widths, texts)
        if line is not None:
            if not line.goes_on:
                del widths[line.depth :]
                widths.append(len(_prefix(texts[line.number - 1])))
            yield line


def _placed(
    group: list[ast.Comment], above: Line | None, below: Line | None, widths: list[int], texts: list[str]
) -> Iterator[Line]:
    """Comments between two lines: as deep as the line below, or as the block above where the author put them there."""
    least = below.depth if below else 0
    most = max(least, above.depth if above else 0)
    attached = _attached(group, below)
    for comment in group:
        number = comment.span.line
        depth = least
        # A comment right above a definition is about it: a free line will part the definition from the block above.
        if not (below and below.goes_on) and not (least == 0 and number in attached):
            fitting = [level for level in range(least, most + 1) if _reaches(widths, level, comment.span.column - 1)]
            depth = max(fitting, default=least)
        free = number > 1 and not texts[number - 2].strip()
        goes_on = below is not None and below.goes_on
        yield Line(depth, "", comment.text.rstrip(), "", number, free, (), goes_on)


def _attached(group: list[ast.Comment], below: Line | None) -> set[int]:
    """Lines of the comments that stand right above a line, less those that are deeper than one under them."""
    found: set[int] = set()
    touching, column = below.number if below else 0, 0
    for comment in reversed(group):
        if comment.span.line != touching - 1 or (found and comment.span.column > column):
            break
        found.add(comment.span.line)
        touching, column = comment.span.line, comment.span.column
    return found


def _reaches(widths: list[int], level: int, width: int) -> bool:
    return level < len(widths) and widths[level] <= width


def _prefix(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _wrapped(lines: Iterator[Line]) -> Iterator[Line]:
    """Lists of texts and phrases within the width. A line with a comment is left: it may be about any part of it."""
    root = ""
    above: Line | None = None
    for line in lines:
        if line.depth == 0 and line.head:
            root = line.head
        commented = line.comment or (above is not None and not above.head and above.number == line.number - 1)
        if len(line.indented) <= WIDTH or commented:
            yield line
        else:
            yield from _in_pieces(line, root)
        above = line


def _in_pieces(line: Line, root: str) -> Iterator[Line]:
    kinds = [token.type for token in line.tokens]
    texts = [str(token) for token in line.tokens if token.type in _TEXTS]
    head = len(kinds) - len(texts)
    if head == 0:
        yield from _filled(line, texts)
    elif len(texts) > 1 and _opens_texts(kinds, head, root):
        yield replace(line, code=" ".join(line.tokens[:head]))
        for text in texts:
            yield replace(line, depth=line.depth + 1, code=text, head="STRING", spaced=False)
    else:
        yield line


def _opens_texts(kinds: list[str], head: int, root: str) -> bool:
    """Whether a line's texts may as well stand under it: `say "…" "…"`, `line name "…" "…"`."""
    if "STRING" in kinds[:head] or set(kinds[head:]) != {"STRING"}:
        return False
    return (kinds[0] == "SAY" and head == 1 and root in ("STATE", "ANYWHERE")) or root == kinds[0] == "LINE"


def _filled(line: Line, pieces: list[str]) -> Iterator[Line]:
    """As many texts on each line as fit."""
    room = WIDTH - len(INDENT) * line.depth
    current = ""
    spaced = line.spaced
    for piece in pieces:
        if current and len(current) + 1 + len(piece) > room:
            yield replace(line, code=current, spaced=spaced)
            current, spaced = "", False
        current = f"{current} {piece}" if current else piece
    yield replace(line, code=current, spaced=spaced)
