"""Lines and their depth: turns raw tokens into rows, so that mistakes of indentation are found here, with positions.

lark's `Indenter` stops at the first bad dedent and cannot say where it is; this does the same work and goes on.
A row is one logical line. A line deeper than the row's own goes on with it while a bracket is open, unless it begins
like a statement: then the bracket was forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from lark import Token

from flowengine.language.diagnostics import Diagnostic
from flowengine.language.grammar import STATEMENTS
from flowengine.language.source import Source, Span

MAX_DEPTH = 24
"""Levels of indentation; a flow that a person can read has five or six."""
MAX_BRACKETS = 24
"""Brackets within brackets in one expression."""

_OPENING = {"LPAR", "LSQB", "LBRACE"}
_DEFINITIONS = {"FLOW", "OUTCOME", "LINE", "INTENT", "SLOT", "ACTION", "POLICY", "STATE"}
_CLOSING = {"RPAR", "RSQB", "RBRACE"}


@dataclass(slots=True)
class Row:
    """One logical line: its tokens, and how deep it stands (0 for the file's own items)."""

    tokens: list[Token]
    depth: int


@dataclass(slots=True)
class _Level:
    """One level of indentation: its width, and the other widths that were taken for it after a bad dedent."""

    width: int
    aliases: set[int] = field(default_factory=set)


def lay_out(source: Source, tokens: Iterable[Token]) -> tuple[list[Row], list[Diagnostic]]:
    """Rows of a token stream without comments and newlines."""
    lines = source.lines
    tab_width = _indent_unit(lines)
    rows: list[Row] = []
    problems: list[Diagnostic] = []
    levels = [_Level(0)]
    brackets = 0
    tabbed: list[Span] = []
    for number, group in groupby(tokens, key=lambda token: token.line or 1):
        line_tokens = list(group)
        prefix = lines[number - 1][: (line_tokens[0].column or 1) - 1]
        width = len(prefix.expandtabs(tab_width))
        if brackets > 0 and rows and width > levels[-1].width and line_tokens[0].type not in STATEMENTS:
            rows[-1].tokens.extend(line_tokens)
            brackets = _brackets(brackets, line_tokens)
            continue
        if "\t" in prefix:
            tabbed.append(Span(source.path, number, 1, number, len(prefix) + 1))
        span = Span(source.path, number, 1, number, max(2, len(prefix) + 1))
        _settle(levels, width, span, problems, defines=_defines(line_tokens))
        if len(levels) > MAX_DEPTH:
            problems.append(_too_deep(span))
            break
        rows.append(Row(line_tokens, len(levels) - 1))
        brackets = _brackets(0, line_tokens)
        if brackets > MAX_BRACKETS:
            problems.append(_too_deep(span))
            rows.pop()
            break
    if tabbed:
        problems.append(_tabs(tabbed))
    return rows, problems


def _settle(levels: list[_Level], width: int, span: Span, problems: list[Diagnostic], *, defines: bool) -> None:
    """Open or close levels so that the last one is this line's."""
    if width > levels[-1].width and width not in levels[-1].aliases:
        levels.append(_Level(width))
        return
    closed: _Level | None = None
    while width < levels[-1].width and width not in levels[-1].aliases:
        closed = levels.pop()
    if width == levels[-1].width or width in levels[-1].aliases or closed is None:
        return
    message = f"this line is indented by {_spaces(width)}, which fits no line above it"
    if defines and len(levels) == 1:
        # What is defined at the left edge can be meant for nowhere else.
        levels[0].aliases.add(width)
        help_ = "begin it at the left edge"
        problems.append(Diagnostic("FL109", "bad-dedent", "error", span, message, help_))
        return
    # The line stands between two levels. It is read as part of the deeper one, whose other lines surround it.
    closed.aliases.add(width)
    levels.append(closed)
    outer = levels[-2].width
    help_ = f"indent it by {_spaces(outer)} or {_spaces(closed.width)}"
    problems.append(Diagnostic("FL109", "bad-dedent", "error", span, message, help_))


def _defines(tokens: list[Token]) -> bool:
    """Whether a line begins a definition, such as `state NAME`."""
    if tokens[0].type in ("CONTACT", "SUMMARY", "ANYWHERE"):
        return len(tokens) == 1
    return tokens[0].type in _DEFINITIONS and len(tokens) > 1 and str(tokens[1]).isidentifier()


def _spaces(width: int) -> str:
    return "1 space" if width == 1 else f"{width} spaces"


def _indent_unit(lines: list[str]) -> int:
    """What a tab most likely stands for here: the smallest indentation in spaces, else 2."""
    widths = {len(line) - len(line.lstrip(" ")) for line in lines if line.startswith(" ") and line.strip()}
    return min(widths, default=2)


def _brackets(depth: int, tokens: list[Token]) -> int:
    """How many brackets are open after these tokens; the deepest point counts when it is past the limit."""
    for token in tokens:
        if token.type in _OPENING:
            depth += 1
            if depth > MAX_BRACKETS:
                return depth
        elif token.type in _CLOSING and depth:
            depth -= 1
    return depth


def _too_deep(span: Span) -> Diagnostic:
    return Diagnostic(
        "FL115",
        "too-deep",
        "error",
        span,
        f"this is nested too deep; {MAX_DEPTH} levels are the limit",
        "move the inner part to a state of its own; nothing after this line was read",
    )


def _tabs(spans: list[Span]) -> Diagnostic:
    others = len(spans) - 1
    more = f" ({others} more such line{'s' if others > 1 else ''})" if others else ""
    return Diagnostic(
        "FL108",
        "tab-indentation",
        "error",
        spans[0],
        f"this line is indented with a tab{more}",
        "indent with spaces, two for each level",
    )
