"""`flowengine fmt`: put flows into their one layout, or say which are not in it."""

from __future__ import annotations

import difflib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from flowengine.cli.terminal import columns
from flowengine.cli.writing import replace_file
from flowengine.graph.compile import find_files
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.formatter import LayoutChangedMeaning, format_source
from flowengine.language.reading import data_source, read_data
from flowengine.language.render import render
from flowengine.language.source import Source

STDIN = "<stdin>"
_ADDED, _REMOVED, _PLACE, _BOLD, _PLAIN = "\x1b[32m", "\x1b[31m", "\x1b[36m", "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class _Unformatted:
    """A file that cannot be formatted, and what to tell about it."""

    message: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """A text before and after."""

    before: bytes
    after: bytes

    @property
    def differs(self) -> bool:
        return self.before != self.after


@click.command(name="fmt")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True), metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Write nothing; the exit status is 1 when a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
def command(paths: tuple[Path, ...], check: bool, diff: bool) -> None:
    """Put flows and libraries into their one layout. Comments and meaning are kept.

    PATH is a .flow file or a folder, searched to any depth; the current folder when left out. With - as the only PATH,
    the flow is read from standard input and written to standard output. A file with mistakes is left as it is: its
    diagnostics are shown, and the exit status is 2.
    """
    if Path("-") in paths:
        if len(paths) > 1:
            raise click.UsageError("'-' stands alone: give either it or files and folders")
        sys.exit(_from_stdin(check=check, diff=diff))
    places = paths or (Path(),)
    files = find_files(places)
    if not files:
        raise click.UsageError(f"no .flow file was found in {', '.join(str(place) for place in places)}")
    changed = failed = 0
    for file in files:
        result = _formatted(file)
        if isinstance(result, _Pair) and result.differs:
            if diff:
                _show_diff(str(file), result)
            elif not check:
                result = _written(file, result)
        if isinstance(result, _Unformatted):
            failed += 1
            _complain(result.message)
        elif result.differs:
            changed += 1
            if not diff:
                click.echo(f"{'would change' if check else 'formatted'} {file}")
    click.echo(_summary(len(files), changed, failed, written=not (check or diff)), err=diff)
    sys.exit(2 if failed else 1 if check and changed else 0)


def _from_stdin(*, check: bool, diff: bool) -> int:
    """Standard input to standard output; nothing is written when the flow has mistakes."""
    pair = _format_data(sys.stdin.buffer.read(), STDIN)
    if isinstance(pair, _Unformatted):
        _complain(pair.message)
        return 2
    if diff:
        _show_diff(STDIN, pair)
    elif not check:
        sys.stdout.buffer.write(pair.after)
        sys.stdout.buffer.flush()
    return 1 if check and pair.differs else 0


def _formatted(file: Path) -> _Pair | _Unformatted:
    data = read_data(file, str(file))
    return _shown(data) if isinstance(data, Diagnostic) else _format_data(data, str(file))


def _written(file: Path, pair: _Pair) -> _Pair | _Unformatted:
    try:
        replace_file(file, pair.after)
    except OSError as error:
        return _Unformatted(f"{file} is left as it is: {error.strerror or error}")
    return pair


def _format_data(data: bytes, name: str) -> _Pair | _Unformatted:
    source = data_source(data, name)
    if isinstance(source, Diagnostic):
        return _shown(source)
    try:
        formatted = format_source(source)
    except LayoutChangedMeaning:
        return _Unformatted(
            f"{name} is left as it is: its new layout would mean something else; please report this flow"
        )
    if formatted.problems:
        return _shown(*formatted.problems, source=source)
    return _Pair(data, formatted.text.encode())


def _shown(*problems: Diagnostic, source: Source | None = None) -> _Unformatted:
    sources = {source.path: source} if source is not None else {}
    return _Unformatted(render(problems, sources, colour=sys.stderr.isatty(), columns=columns(sys.stderr)) + "\n")


def _complain(message: str) -> None:
    click.echo(message, err=True, color=sys.stderr.isatty())


def _show_diff(name: str, pair: _Pair) -> None:
    colour = sys.stdout.isatty()
    before, after = (io.StringIO(data.decode(), newline="\n").readlines() for data in (pair.before, pair.after))
    lines = difflib.unified_diff(before, after, f"{name} (as it is)", f"{name} (formatted)")
    click.echo("".join(_painted(line) if colour else line for line in _with_ends(lines)), nl=False, color=colour)


def _with_ends(lines: Iterator[str]) -> Iterator[str]:
    """A difference in which a last line without an end says so, as `patch` wants it."""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _painted(line: str) -> str:
    text = line.rstrip("\n")
    tone = _BOLD if text.startswith(("---", "+++")) else {"+": _ADDED, "-": _REMOVED, "@": _PLACE}.get(text[:1], "")
    return f"{tone}{text}{_PLAIN}\n" if tone else line


def _summary(files: int, changed: int, failed: int, *, written: bool) -> str:
    parts = [f"{changed} {'formatted' if written else 'would change'}", f"{files - changed - failed} as they should be"]
    if failed:
        parts.append(f"{failed} left as {'it is' if failed == 1 else 'they are'}")
    return ", ".join(parts)
