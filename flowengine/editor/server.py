"""The language server: the protocol's requests, each answered from the room's own knowledge.

One process serves one editor. Texts come whole with each change, so no edit can be applied wrongly; the check of a
change waits until the author pauses for a moment.
"""

from __future__ import annotations

import asyncio

from lsprotocol import types
from pygls import uris
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from flowengine.editor.answers import Answers
from flowengine.editor.colours import MODIFIERS, TYPES, colours
from flowengine.editor.completion import complete
from flowengine.editor.hover import hover_at
from flowengine.editor.layout import layout_edit
from flowengine.editor.occurrences import Occurrence
from flowengine.editor.outline import folds, outline
from flowengine.editor.positions import Columns
from flowengine.editor.remedies import remedies
from flowengine.editor.symbols import Refusal, definitions, everywhere, may_rename, name_at, rename
from flowengine.editor.workspace import Workspace
from flowengine.graph.compile import Analysis
from flowengine.language.diagnostics import Fix
from flowengine.language.source import Source

DEBOUNCE_SECONDS = 0.12
"""How long the author must pause before a change is checked: longer than between two keystrokes of a quick hand."""


class FlowServer(LanguageServer):
    """One editor's session."""

    def __init__(self, version: str) -> None:
        super().__init__("flowengine", version, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.flows = Workspace()
        self.uris: dict[str, str] = {}
        self.dismissed = False
        """The editor said that it is done; else it died, or broke off."""
        self._shown: dict[str, list[types.Diagnostic]] = {}
        self._check: asyncio.TimerHandle | None = None

    @property
    def answers(self) -> Answers:
        encoding = self.workspace.position_encoding
        return Answers(self.flows, Columns(str(getattr(encoding, "value", encoding))), self.uris)

    def path(self, uri: str) -> str:
        """The path of a document; what is on no disk keeps its address."""
        return uris.to_fs_path(uri) or uri

    def look(self, uri: str) -> tuple[str, Source, Analysis] | None:
        """A document with what is known of it; None when it cannot be read."""
        path = self.path(uri)
        source, analysis = self.flows.source(path), self.flows.analysis(path)
        return (path, source, analysis) if isinstance(source, Source) and analysis is not None else None

    def named(self, uri: str, position: types.Position) -> tuple[Analysis, Occurrence] | None:
        """The name at a position."""
        seen = self.look(uri)
        if seen is None:
            return None
        path, source, analysis = seen
        found = name_at(analysis, path, *self.answers.columns.place(source, position.line, position.character))
        return (analysis, found) if found is not None else None

    def change(self, uri: str) -> None:
        """Take the text of a document over, and check once the author pauses."""
        path = self.path(uri)
        self.uris[path] = uri
        self.flows.open(path, self.workspace.get_text_document(uri).source)
        self.check_soon()

    def check_soon(self) -> None:
        if self._check is not None:
            self._check.cancel()
        self._check = asyncio.get_running_loop().call_later(DEBOUNCE_SECONDS, self.check)

    def check(self) -> None:
        """Send what changed among the diagnostics of all open documents and their libraries."""
        answers = self.answers
        found = {
            answers.uri(path): [answers.diagnostic(problem) for problem in problems]
            for path, problems in self.flows.diagnostics().items()
        }
        for uri in self._shown.keys() - found.keys():
            found[uri] = []
        for uri, problems in found.items():
            if self._shown.get(uri) != problems:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, problems))
        self._shown = {uri: problems for uri, problems in found.items() if problems or self.path(uri) in self.uris}


def make_server(version: str) -> FlowServer:
    """A server with all its features, not started yet."""
    server = FlowServer(version)
    _documents(server)
    _writing(server)
    _names(server)
    return server


