"""The flows this service can run: compiled from a folder, compiled again when a file changes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from flowengine.conversation.prepared import prepare
from flowengine.errors import FlowNotValid
from flowengine.graph.compile import compile_file, find_flows
from flowengine.graph.export import to_svg
from flowengine.graph.model import Flow
from flowengine.language.render import render
from flowengine.runtime.clips import Line
from flowengine.runtime.rendering import lines_of


@dataclass(frozen=True, slots=True)
class Shelf:
    """One flow file: the flow and its drawing (SVG), or the problem that keeps it from running (diagnostics).

    `lines`: what is said alike in every call.
    """

    name: str
    path: Path
    flow: Flow | None
    problem: str | None
    drawing: str = field(default="", repr=False)
    lines: tuple[Line, ...] = field(default=(), repr=False)


class FlowLibrary:
    """Flows by name. A call keeps the flow it began with; a file that breaks keeps its last good version running.

    `refresh` compiles and belongs in a thread; the rest reads what it left.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shelves: dict[str, Shelf] = {}
        self._stamp: tuple[tuple[str, int, int], ...] = ()
        self.edition = 0
        """Another number after each change."""

    def shelves(self) -> list[Shelf]:
        """All flows, by name; broken ones with their problem."""
        return [self._shelves[name] for name in sorted(self._shelves)]

    def get(self, name: str) -> Flow:
        """The flow of this name. Raises FlowNotValid when there is none that can run."""
        shelf = self._shelf(name)
        if shelf.flow is None:
            raise FlowNotValid(f"the flow {name!r} has errors:\n{shelf.problem}")
        return shelf.flow

    def drawing(self, name: str) -> str:
        """The flow as an SVG, "" for one that never compiled. Raises FlowNotValid when there is none of this name."""
        return self._shelf(name).drawing

    def _shelf(self, name: str) -> Shelf:
        shelf = self._shelves.get(name)
        if shelf is None:
            known = ", ".join(sorted(self._shelves)) or "none"
            raise FlowNotValid(f"there is no flow {name!r}; known flows: {known}")
        return shelf

    def refresh(self, compiled: Callable[[Path], list[Shelf]] | None = None) -> bool:
        """Compile the folder again if a file in it has changed; whether it was so. `compiled`: who does that, if not
        this thread; OSError when it could not."""
        stamp = tuple(_stamps(self._folder))
        if stamp == self._stamp:
            return False
        shelves: dict[str, Shelf] = {}
        for shelf in map(self._kept, (compiled or compiled_here)(self._folder)):
            twin = shelves.get(shelf.name)
            shelves[shelf.name] = shelf if twin is None else _twins(twin, shelf)
        self._shelves, self._stamp = shelves, stamp
        self.edition += 1
        return True

    def _kept(self, shelf: Shelf) -> Shelf:
        """A file that does not compile keeps what it was when it did."""
        if shelf.flow is not None:
            # Now, so that the first call does not wait for it.
            prepare(shelf.flow)
            return shelf
        before = next((each for each in self._shelves.values() if each.path == shelf.path), None)
        return shelf if before is None else replace(before, problem=shelf.problem)


def compiled_here(folder: Path) -> list[Shelf]:
    """Each flow file of a folder, compiled."""
    return [_compiled(path) for path in find_flows([folder])]


def _compiled(path: Path) -> Shelf:
    compilation = compile_file(path)
    flow, problem = compilation.flow, None
    if any(diagnostic.severity == "error" for diagnostic in compilation.diagnostics):
        problem = render(compilation.diagnostics, compilation.sources, colour=False)
    if flow is None:
        return Shelf(path.stem, path, None, problem)
    return Shelf(flow.name, path, flow, problem, to_svg(flow), lines_of(flow))


def _stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    """What tells that a file has changed. One that goes away between two looks is gone."""
    for file in sorted(folder.rglob("*.flow")) if folder.is_dir() else [folder]:
        with contextlib.suppress(OSError):
            status = file.stat()
            yield str(file), status.st_mtime_ns, status.st_size


def _twins(first: Shelf, second: Shelf) -> Shelf:
    """Two files with one name: neither may run by that name, since nobody could tell which is meant."""
    return Shelf(
        first.name, first.path, None, f"{first.path} and {second.path} both hold a flow {first.name!r}; rename one"
    )
