"""Coverage by source file: a flow's own file by itself, a library's file over all the flows that were tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

from flowengine.language.source import Span
from flowengine.testing.coverage.lines import runs
from flowengine.testing.coverage.reach import Reach
from flowengine.testing.coverage.ways import Kind, Tally, Way, missing, never_taken


@dataclass(frozen=True)
class FileCoverage:
    """One source file. `ways`: how often each was taken; `runs`: how often each line ran, by number.

    `flows` are those that reach it. `counted` False: a library that nobody asked about; it stands in no sum.
    """

    path: str
    flows: tuple[str, ...]
    ways: dict[Way, int]
    runs: dict[int, int]
    counted: bool

    @cached_property
    def missing(self) -> tuple[Way, ...]:
        """What no test has taken, in source order."""
        return tuple(way for way, times in self.ways.items() if not times)


@dataclass(frozen=True)
class Coverage:
    """The coverage of a run."""

    files: tuple[FileCoverage, ...]

    @property
    def counted(self) -> tuple[FileCoverage, ...]:
        return tuple(file for file in self.files if file.counted)

    @property
    def complete(self) -> bool:
        return not any(file.missing for file in self.counted)


def taken(files: Iterable[FileCoverage], kind: Kind | None = None) -> tuple[int, int]:
    """How many ways were taken, of how many; of one kind, or of all."""
    times = [count for file in files for way, count in file.ways.items() if kind is None or way.kind == kind]
    return sum(bool(count) for count in times), len(times)


def percent(files: Iterable[FileCoverage]) -> float:
    """Ways taken, in per cent, to one decimal and never rounded up: what is not all is not 100."""
    some, all_ = taken(files)
    return some * 1000 // all_ / 10 if all_ else 100.0


def coverage(tallies: Iterable[Tally], asked: Collection[Path]) -> Coverage:
    """The sum of these flows' tallies.

    `asked`: the files and folders that were named. A library counts when it lies in one of them, a flow always.
    """
    ways: dict[str, Counter[Way]] = {}
    lines: dict[str, Counter[int]] = {}
    flows: dict[str, list[str]] = {}
    own: set[str] = set()
    for tally in tallies:
        reach = Reach(tally.flow)
        own.add(tally.flow.span.path)
        for way in reach.ways:
            known = ways.setdefault(way.span.path, Counter())
            known[way] += tally.times[way.key]
            users = flows.setdefault(way.span.path, [])
            if tally.flow.name not in users:
                users.append(tally.flow.name)
        for span, count in runs(reach, tally):
            counts = lines.setdefault(span.path, Counter())
            for line in range(span.line, span.end_line + 1):
                counts[line] += count
    folders = [path.resolve() for path in asked if path.is_dir()]
    return Coverage(
        tuple(
            FileCoverage(
                path,
                tuple(flows[path]),
                {way: counts[way] for way in sorted(counts, key=_order)},
                dict(lines.get(path, {})),
                path in own or any(Path(path).resolve().is_relative_to(folder) for folder in folders),
            )
            for path, counts in sorted(ways.items(), key=lambda each: (each[0] not in own, each[0]))
        )
    )


def gaps(file: FileCoverage) -> Iterator[tuple[Span, str]]:
    """What is missing, in words, the triggers of one branch together: `… is never taken by silence or otherwise`."""
    whole = {way.span for way in file.missing if way.kind == "rung"}
    for (kind, span), found in groupby(file.missing, key=lambda way: (way.kind, way.span)):
        ways = tuple(found)
        if kind != "edge":
            yield from ((span, missing(way)) for way in ways)
        elif span not in whole:
            # Of a rung that is never reached, its edges go without saying.
            all_ = sum(way.kind == "edge" and way.span == span for way in file.ways)
            yield span, never_taken(ways, whole=len(ways) == all_)


def _order(way: Way) -> tuple[int, int, bool]:
    # A rung after the edges that reach it; sides and triggers stay in the author's order.
    return way.span.line, way.span.column, way.kind == "rung"
