"""Flows of one folder that carry the same name.

A service knows its flows by name, and so does whoever rings one: with two of a name nobody could tell which is meant,
and neither runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from flowengine.graph.compile import find_files
from flowengine.language.diagnostics import Diagnostic, Related
from flowengine.language.reading import read_source
from flowengine.language.source import Source, Span

_NAME = re.compile(r"^flow[ \t]+(?P<name>\w+)")


def shared_names(folder: Path) -> Iterator[Diagnostic]:
    """FL810 for each flow of a folder whose name an earlier one has already; files that cannot be read are left out."""
    first: dict[str, Span] = {}
    for name, span in _named(find_files([folder])):
        earlier = first.setdefault(name, span)
        if earlier is not span:
            yield Diagnostic(
                "FL810",
                "shared-flow-name",
                "warning",
                span,
                f"{earlier.path} holds a flow {name!r} too, so a service of this folder runs neither",
                "rename one of them, or move it to another folder",
                (Related(earlier, "first named"),),
            )


def namesake(folder: Path, path: Path, name: str) -> Path | None:
    """The other file of this folder that holds a flow of this name; None when there is none."""
    own = path.resolve()
    return next(
        (
            Path(span.path)
            for known, span in _named(find_files([folder]))
            if known == name and Path(span.path).resolve() != own
        ),
        None,
    )


def _named(paths: Iterable[Path]) -> Iterator[tuple[str, Span]]:
    for path in paths:
        source = read_source(path)
        if not isinstance(source, Source):
            continue
        for number, line in enumerate(source.text.splitlines(), 1):
            if match := _NAME.match(line):
                yield match["name"], Span(source.path, number, match.start("name") + 1, number, match.end("name") + 1)
                break
