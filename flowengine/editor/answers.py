"""What the editor room found, in the protocol's types: spans become ranges, kinds become the editor's symbols."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls import uris

from flowengine.editor.positions import Columns
from flowengine.language.source import Source, Span

if TYPE_CHECKING:
    from flowengine.editor.colours import Colour
    from flowengine.editor.completion import Offer
    from flowengine.editor.outline import Entry
    from flowengine.editor.workspace import Workspace
    from flowengine.language.diagnostics import Diagnostic, Fix

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}

_OFFERS = {
    "state": types.CompletionItemKind.Class,
    "intent": types.CompletionItemKind.Event,
    "line": types.CompletionItemKind.Text,
    "slot": types.CompletionItemKind.Field,
    "outcome": types.CompletionItemKind.EnumMember,
    "action": types.CompletionItemKind.Function,
    "library": types.CompletionItemKind.Module,
    "flow": types.CompletionItemKind.Module,
    "tag": types.CompletionItemKind.Constant,
    "type": types.CompletionItemKind.TypeParameter,
    "variable": types.CompletionItemKind.Variable,
    "attribute": types.CompletionItemKind.Property,
    "filter": types.CompletionItemKind.Function,
    "keyword": types.CompletionItemKind.Keyword,
    "result": types.CompletionItemKind.Event,
    "guard": types.CompletionItemKind.Interface,
}

_SYMBOLS = {
    "flow": types.SymbolKind.Module,
    "library": types.SymbolKind.Package,
    "contact": types.SymbolKind.Struct,
    "summary": types.SymbolKind.Struct,
    "field": types.SymbolKind.Field,
    "outcome": types.SymbolKind.EnumMember,
    "line": types.SymbolKind.String,
    "intent": types.SymbolKind.Event,
    "slot": types.SymbolKind.Variable,
    "action": types.SymbolKind.Function,
    "policy": types.SymbolKind.Interface,
    "state": types.SymbolKind.Class,
    "anywhere": types.SymbolKind.Namespace,
}


@dataclass(frozen=True, slots=True)
class Answers:
    """Turns findings into the protocol's types. `uris`: how the editor itself writes the paths that it opened."""

    workspace: Workspace
    columns: Columns
    uris: dict[str, str]

    def uri(self, path: str) -> str:
        return self.uris.get(path) or uris.from_fs_path(path) or path

    def range(self, span: Span, source: Source | None = None) -> types.Range:
        found = source if source is not None else self.workspace.source(span.path)
        lines = found.lines if isinstance(found, Source) else [""]
        start, character, end, last = self.columns.range(lines, span)
        return types.Range(types.Position(start, character), types.Position(end, last))

    def location(self, span: Span) -> types.Location:
        return types.Location(self.uri(span.path), self.range(span))

    def diagnostic(self, problem: Diagnostic) -> types.Diagnostic:
        related = [
            types.DiagnosticRelatedInformation(self.location(each.span), each.message) for each in problem.related
        ]
        message = f"{problem.message}\n{problem.help}" if problem.help else problem.message
        for folder in self.workspace.folders:
            message = message.replace(f"{folder.rstrip('/')}/", "")
        return types.Diagnostic(
            range=self.range(problem.span),
            message=message,
            severity=_SEVERITIES[problem.severity],
            code=problem.code,
            source="flowengine",
            related_information=related or None,
        )

    def edit(self, fix: Fix) -> types.TextEdit:
        return types.TextEdit(self.range(fix.span), fix.replacement)

    def workspace_edit(self, fixes: Iterable[Fix]) -> types.WorkspaceEdit:
        changes: dict[str, list[types.TextEdit]] = {}
        for fix in fixes:
            changes.setdefault(self.uri(fix.span.path), []).append(self.edit(fix))
        return types.WorkspaceEdit(changes=changes)

    def offer(self, offer: Offer, rank: int) -> types.CompletionItem:
        return types.CompletionItem(
            label=offer.word,
            kind=_OFFERS[offer.kind],
            detail=offer.detail or offer.kind,
            insert_text=offer.text,
            sort_text=f"{'1' if offer.kind == 'keyword' else '0'}{rank:05}",
        )

    def tokens(self, colours: Iterable[Colour], source: Source) -> list[int]:
        """Names as the protocol packs them: five numbers each, its place told from the one before."""
        lines = source.lines
        packed: list[int] = []
        last_line, last_start = 0, 0
        for each in colours:
            line = each.line - 1
            start = self.columns.units(lines[line], each.column)
            end = self.columns.units(lines[line], each.end_column)
            from_start = start - last_start if line == last_line else start
            packed += [line - last_line, from_start, end - start, each.type, each.modifiers]
            last_line, last_start = line, start
        return packed

    def symbol(self, entry: Entry, source: Source) -> types.DocumentSymbol:
        name = self.range(entry.span, source)
        last = source.lines[entry.last_line - 1]
        end = types.Position(entry.last_line - 1, self.columns.units(last, len(last) + 1))
        return types.DocumentSymbol(
            name=entry.name,
            detail=entry.detail,
            kind=_SYMBOLS[entry.kind],
            range=types.Range(types.Position(name.start.line, 0), end),
            selection_range=name,
            children=[self.symbol(each, source) for each in entry.within],
        )
