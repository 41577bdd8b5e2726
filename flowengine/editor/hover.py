"""What an editor shows for the word under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

from flowengine.editor.describe import hover, keyword_hover, result_hover
from flowengine.editor.symbols import name_at
from flowengine.graph.checks.catalogue import Entry
from flowengine.graph.checks.reference import entries
from flowengine.graph.compile import Analysis
from flowengine.language.grammar import keywords
from flowengine.language.source import Source, Span
from flowengine.language.tokens import lex


def hover_at(analysis: Analysis, source: Source, line: int, column: int) -> tuple[str, Span | None] | None:
    """Markdown, and the stretch it is about; None where there is nothing to say. Problems there are explained first."""
    parts = [_explained(code) for code in _codes(analysis, source.path, line, column)]
    name = name_at(analysis, source.path, line, column)
    told = hover(analysis.draft, name) if name is not None else None
    span = name.span if name is not None else None
    if told is None:
        told, span = _keyword(source, line, column)
    if told is not None:
        parts.append(told)
    return ("\n\n---\n\n".join(parts), span) if parts else None


def _codes(analysis: Analysis, path: str, line: int, column: int) -> list[str]:
    found: dict[str, None] = {}
    for problem in analysis.diagnostics:
        span = problem.span
        if span.path == path and (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column):
            found.setdefault(problem.code)
    return list(found)


def _explained(code: str) -> str:
    entry: Entry | None = next((entry for entry in entries() if entry.code == code), None)
    return f"**{entry.code} {entry.name}**: {entry.text}" if entry is not None else f"**{code}**"


def _keyword(source: Source, line: int, column: int) -> tuple[str | None, Span | None]:
    lines = source.lines
    if not 1 <= line <= len(lines):
        return None, None
    tokens, _, _ = lex(Source(source.path, lines[line - 1]))
    for index, token in enumerate(tokens):
        start, end = token.column or 1, token.end_column or 1
        if not start <= column <= end:
            continue
        told = None
        if token.type in keywords():
            behind = tokens[index - 1].type if index else None
            told = keyword_hover(token.type, str(token), behind)
        elif token.type == "NAME" and not {each.type for each in tokens[:index]} & {"ARROW", "COLON"}:
            told = result_hover(_above(lines, line), str(token))
        if told is not None:
            return told, Span(source.path, line, start, line, end)
    return None, None


def _above(lines: Sequence[str], line: int) -> str:
    """The first word of the line that this one stands under."""
    depth = _depth(lines[line - 1])
    over = (each for each in reversed(lines[: line - 1]) if each.split("#")[0].strip() and _depth(each) < depth)
    words = next(over, "").split()
    return words[0] if words else ""


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
