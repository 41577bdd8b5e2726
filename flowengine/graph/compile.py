"""Text to checked graph: read, parse, lower, check. What `validate` shows and every runner starts from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flowengine.graph.checks.run import run_checks
from flowengine.graph.libraries import Finder, Parser, Unit, Units, given, load, on_disk
from flowengine.graph.lower import lower
from flowengine.graph.model import Flow
from flowengine.graph.names import Draft
from flowengine.graph.nearest import begin
from flowengine.graph.reported import reported
from flowengine.graph.suppressions import judged
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.parser import parse
from flowengine.language.reading import read_source, text_source
from flowengine.language.source import Source, Span

_FLOW_LINE = re.compile(r"^flow\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that is known of one file, mistakes or not: the draft of the flow (or library), and what is wrong with it."""

    draft: Draft
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Compilation:
    """What came of compiling one file. `flow` is None when there is any error, and for a library."""

    flow: Flow | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(problem for problem in self.diagnostics if problem.severity == "error")


def compile_file(path: Path | str) -> Compilation:
    """Compile the flow in a file; libraries are looked up near it. A library is refused: there is nothing to run."""
    return _compile_path(Path(path), parse, library_welcome=False)


def check_file(path: Path | str, parser: Parser = parse) -> Compilation:
    """Like `compile_file`, but a library is checked by itself."""
    return _compile_path(Path(path), parser, library_welcome=True)


def compile_text(text: str, path: str = "flow.flow", libraries: Mapping[str, str] | None = None) -> Compilation:
    """Compile a flow at hand. `libraries`: their texts by name; None: they are looked up near `path`."""
    find = on_disk if libraries is None else given(libraries)
    return _compile(text_source(text, path), find, parse, library_welcome=False)


def analyse(source: Source, find: Finder = on_disk, parser: Parser = parse) -> Analysis:
    """Like `check_file` for a text at hand, for an editor: there is a draft even where the mistakes are grave."""
    return _analysed(load(source, find, parser))


def find_files(paths: Iterable[Path]) -> list[Path]:
    """All `.flow` files among these files and folders, each once, sorted by folder.

    Folders are searched to any depth, but for hidden ones in them: `.git`, `.venv` and the like hold nobody's flows.
    """
    found: dict[Path, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_flows_in(path) if path.is_dir() else [path]))
    return list(found)


def _flows_in(folder: Path) -> list[Path]:
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(place, name) for name in names if name.endswith(".flow")]
    return sorted(found)


def find_flows(paths: Iterable[Path]) -> list[Path]:
    """Like `find_files`, without libraries."""
    return [path for path in find_files(paths) if not _is_library(path)]


def _is_library(path: Path) -> bool:
    source = read_source(path)
    return isinstance(source, Source) and _FLOW_LINE.search(source.text) is None


def _compile_path(path: Path, parser: Parser, *, library_welcome: bool) -> Compilation:
    source = read_source(path)
    if isinstance(source, Diagnostic):
        return Compilation(None, (source,))
    return _compile(source, on_disk, parser, library_welcome=library_welcome)


def _compile(source: Source, find: Finder, parser: Parser, *, library_welcome: bool) -> Compilation:
    units = load(source, find, parser)
    own = units.found[0]
    sources = {unit.source.path: unit.source for unit in units.found}
    if _is_flow(own) or library_welcome:
        analysis = _analysed(units)
        faulty = any(problem.severity == "error" for problem in analysis.diagnostics)
        runs = _is_flow(own) and units.usable and not faulty
        return Compilation(analysis.draft.flow if runs else None, analysis.diagnostics, sources)
    problems = list(units.problems)
    if units.usable and not own.file.damage.lines:
        problems.append(_no_flow(own))
    return Compilation(None, reported(problems, list(sources)), sources)


def _analysed(units: Units) -> Analysis:
    """Lowered and checked. Where a file could not be read at all there are no checks: they would be guessing."""
    begin()
    problems = list(units.problems)
    alone = not _is_flow(units.found[0])
    draft, found = lower(units.found, library_alone=alone)
    if units.usable:
        problems += _not_again(problems, found + run_checks(draft))
        problems = judged(units.found, problems, library_alone=alone)
    return Analysis(draft, reported(problems, [unit.source.path for unit in units.found]))


def _is_flow(unit: Unit) -> bool:
    return any(isinstance(item, ast.Flow) for item in unit.file.items)


def _not_again(syntax: list[Diagnostic], found: list[Diagnostic]) -> list[Diagnostic]:
    """Findings on lines that were mended while parsing are, more often than not, the same mistake seen twice."""
    mended = {(problem.span.path, problem.span.line) for problem in syntax}
    return [problem for problem in found if (problem.span.path, problem.span.line) not in mended]


def _no_flow(own: Unit) -> Diagnostic:
    span = Span(own.source.path, 1, 1, 1, 2)
    message = "this file has no 'flow' line, so it is a library and cannot be run"
    help_ = 'a flow begins with, for example, flow renewal "Renewal call" outbound'
    return Diagnostic("FL120", "no-flow", "error", span, message, help_)
