"""`flowengine test`: play .flowtest files in virtual time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowengine.cli.terminal import columns

if TYPE_CHECKING:
    from flowengine.testing.coverage.sums import Coverage


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
@click.option("-v", "--verbose", is_flag=True, help="Show every call.")
@click.option("--coverage", is_flag=True, help="Show which states, edges, rungs and conditions no test takes.")
@click.option(
    "--html",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write the coverage as pages over the source, DIR/index.html first.",
)
@click.option(
    "--fail-under",
    "least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail when less than this is covered.",
)
def command(
    paths: tuple[Path, ...],
    form: str,
    named: str,
    verbose: bool,
    coverage: bool,
    folder: Path | None,
    least: float | None,
) -> None:
    """Run .flowtest files in virtual time: a ten-minute call takes milliseconds.

    PATH is a .flowtest file or a folder, searched to any depth; the current folder when left out. The exit status is 1
    when a test fails, a file has mistakes or too little is covered, and 2 when there is nothing to run.
    --html and --fail-under count coverage by themselves.
    """
    from flowengine.testing.suite import find_tests, run

    places = paths or (Path(),)
    files = find_tests(places)
    if not files:
        where = ", ".join(str(path) for path in places)
        raise click.UsageError(f"no .flowtest file was found in {where}")
    counted = coverage or folder is not None or least is not None
    report = run(files, named=named, covering=places if counted else ())
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
            width = min(columns(sys.stdout) or 100, 120)
            click.echo(report_text(report, colour=colour, verbose=verbose, width=width), color=colour)
    if folder is not None and report.coverage is not None:
        from flowengine.testing.coverage.report_html import write_pages

        click.echo(f"coverage written to {write_pages(report.coverage, report.sources, folder)}", err=form != "text")
    enough = least is None or report.coverage is None or _enough(report.coverage, least)
    sys.exit(0 if report.sound and enough else 1)


def _enough(found: Coverage, least: float) -> bool:
    """Whether so many per cent are covered; says what is missing when not."""
    from flowengine.testing.coverage.report_text import what_is_missing
    from flowengine.testing.coverage.sums import percent

    covered = percent(found.counted)
    if covered >= least:
        return True
    click.echo(f"\ncoverage is {covered:.1f} %, and {least:g} % is asked for; missing:", err=True)
    for file in found.counted:
        for line in what_is_missing(file):
            click.echo(f"  {file.path}: {line}", err=True)
    return False
