"""`flowengine validate`: check flows and libraries, and explain every mistake."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import click

from flowengine.graph.compile import check_file, find_files
from flowengine.language.diagnostics import Diagnostic, as_json
from flowengine.language.render import render
from flowengine.language.source import Source


@click.command(name="validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for people, JSON for programs.",
)
def command(paths: tuple[Path, ...], form: str) -> None:
    """Check flows and libraries, and explain every mistake.

    PATH is a .flow file or a folder, searched to any depth. The exit status is 1 when there is an error; warnings
    alone leave it 0.
    """
    began = time.perf_counter()
    files = find_files(paths)
    found: dict[Diagnostic, None] = {}
    sources: dict[str, Source] = {}
    for file in files:
        compilation = check_file(file)
        # A library's mistakes turn up again in every flow that uses it.
        found.update(dict.fromkeys(compilation.diagnostics))
        sources.update(compilation.sources)
    diagnostics = list(found)
    if form == "json":
        click.echo(json.dumps({"diagnostics": [as_json(diagnostic) for diagnostic in diagnostics]}, indent=2))
    else:
        if diagnostics:
            click.echo(render(diagnostics, sources, colour=sys.stdout.isatty()) + "\n", color=sys.stdout.isatty())
        click.echo(_summary(len(files), diagnostics, time.perf_counter() - began))
    if not files and form == "text":
        click.echo("no .flow file was found there", err=True)
    sys.exit(1 if not files or any(diagnostic.severity == "error" for diagnostic in diagnostics) else 0)


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