def _documents(server: FlowServer) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(ls: FlowServer, params: types.InitializeParams) -> None:
        folders = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        ls.flows.folders = [path for uri in folders if (path := uris.to_fs_path(uri))]

    @server.feature(types.INITIALIZED)
    def initialized(ls: FlowServer, params: types.InitializedParams) -> None:
        watching = ls.client_capabilities.workspace and ls.client_capabilities.workspace.did_change_watched_files
        if watching and watching.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher("**/*.flow")])
            wanted = types.Registration("flows", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            ls.client_register_capability(types.RegistrationParams([wanted]))

    @server.feature(types.SHUTDOWN)
    def shutdown(ls: FlowServer, params: None) -> None:
        ls.dismissed = True

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(ls: FlowServer, params: types.DidOpenTextDocumentParams) -> None:
        ls.change(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(ls: FlowServer, params: types.DidChangeTextDocumentParams) -> None:
        ls.change(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(ls: FlowServer, params: types.DidCloseTextDocumentParams) -> None:
        path = ls.path(params.text_document.uri)
        ls.flows.close(path)
        ls.uris.pop(path, None)
        ls.check_soon()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_watched(ls: FlowServer, params: types.DidChangeWatchedFilesParams) -> None:
        ls.flows.forget()
        ls.check_soon()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def did_change_folders(ls: FlowServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
        gone = {uris.to_fs_path(folder.uri) for folder in params.event.removed}
        added = [path for folder in params.event.added if (path := uris.to_fs_path(folder.uri))]
        ls.flows.folders = [*(path for path in ls.flows.folders if path not in gone), *added]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def document_symbol(ls: FlowServer, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        seen = ls.look(params.text_document.uri)
        if seen is None:
            return []
        _, source, analysis = seen
        entries = outline(analysis.draft.units[0].file, source)
        return [ls.answers.symbol(entry, source) for entry in entries]

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def folding_range(ls: FlowServer, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
        source = ls.flows.source(ls.path(params.text_document.uri))
        found = folds(source) if isinstance(source, Source) else []
        return [types.FoldingRange(first - 1, last - 1) for first, last in found]

    legend = types.SemanticTokensLegend(list(TYPES), list(MODIFIERS))

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, legend)
    def semantic_tokens(ls: FlowServer, params: types.SemanticTokensParams) -> types.SemanticTokens:
        seen = ls.look(params.text_document.uri)
        return types.SemanticTokens(ls.answers.tokens(colours(seen[2], seen[1]), seen[1]) if seen is not None else [])


def _writing(server: FlowServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=list(' >{|.:"(')))
    def completion(ls: FlowServer, params: types.CompletionParams) -> types.CompletionList:
        seen = ls.look(params.text_document.uri)
        if seen is None:
            return types.CompletionList(False, [])
        _, source, analysis = seen
        answers = ls.answers
        place = answers.columns.place(source, params.position.line, params.position.character)
        offers = complete(ls.flows, analysis, source, *place)
        if params.context is not None and params.context.trigger_character is not None:
            # Nobody wants every keyword after every blank; names are worth the interruption.
            offers = [offer for offer in offers if offer.kind != "keyword"]
        return types.CompletionList(False, [answers.offer(offer, rank) for rank, offer in enumerate(offers)])

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(ls: FlowServer, params: types.HoverParams) -> types.Hover | None:
        seen = ls.look(params.text_document.uri)
        if seen is None:
            return None
        _, source, analysis = seen
        answers = ls.answers
        place = answers.columns.place(source, params.position.line, params.position.character)
        told = hover_at(analysis, source, *place)
        if told is None:
            return None
        text, span = told
        content = types.MarkupContent(types.MarkupKind.Markdown, text)
        return types.Hover(content, answers.range(span, source) if span is not None else None)

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def formatting(ls: FlowServer, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
        source = ls.flows.source(ls.path(params.text_document.uri))
        fix = layout_edit(source) if isinstance(source, Source) else None
        return [ls.answers.edit(fix)] if fix is not None else []

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    )
    def code_action(ls: FlowServer, params: types.CodeActionParams) -> list[types.CodeAction]:
        seen = ls.look(params.text_document.uri)
        if seen is None:
            return []
        _, source, analysis = seen
        answers = ls.answers
        return [
            types.CodeAction(
                title=remedy.title,
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[answers.diagnostic(remedy.problem)],
                is_preferred=remedy.sure,
                edit=answers.workspace_edit([remedy.fix]),
            )
            for remedy in remedies(analysis, source, params.range.start.line + 1, params.range.end.line + 1)
        ]


def _names(server: FlowServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: FlowServer, params: types.DefinitionParams) -> list[types.Location]:
        found = ls.named(params.text_document.uri, params.position)
        spans = definitions(ls.flows, *found) if found is not None else []
        return [ls.answers.location(span) for span in spans]

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(ls: FlowServer, params: types.ReferenceParams) -> list[types.Location]:
        found = ls.named(params.text_document.uri, params.position)
        places = everywhere(ls.flows, *found) if found is not None else []
        wanted = (each for each in places if params.context.include_declaration or not each.defines)
        return [ls.answers.location(each.span) for each in wanted]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlight(ls: FlowServer, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        found = ls.named(params.text_document.uri, params.position)
        places = everywhere(ls.flows, *found) if found is not None else []
        here = [each for each in places if each.span.path == ls.path(params.text_document.uri)]
        return [types.DocumentHighlight(ls.answers.range(each.span)) for each in here]

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare_rename(ls: FlowServer, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        found = ls.named(params.text_document.uri, params.position)
        if found is None:
            return None
        _, name = found
        _refuse(may_rename(name))
        return types.PrepareRenamePlaceholder(ls.answers.range(name.span), name.name)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def rename_(ls: FlowServer, params: types.RenameParams) -> types.WorkspaceEdit | None:
        found = ls.named(params.text_document.uri, params.position)
        if found is None:
            return None
        spans = rename(ls.flows, *found, params.new_name)
        _refuse(spans)
        assert not isinstance(spans, Refusal)
        return ls.answers.workspace_edit([Fix(span, params.new_name) for span in spans])


def _refuse(outcome: object) -> None:
    """Tell the author why a name cannot be given: editors show the message of the error."""
    if isinstance(outcome, Refusal):
        raise JsonRpcInvalidParams(outcome.message)
