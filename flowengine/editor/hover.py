"""What an editor shows for the word under the pointer."""

from __future__ import annotations

from flowengine.editor.describe import hover, keyword_hover
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
    for token in tokens:
        start, end = token.column or 1, token.end_column or 1
        if start <= column <= end and token.type in keywords():
            return keyword_hover(token.type, str(token)), Span(source.path, line, start, line, end)
    return None, None
