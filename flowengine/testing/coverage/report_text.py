"""Coverage as it is read in a terminal: a row a file, and under it, line by line, what no test has taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowengine.testing.coverage.sums import Coverage, FileCoverage, gaps, percent, taken
from flowengine.testing.coverage.ways import KINDS
from flowengine.testing.paint import Painter

COLUMNS = ("states", "edges", "rungs", "conditions", "total")


def coverage_text(coverage: Coverage, *, colour: bool) -> str:
    """The table, and what is missing."""
    paint = Painter(colour)
    names = [*(file.path for file in coverage.files), f"all {len(coverage.counted)} files"]
    wide = max(map(len, names))
    lines = [paint.strong(f"{'coverage':<{wide + 2}}") + paint.dim("".join(f"{each:>12}" for each in COLUMNS))]
    for file in coverage.files:
        lines.append(_row(file.path, wide, [file], paint, dim=not file.counted))
        if file.counted:
            lines += [f"    {line}" for line in what_is_missing(file)]
    if len(coverage.counted) > 1:
        lines.append(_row(names[-1], wide, coverage.counted, paint, dim=False))
    if len(coverage.counted) < len(coverage.files):
        lines.append(paint.dim("  a library that no PATH holds is shown and not counted"))
    return "\n".join(lines)


def what_is_missing(file: FileCoverage) -> Iterator[str]:
    """A line a gap, by line of the source: `line 58   introduction: cover_question is never taken`."""
    yield from (f"line {span.line:<5} {text}" for span, text in gaps(file))


def _row(name: str, wide: int, files: Sequence[FileCoverage], paint: Painter, *, dim: bool) -> str:
    cells = ["{}/{}".format(*taken(files, kind)) for kind in KINDS]
    start = f"  {name:<{wide}}" + "".join(f"{cell if cell != '0/0' else '–':>12}" for cell in cells)
    total = f"{percent(files):>10.1f} %"
    if dim:
        return paint.dim(start + total)
    return start + (paint.good(total) if not any(file.missing for file in files) else paint.bad(total))
