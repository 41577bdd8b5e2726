"""What may stand at a place in a text that is still being written: for completion, never for compiling.

The definitions of a file do not depend on each other to be parsed, so only the one around the place is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lark import Token

from flowengine.language.grammar import raw_tokens
from flowengine.language.layout import Row, lay_out
from flowengine.language.recovery import Recovery
from flowengine.language.source import Source
from flowengine.language.tokens import lex

_WORD = re.compile(r"\w*\Z")
_PLACEHOLDER = "x"


@dataclass(frozen=True, slots=True)
class Fitting:
    """A place as the parser sees it.

    `accepted`: the kinds of tokens that may come next. `row`: kinds and texts of the tokens before the place in its
    logical line. `around`: the first token of each line whose block holds the place, the innermost first.
    `text`: what stands before the place inside an open string, None outside of one.
    """

    accepted: frozenset[str] = frozenset()
    row: tuple[tuple[str, str], ...] = ()
    around: tuple[str, ...] = ()
    text: str | None = None


def fitting(source: Source, line: int, column: int) -> Fitting:
    """What fits at a place; a word that is being written there is left out of account. Never raises."""
    lines = source.lines
    if not 1 <= line <= len(lines):
        return Fitting()
    before = lines[line - 1][: max(0, column - 1)]
    head = before[: _word_start(before)]
    first = line - 1 if head[:1].strip() else _definition(lines, line - 1)
    cut = Source(source.path, "\n".join([*lines[first : line - 1], head + _PLACEHOLDER]))
    if "\0" in cut.text:
        return Fitting()
    last = [token for token in raw_tokens(cut.text) if token.type != "NEWLINE"][-1]
    if last.type == "COMMENT":
        return Fitting()
    tokens, _, _ = lex(cut)
    rows, _ = lay_out(cut, tokens)
    if not rows or rows[-1].tokens[-1].end_pos != len(cut.text):
        return Fitting()  # nested too deep: nobody reads on
    text = str(last)[1:-1] + before[len(head) :] if last.type == "UNCLOSED" else None
    row = rows[-1].tokens[:-1]
    recovery = Recovery(cut, rows[:-1])
    recovery.feed()
    accepted = recovery.fitting(row, rows[-1].depth)
    return Fitting(accepted, tuple(map(_kind, row)), _around(rows), text)


def _word_start(before: str) -> int:
    found = _WORD.search(before)
    assert found is not None
    return found.start()


def _definition(lines: list[str], index: int) -> int:
    """The line that begins the definition around a line."""
    for number in range(index - 1, -1, -1):
        first = lines[number][:1]
        if first.strip() and first != "#":
            return number
    return 0


def _kind(token: Token) -> tuple[str, str]:
    return token.type, str(token)


def _around(rows: list[Row]) -> tuple[str, ...]:
    found: list[str] = []
    depth = rows[-1].depth
    for row in reversed(rows[:-1]):
        if row.depth < depth:
            found.append(row.tokens[0].type)
            depth = row.depth
    return tuple(found)
