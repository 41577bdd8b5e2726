"""`flowengine validate`: check flows and libraries, and explain every mistake."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path

import click

from flowengine.cli.terminal import columns
from flowengine.graph.compile import check_file, find_files
from flowengine.graph.namesakes import shared_names
from flowengine.language.diagnostics import Diagnostic, as_json
from flowengine.language.parser import parse
from flowengine.language.render import render
from flowengine.language.source import Source


@dataclass(frozen=True, slots=True)
class _Findings:
    """What is wrong with some files, each problem once, and the texts it stands in."""

    files: list[Path]
    diagnostics: list[Diagnostic]
    sources: dict[str, Source]
    seconds: float

    @property
    def status(self) -> int:
        return 1 if not self.files or any(problem.severity == "error" for problem in self.diagnostics) else 0


@click.command(name="validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help="Text for people, JSON for programs, SARIF for code scanning.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C.")
def command(paths: tuple[Path, ...], form: str, watch: bool) -> None:
    """Check flows and libraries, and explain every mistake.

    PATH is a .flow file or a folder, searched to any depth. The exit status is 1 when there is an error; warnings
    alone leave it 0.
    """
    if watch and form != "text":
        raise click.UsageError("--watch shows text: leave --format out")
    if watch:
        _watch(paths)
        return
    findings = _findings(find_files(paths), paths)
    match form:
        case "json":
            click.echo(json.dumps({"diagnostics": [as_json(found) for found in findings.diagnostics]}, indent=2))
        case "sarif":
            click.echo(_sarif(findings))
        case _:
            _show(findings)
    sys.exit(findings.status)


def _findings(files: list[Path], paths: Sequence[Path]) -> _Findings:
    began = time.perf_counter()
    found: dict[Diagnostic, None] = {}
    sources: dict[str, Source] = {}
    parser = cache(parse)  # a library is read by itself, and by every flow that uses it
    for file in files:
        compilation = check_file(file, parser)
        # A library's mistakes turn up again in every flow that uses it.
        found.update(dict.fromkeys(compilation.diagnostics))
        sources.update(compilation.sources)
    for folder in filter(Path.is_dir, paths):
        found.update(dict.fromkeys(shared_names(folder)))
    return _Findings(files, list(found), sources, time.perf_counter() - began)


def _show(findings: _Findings) -> None:
    colour = sys.stdout.isatty()
    if findings.diagnostics:
        shown = render(findings.diagnostics, findings.sources, colour=colour, columns=columns(sys.stdout))
        click.echo(shown + "\n", color=colour)
    click.echo(_summary(len(findings.files), findings.diagnostics, findings.seconds))
    if not findings.files:
        click.echo("no .flow file was found there", err=True)


def _sarif(findings: _Findings) -> str:
    from flowengine.cli.sarif import sarif_log
    from flowengine.graph.checks.reference import entries

    log = sarif_log(
        findings.diagnostics, findings.sources, entries(), version=metadata.version("flowengine"), folder=Path.cwd()
    )
    return json.dumps(log, indent=2, ensure_ascii=False)


def _watch(paths: Sequence[Path]) -> None:
    """Check now and after every change. Ctrl-C is the way out, and no failure."""
    from flowengine.cli.watching import changes

    used: list[Path] = []
    try:
        for files in changes(paths, lambda: used):
            findings = _findings(files, paths)
            used[:] = map(Path, findings.sources)
            click.clear()  # does nothing where the output is no terminal
            _show(findings)
            click.echo(f"{datetime.now().astimezone():%H:%M:%S}, waiting for a change; Ctrl-C ends")
    except KeyboardInterrupt:
        click.echo()


def _summary(files: int, diagnostics: Iterable[Diagnostic], seconds: float) -> str:
    severities = [diagnostic.severity for diagnostic in diagnostics]
    parts = [
        _count(files, "flow"),
        _count(severities.count("error"), "error"),
        _count(severities.count("warning"), "warning"),
    ]
    return f"{', '.join(parts)} in {seconds:.1f} s"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
