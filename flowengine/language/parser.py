"""Text to tree. Tokens are made once; the parser is fed row by row (a row is a logical line, see layout.py).

A correct file goes straight through. At the first mistake it is begun anew by recovery.py, which looks before it feeds.
"""

from __future__ import annotations

from lark import UnexpectedToken

from flowengine.language import ast
from flowengine.language.build_leaves import EMPTY_BLOCK
from flowengine.language.builder import build
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import Feeder, Node
from flowengine.language.layout import Row, lay_out
from flowengine.language.recovery import Recovery
from flowengine.language.source import Source, Span
from flowengine.language.tokens import lex

MAX_LINE = 4000
"""Characters in one line. Two minutes of speech are about 2,000."""
MAX_FILE = 16_000_000
"""Characters in one file."""

FATAL_CODES = frozenset({"FL100", "FL115", "FL117", "FL118"})
"""After these nothing else about the file is known, so nothing else is reported."""


def parse(source: Source) -> tuple[ast.File, tuple[Diagnostic, ...]]:
    """The tree of a file and its mistakes in source order. Never raises, whatever the text is."""
    unusable = _unusable(source)
    if unusable is not None:
        return ast.File(source.path, (), (), ast.Damage()), (unusable,)
    tokens, comments, numbers = lex(source)
    if not tokens:
        span = Span(source.path, 1, 1, 1, 2)
        empty = Diagnostic("FL117", "empty-file", "error", span, "this file is empty", "begin with a 'flow' line")
        return ast.File(source.path, (), comments, ast.Damage()), (empty,)
    rows, problems = lay_out(source, tokens)
    fatal = [problem for problem in problems if problem.code in FATAL_CODES]
    if fatal:
        return ast.File(source.path, (), comments, ast.Damage()), tuple(fatal[:1])
    problems += numbers
    line_ends = {token.end_line or 1: token.end_column or 1 for row in rows for token in row.tokens}
    damage = ast.Damage()
    tree = _parse_plainly(rows)
    if tree is None:
        recovery = Recovery(source, rows)
        tree = recovery.parse()
        damage = recovery.damage
        problems += recovery.problems
    items, missing = build(source, tree, line_ends, damage.lines)
    # Who is still writing a line ("state") has made one mistake, not two: what the line itself lacks comes first.
    told = {problem.span.line for problem in problems}
    problems += (each for each in missing if each.code != EMPTY_BLOCK or each.span.line not in told)
    problems.sort(key=lambda problem: (problem.span.line, problem.span.column))
    return ast.File(source.path, items, comments, damage), tuple(problems)


def _parse_plainly(rows: list[Row]) -> Node | None:
    """The tree of a file without mistakes; None at the first one."""
    feeder = Feeder()
    try:
        for row in rows:
            feeder.move_to(row.depth)
            feeder.feed(row.tokens)
        return feeder.end()
    except UnexpectedToken:
        return None


def _unusable(source: Source) -> Diagnostic | None:
    """A text that is not worth reading on: far too large, or not a text at all."""
    if len(source.text) > MAX_FILE:
        span = Span(source.path, 1, 1, 1, 2)
        message = f"this file has {len(source.text):,} characters; {MAX_FILE:,} are the limit"
        return Diagnostic("FL118", "too-long", "error", span, message, "split it into libraries")
    for number, line in enumerate(source.lines, start=1):
        if "\0" in line:
            column = line.index("\0") + 1
            span = Span(source.path, number, column, number, column + 1)
            message = "this file holds a NUL byte, so it is no text"
            return Diagnostic("FL100", "unreadable-file", "error", span, message, "save it as plain text in UTF-8")
        if len(line) > MAX_LINE:
            span = Span(source.path, number, MAX_LINE + 1, number, MAX_LINE + 2)
            message = f"this line has {len(line):,} characters; {MAX_LINE:,} are the limit"
            return Diagnostic("FL118", "too-long", "error", span, message, "break it into several lines")
    return None
