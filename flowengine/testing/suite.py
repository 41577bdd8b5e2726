"""From paths to results: finds test files, compiles each flow once, plays every test, adds up coverage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from time import perf_counter

from flowengine.graph.compile import Compilation, compile_file, find_flows
from flowengine.graph.model import Flow
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.reading import read_source
from flowengine.language.source import Source
from flowengine.testing.coverage.sums import Coverage, coverage
from flowengine.testing.coverage.ways import Tally
from flowengine.testing.flowtest.ast import File, Named, Test
from flowengine.testing.flowtest.bind import bind, misnamed
from flowengine.testing.flowtest.parser import parse
from flowengine.testing.flowtest.problems import mistake
from flowengine.testing.runner import Result, play

NOT_VALID = "FL878"


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run. `problems` are mistakes in test files and in flows, each once, in order."""

    results: tuple[Result, ...]
    problems: tuple[Diagnostic, ...]
    coverage: Coverage | None
    sources: Mapping[str, Source]
    files: tuple[Path, ...]
    took: float

    @property
    def passed(self) -> int:
        return sum(result.passed for result in self.results)

    @property
    def failed(self) -> int:
        return len(self.results) - self.passed

    @property
    def sound(self) -> bool:
        """Everything that was found could be run, and passed."""
        return not self.failed and not any(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A test file, read. `problems` with the span of a test belong to it."""

    file: File
    problems: tuple[Diagnostic, ...]


@dataclass(slots=True)
class Flows:
    """Flows compiled so far, by the file they are in; each is compiled once, whoever asks."""

    sources: dict[str, Source] = field(default_factory=dict)
    _compiled: dict[Path, Compilation] = field(default_factory=dict)
    _tallies: dict[Path, Tally] = field(default_factory=dict)

    def load(self, path: Path) -> Loaded:
        """Read a test file."""
        source = read_source(path)
        if isinstance(source, Diagnostic):
            return Loaded(File(str(path)), (source,))
        self.sources[source.path] = source
        file, problems = parse(source)
        return Loaded(file, problems)

    def compiled(self, path: Path) -> Compilation:
        key = path.resolve()
        if key not in self._compiled:
            self._compiled[key] = compile_file(path)
            self.sources.update(self._compiled[key].sources)
        return self._compiled[key]

    def run(self, test: Test, folder: Path) -> Result:
        """Play a test of a file in this folder."""
        if not test.sound or test.flow is None:
            return Result(test, None, problems=(_unsound(test), *self._misnamed(test, folder)))
        path = _find(test.flow, folder)
        if isinstance(path, Diagnostic):
            return Result(test, None, problems=(path,))
        compilation = self.compiled(path)
        if compilation.flow is None:
            problems = (_invalid(test.flow, len(compilation.errors)), *compilation.errors)
            return Result(test, None, problems=problems)
        bound, misfits = bind(test, compilation.flow)
        if bound is None:
            return Result(test, compilation.flow, problems=misfits)
        return play(bound, self._tally(path, compilation.flow))

    def _misnamed(self, test: Test, folder: Path) -> Iterator[Diagnostic]:
        """Names in a test that is not played which its flow does not have; a line that was lost misses nothing here."""
        path = _find(test.flow, folder) if test.flow is not None else None
        if isinstance(path, Diagnostic):
            yield path
        elif path is not None:
            flow = self.compiled(path).flow
            yield from misnamed(test, flow) if flow is not None else ()

    def coverage(self, paths: Collection[Path]) -> Coverage:
        """The coverage of every flow that a test has played, and of those in these folders that none has."""
        for path in find_flows(path for path in paths if path.is_dir()):
            flow = self.compiled(path).flow
            if flow is not None:
                self._tally(path, flow)
        return coverage(self._tallies.values(), paths)

    def _tally(self, path: Path, flow: Flow) -> Tally:
        return self._tallies.setdefault(path.resolve(), Tally(flow))


def find_tests(paths: Iterable[Path]) -> list[Path]:
    """All `.flowtest` files among these files and folders (searched to any depth), each once.

    A flow's own file stands for the tests beside it.
    """
    found: dict[Path, None] = {}
    for path in paths:
        for file in sorted(path.rglob("*.flowtest")) if path.is_dir() else [_tests_of(path)]:
            found.setdefault(file)
    return list(found)


def _tests_of(path: Path) -> Path:
    return path.with_suffix(".flowtest") if path.suffix == ".flow" else path


def run(files: Iterable[Path], *, named: str = "", covering: Collection[Path] = ()) -> Report:
    """Run the tests of these files; `named` keeps those whose name contains it, in any case.

    `covering`: the files and folders that were asked about, when coverage is wanted.
    """
    began = perf_counter()
    flows = Flows()
    results: list[Result] = []
    problems: dict[Diagnostic, None] = {}
    paths = tuple(files)
    for path in paths:
        loaded = flows.load(path)
        found = [*loaded.problems]
        for test in loaded.file.tests:
            if named.casefold() in test.name.casefold():
                result = flows.run(test, path.parent)
                # An unsound test's own mistakes have been told already, line by line.
                found += result.problems if test.sound else result.problems[1:]
                results.append(result)
        problems.update(dict.fromkeys(_in_order(_once_a_flow(found), str(path))))
    took = perf_counter() - began
    covered = flows.coverage(covering) if covering else None
    return Report(tuple(results), tuple(problems), covered, flows.sources, paths, took)


def _once_a_flow(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """That a flow cannot be played is told at the first test of it in a file."""
    told: dict[object, Diagnostic] = {}
    for problem in found:
        told.setdefault(problem.message if problem.code == NOT_VALID else problem, problem)
    return list(told.values())


def _in_order(found: Iterable[Diagnostic], path: str) -> list[Diagnostic]:
    """By their places in the test file; what is wrong in a flow stays behind the line that names it."""
    keyed: list[tuple[int, int, Diagnostic]] = []
    place = (0, 0)
    for problem in found:
        if problem.span.path == path:
            place = (problem.span.line, problem.span.column)
        keyed.append((*place, problem))
    return [problem for _, _, problem in sorted(keyed, key=lambda each: each[:2])]


def _find(name: Named, folder: Path) -> Path | Diagnostic:
    """A flow by name, beside the test or a folder above it; by path, from the test's folder."""
    if "/" in name.text or name.text.endswith(".flow"):
        path = folder / name.text
        if path.is_file():
            return path
        return mistake("FL870", "unknown-flow", name.span, f"there is no file {name.text!r} here", None)
    candidates = [folder / f"{name.text}.flow", folder.parent / f"{name.text}.flow"]
    for path in candidates:
        if path.is_file():
            return path
    known = sorted({file.stem for place in (folder, folder.parent) for file in place.glob("*.flow")})
    close = get_close_matches(name.text, known, n=1)
    help_ = f"did you mean {close[0]!r}?" if close else f"it is looked for as {name.text}.flow beside the test"
    return mistake("FL870", "unknown-flow", name.span, f"there is no flow called {name.text!r}", help_)


def _unsound(test: Test) -> Diagnostic:
    return mistake("FL879", "not-played", test.span, f"{test.name!r} has mistakes and was not played")


def _invalid(name: Named, errors: int) -> Diagnostic:
    count = "an error" if errors == 1 else f"{errors} errors"
    return mistake(
        NOT_VALID, "flow-not-valid", name.span, f"the flow {name.text!r} has {count} and cannot be played", None
    )
