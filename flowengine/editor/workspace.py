"""The files an editor works on: open buffers before the disk, and what is known of each, worked out once a change.

Nothing here knows a protocol. Paths are strings, as the editor gives them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flowengine.graph.compile import Analysis, analyse
from flowengine.graph.libraries import places
from flowengine.language import ast
from flowengine.language.diagnostics import Diagnostic, Fix
from flowengine.language.parser import parse
from flowengine.language.reading import read_source, text_source
from flowengine.language.source import Source

MOST_FILES = 500
"""Files of a folder that are looked through for uses of a name."""

_SKIPPED = frozenset({"node_modules", "venv", "__pycache__", "build", "dist"})

Parsed = tuple[ast.File, tuple[Diagnostic, ...]]


@dataclass(frozen=True, slots=True)
class _OnDisk:
    """A file as read, and what the file system said of it then."""

    stamp: tuple[int, int]
    source: Source | Diagnostic


class Workspace:
    """Buffers, folders, and what follows from them."""

    def __init__(self) -> None:
        self.folders: list[str] = []
        self._open: dict[str, Source] = {}
        self._disk: dict[str, _OnDisk] = {}
        self._parsed: dict[str, tuple[Source, Parsed]] = {}
        self._analyses: dict[str, Analysis] = {}

    # ── what the editor tells ──

    def open(self, path: str, text: str) -> None:
        """A buffer was opened, or its text changed."""
        self._open[path] = text_source(text, path)

    def close(self, path: str) -> None:
        """A buffer was closed: the disk counts again."""
        self._open.pop(path, None)
        self._analyses.pop(path, None)
        self._parsed.pop(path, None)

    def forget(self) -> None:
        """Files came, went or changed on disk."""
        self._analyses.clear()
        self._disk.clear()

    # ── what is there ──

    @property
    def open_paths(self) -> tuple[str, ...]:
        return tuple(self._open)

    def source(self, path: str) -> Source | Diagnostic | None:
        """The text of a file as the author sees it; None when there is no such file."""
        if path in self._open:
            return self._open[path]
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._disk.get(path)
        if known is None or known.stamp != stamp:
            known = self._disk[path] = _OnDisk(stamp, read_source(Path(path)))
        return known.source

    def analysis(self, path: str) -> Analysis | None:
        """What is known of a file; None when it cannot be read."""
        source = self.source(path)
        if not isinstance(source, Source):
            return None
        known = self._analyses.get(path)
        if known is None or not self._is_fresh(known):
            known = self._analyses[path] = analyse(source, self._find, self._parse)
        return known

    def paths(self) -> list[str]:
        """Every flow and library in sight: what is open, and what stands in the folders."""
        found = dict.fromkeys(self._open)
        for folder in self.folders:
            for path in _flow_files(folder):
                if len(found) >= MOST_FILES:
                    break
                found.setdefault(path)
        return list(found)

    def diagnostics(self) -> dict[str, tuple[Diagnostic, ...]]:
        """For every open file, and every library that one uses, what is wrong there, each thing once."""
        found: dict[str, dict[Diagnostic, None]] = {path: {} for path in self._open}
        for path in self._open:
            analysis = self.analysis(path)
            for problem in analysis.diagnostics if analysis is not None else ():
                found.setdefault(problem.span.path, {}).setdefault(problem)
        return {path: tuple(problems) for path, problems in found.items()}

    def libraries(self, path: str) -> list[str]:
        """The names of libraries that a file could use."""
        found: set[str] = set()
        for place in places("x", path):
            if place.parent.is_dir():
                found.update(each.stem for each in place.parent.glob("*.flow"))
        return sorted(found - {Path(path).stem})

    def with_edits(self, fixes: Iterable[Fix]) -> Workspace:
        """A copy in which these edits, none of which touches another, are made."""
        copy = Workspace()
        copy.folders = self.folders
        copy._open = dict(self._open)
        for fix in sorted(fixes, key=lambda fix: fix.span, reverse=True):
            source = copy.source(fix.span.path)
            if isinstance(source, Source):
                copy._open[source.path] = Source(source.path, edited(source, fix))
        return copy

    # ── how it is found ──

    def _is_fresh(self, analysis: Analysis) -> bool:
        draft = analysis.draft
        whole = not any(problem.code == "FL208" for problem in analysis.diagnostics)  # the library may be there by now
        return whole and all(self.source(path) is source for path, source in draft.sources.items())

    def _find(self, name: str, user: str) -> Source | Diagnostic | None:
        for candidate in places(name, user):
            found = self.source(str(candidate))
            if found is not None:
                return found
        return None

    def _parse(self, source: Source) -> Parsed:
        known = self._parsed.get(source.path)
        if known is None or known[0] is not source:
            known = self._parsed[source.path] = (source, parse(source))
        return known[1]


def edited(source: Source, fix: Fix) -> str:
    """The text with one edit made."""
    lines = source.lines
    span = fix.span
    head = lines[span.line - 1][: span.column - 1]
    tail = lines[span.end_line - 1][span.end_column - 1 :]
    return "\n".join([*lines[: span.line - 1], head + fix.replacement + tail, *lines[span.end_line :]])


def _flow_files(folder: str) -> Iterator[str]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        yield from (os.path.join(where, name) for name in sorted(files) if name.endswith(".flow"))
