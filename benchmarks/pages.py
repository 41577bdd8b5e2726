"""Tables that stand on a page of the documentation, between two comments, and are written there by their command."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

Marks = tuple[str, str]
"""The lines before and after the table."""


def shown_between(page: Path, marks: Marks) -> str:
    """What stands on the page now."""
    _, _, after = page.read_text(encoding="utf-8").partition(marks[0])
    return after.partition(marks[1])[0]


def write_between(page: Path, marks: Marks, table: str) -> None:
    """Put the table in place of what stands there."""
    before, opening, after = page.read_text(encoding="utf-8").partition(marks[0])
    page.write_text(before + opening + table + marks[1] + after.partition(marks[1])[2], encoding="utf-8")


def run(
    page: Path,
    marks: Marks,
    table: Callable[[], str],
    times: Callable[[], str],
    not_right: Callable[[], Iterable[str]],
) -> None:
    """The command of a scored set: prints table and times; `--write` puts the table on its page, `--all` lists what of
    the development part is not right."""
    shown = table()
    print(shown)
    print(times())
    if "--write" in sys.argv[1:]:
        write_between(page, marks, shown)
    if "--all" in sys.argv[1:]:
        print("\n".join(not_right()))
