"""Prints one table. Rows of another path join by another module with `rows()` in PATHS."""

from __future__ import annotations

import os
import platform

from benchmarks import dialling, figures, text
from benchmarks.measure import Row, shown

PATHS = (text.rows, figures.rows, dialling.rows)
HEADINGS = ("", "one is", "takes", "floor", "floor takes", "ratio", "limit")


def cells(row: Row) -> tuple[str, ...]:
    takes, floor, limit = shown(row.seconds), shown(row.floor_s), shown(row.limit) if row.limit else ""
    return (row.what, row.unit, takes, row.floor_is, floor, f"{row.ratio:.1f}", limit)


def main() -> None:
    table = [HEADINGS, *(cells(row) for path in PATHS for row in path())]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADINGS))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print(f"\nmedians; Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")


if __name__ == "__main__":
    main()
