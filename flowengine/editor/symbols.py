"""What the name at a place names, where it is defined and used, and how to give it another name everywhere.

A name is one thing in all files that are joined by `use`: a flow's own state replaces the library's of the same name,
so when one is renamed the other must be, or it replaces nothing any more.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from flowengine.editor.occurrences import Kind, Occurrence, occurrences
from flowengine.editor.workspace import Workspace
from flowengine.graph.compile import Analysis
from flowengine.graph.names import BUILT_IN_OUTCOMES, PROTECTIVE_INTENTS
from flowengine.language.diagnostics import Fix
from flowengine.language.source import Source, Span

_NAME = re.compile(r"[^\W\d]\w*")
_FIXED: frozenset[Kind] = frozenset({"built-in", "agent", "filter", "library", "flow", "subflow", "type"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a name cannot be given."""

    message: str


def name_at(analysis: Analysis, path: str, line: int, column: int) -> Occurrence | None:
    """The name at a place; one that ends there counts too."""
    for each in occurrences(analysis.draft):
        span = each.span
        if span.path == path and (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column):
            return each
    return None


def definitions(workspace: Workspace, analysis: Analysis, name: Occurrence) -> list[Span]:
    """Where it is defined: what counts for this file first, then what it replaces."""
    if name.kind in ("library", "subflow"):
        return [Span(unit.source.path, 1, 1, 1, 1) for unit in analysis.draft.units if unit.library == name.name]
    rank = {unit.source.path: index for index, unit in enumerate(analysis.draft.units)}
    found = [each.span for each in occurrences(analysis.draft) if each.thing == name.thing and each.defines]
    if not found:  # a library alone: the flows that use it define what it leaves to them
        found = [each.span for each in everywhere(workspace, analysis, name) if each.defines]
    return sorted(found, key=lambda span: (rank.get(span.path, len(rank)), span))


def everywhere(workspace: Workspace, analysis: Analysis, name: Occurrence) -> list[Occurrence]:
    """Every place of a name, in all files that are joined with this one."""
    found = {each: None for each in occurrences(analysis.draft) if each.thing == name.thing}
    joined = {each.span.path for each in found} | {analysis.draft.units[0].source.path}
    waiting = workspace.paths()
    grew = True
    while grew:
        grew = False
        for path in list(waiting):
            other = workspace.analysis(path)
            if other is None:
                waiting.remove(path)
            elif joined & other.draft.sources.keys():
                waiting.remove(path)
                added = [each for each in occurrences(other.draft) if each.thing == name.thing]
                found.update(dict.fromkeys(added))
                joined |= {each.span.path for each in added}
                grew = True
    places: dict[Span, Occurrence] = {}
    for each in sorted(found, key=lambda each: (each.span, not each.defines)):
        places.setdefault(each.span, each)
    return list(places.values())


def may_rename(name: Occurrence) -> Refusal | None:
    """Why this name must stay as it is; None when it may change."""
    if name.kind in _FIXED:
        return Refusal(f"{name.name!r} is not a name that the flow gives")
    if name.kind == "outcome" and name.name in BUILT_IN_OUTCOMES:
        return Refusal(f"the outcome {name.name!r} is built in")
    if name.kind == "intent" and name.name in PROTECTIVE_INTENTS:
        return Refusal(f"the intent {name.name!r} protects the caller by its name")
    return None


def rename(workspace: Workspace, analysis: Analysis, name: Occurrence, new: str) -> list[Span] | Refusal:
    """Where to write the new name, or why it cannot be."""
    refusal = may_rename(name)
    if refusal is not None:
        return refusal
    if _NAME.fullmatch(new) is None:
        return Refusal(f"{new!r} is no name: letters, digits and '_', and no digit first")
    places = [each for each in everywhere(workspace, analysis, name) if _reads(workspace, each)]
    touched = _touched(workspace, analysis, {each.span.path for each in places})
    other = [each for path in touched for each in _named(workspace, path, (name.thing[0], new))]
    if other:
        taken = min(other, key=lambda each: not each.defines)
        return Refusal(f"{new!r} is in use already: {Path(taken.span.path).name}, line {taken.span.line}")
    spans = [each.span for each in places]
    return _tried(workspace, touched, spans, name, new) or spans


def _touched(workspace: Workspace, analysis: Analysis, changed: set[str]) -> list[str]:
    """Every file whose flow holds one of the changed ones."""
    paths = dict.fromkeys([analysis.draft.units[0].source.path, *workspace.paths()])
    analyses = ((path, workspace.analysis(path)) for path in paths)
    return [path for path, other in analyses if other is not None and other.draft.sources.keys() & changed]


def _named(workspace: Workspace, path: str, thing: tuple[str, str]) -> list[Occurrence]:
    analysis = workspace.analysis(path)
    return [each for each in occurrences(analysis.draft) if each.thing == thing] if analysis is not None else []


def _tried(workspace: Workspace, touched: list[str], spans: list[Span], name: Occurrence, new: str) -> Refusal | None:
    """Carry the renaming out on a copy: every place must still name the same thing, and nothing else may break."""
    trial = workspace.with_edits([Fix(span, new) for span in spans])
    for path in touched:
        before, after = workspace.analysis(path), trial.analysis(path)
        if before is None or after is None:
            continue
        named = _named(trial, path, (name.thing[0], new))
        if len(named) != len(_named(workspace, path, name.thing)):
            return Refusal(f"{new!r} means something else to the language")
        known = Counter(problem.code for problem in before.diagnostics if problem.severity == "error")
        for problem in after.diagnostics:
            if problem.severity == "error":
                known[problem.code] -= 1
                if known[problem.code] < 0:
                    return Refusal(f"{new!r} will not do: {problem.message}")
    return None


def _reads(workspace: Workspace, each: Occurrence) -> bool:
    """Whether the name really stands there as it is meant: nothing else is ever overwritten."""
    source = workspace.source(each.span.path)
    if not isinstance(source, Source) or each.span.line > len(source.lines):
        return False
    return source.lines[each.span.line - 1][each.span.column - 1 : each.span.end_column - 1] == each.name
