"""The flows this service can run: compiled from a folder, compiled again when a file changes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from flowengine.errors import FlowNotValid
from flowengine.graph.compile import compile_file, find_flows
from flowengine.graph.model import Flow
from flowengine.language.render import render

RECHECK_S = 1.0


@dataclass(frozen=True, slots=True)
class Shelf:
    """One flow file: the flow, or the problem that keeps it from running (rendered diagnostics)."""

    name: str
    path: Path
    flow: Flow | None
    problem: str | None


class FlowLibrary:
    """Flows by name. A call keeps the flow it began with; a file that breaks keeps its last good version running."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shelves: dict[str, Shelf] = {}
        self._stamp: tuple[tuple[str, int, int], ...] = ()
        self._checked = float("-inf")

    def shelves(self) -> list[Shelf]:
        """All flows, by name; broken ones with their problem."""
        self._refresh()
        return [self._shelves[name] for name in sorted(self._shelves)]

    def get(self, name: str) -> Flow:
        """The flow of this name. Raises FlowNotValid when there is none that can run."""
        self._refresh()
        shelf = self._shelves.get(name)
        if shelf is None:
            known = ", ".join(sorted(self._shelves)) or "none"
            raise FlowNotValid(f"there is no flow {name!r}; known flows: {known}")
        if shelf.flow is None:
            raise FlowNotValid(f"the flow {name!r} has errors:\n{shelf.problem}")
        return shelf.flow

    def _refresh(self) -> None:
        now = time.monotonic()
        if now - self._checked < RECHECK_S:
            return
        self._checked = now
        files = sorted(self._folder.rglob("*.flow")) if self._folder.is_dir() else [self._folder]
        stamp = tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.is_file())
        if stamp == self._stamp:
            return
        self._stamp = stamp
        shelves: dict[str, Shelf] = {}
        for path in find_flows([self._folder]):
            compilation = compile_file(path)
            flow, problem = compilation.flow, None
            if any(diagnostic.severity == "error" for diagnostic in compilation.diagnostics):
                problem = render(compilation.diagnostics, compilation.sources, colour=False)
            name = flow.name if flow is not None else path.stem
            before = self._shelves.get(name)
            if flow is None and before is not None:
                flow = before.flow
            shelves[name] = Shelf(name, path, flow, problem)
        self._shelves = shelves
