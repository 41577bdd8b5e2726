"""`flowengine test`: play .flowtest files in virtual time."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click


@click.command(name="test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "junit"]),
    default="text",
    show_default=True,
    help="Text for people, JSON for programs, JUnit XML for build servers.",
)
@click.option("-k", "named", default="", metavar="NAME", help="Only tests whose name contains NAME.")
@click.option("-v", "--verbose", is_flag=True, help="Show every call, and every branch that no test takes.")
def command(paths: tuple[Path, ...], form: str, named: str, verbose: bool) -> None:
    """Run .flowtest files in virtual time: a ten-minute call takes milliseconds.

    PATH is a .flowtest file or a folder, searched to any depth; the current folder when left out. The exit status is 1
    when a test fails or a file has mistakes, and 2 when there is nothing to run.
    """
    from flowengine.testing.suite import find_tests, run

    places = paths or (Path(),)
    files = find_tests(places)
    if not files:
        where = ", ".join(str(path) for path in places)
        raise click.UsageError(f"no .flowtest file was found in {where}")
    report = run(files, named=named)
    if named and not report.results and report.sound:
        raise click.UsageError(f"no test has {named!r} in its name")
    match form:
        case "json":
            from flowengine.testing.report_data import report_json

            click.echo(report_json(report))
        case "junit":
            from flowengine.testing.report_data import report_junit

            click.echo(report_junit(report))
        case _:
            from flowengine.testing.report_text import report_text

            colour = sys.stdout.isatty()
            width = min(shutil.get_terminal_size((100, 24)).columns, 120)
            click.echo(report_text(report, colour=colour, verbose=verbose, width=width), color=colour)
    sys.exit(0 if report.sound else 1)
