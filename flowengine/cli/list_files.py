"""What the commands for lists have in common: a number as typed, a file to import, and the report of it."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from flowengine.errors import ListFileError

if TYPE_CHECKING:
    from flowengine.store.list_import import ListImported


def typed(number: str) -> str:
    """E.164 of a number in any spelling. Raises BadParameter with what is wrong with it."""
    # The tables of telephone numbers take their time to load; --help need not wait for them.
    from flowengine.store.list_rows import list_number

    e164, why = list_number(number)
    if e164 is None:
        raise click.BadParameter(f"{number!r}: {why}", param_hint="NUMBER")
    return e164


@contextlib.contextmanager
def at_hand(file: Path) -> Iterator[tuple[Path, Path]]:
    """The list as a file that can be read twice, and the one after which its rejected lines are named.

    What comes only once (`-` for standard input, a pipe) is copied first; its rejected lines go into the folder at
    hand. Raises ListFileError where there is nothing to read, before anybody opens a record for it.
    """
    if file.is_file() and Path("/dev") not in file.parents:
        with _readable(file):
            pass
        yield file, file
        return
    is_stdin = str(file) == "-"
    name = "stdin" if is_stdin else file.name
    # It holds telephone numbers: the folder is readable by its owner alone.
    with tempfile.TemporaryDirectory(prefix="flowengine-") as folder:
        copy = Path(folder) / name
        with _readable(file) as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target)
        try:
            yield copy, Path(name)
        except ListFileError as error:
            raise ListFileError(str(error).replace(str(copy), "standard input" if is_stdin else str(file))) from error


def _readable(file: Path) -> IO[bytes]:
    try:
        return click.open_file(str(file), "rb")
    except OSError as error:
        raise ListFileError(f"{file} cannot be read: {error.strerror}") from error


def report(imported: ListImported, seconds: float) -> None:
    """Say what became of a file, and leave with exit status 1 when a line of it could not be taken."""
    click.echo(f"{imported.added:,} added, {imported.known:,} known already, in {seconds:.0f} s")
    if imported.rejected_to is None:
        return
    lines = "line gives" if imported.rejected == 1 else "lines give"
    click.echo(click.style(f"{imported.rejected:,} {lines} no number, or not only numbers:", fg="red"), err=True)
    for number, text, why in imported.examples:
        click.echo(f"  line {number}: {text} ({why})", err=True)
    if imported.rejected > len(imported.examples):
        click.echo(f"  and {imported.rejected - len(imported.examples):,} more", err=True)
    click.echo(f"They are in {imported.rejected_to}: mend them there, and import that file.", err=True)
    raise SystemExit(1)
