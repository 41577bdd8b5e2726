"""`flowengine graph`: a flow as Mermaid, DOT or SVG, to the screen or into a file."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flowengine.graph.compile import compile_file
from flowengine.graph.export import to_dot, to_mermaid, to_svg
from flowengine.language.render import render

WRITERS = {"mermaid": to_mermaid, "dot": to_dot, "svg": to_svg}
ENDINGS = {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg"}


@click.command()
@click.argument("flow", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(sorted(WRITERS)), help="Default: by the ending of -o, else mermaid."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def command(flow: Path, form: str | None, output: Path | None) -> None:
    """Draw FLOW: its states, the moves between them, and what is handled everywhere.

    The SVG needs no other program and follows the reader's light or dark setting.
    """
    chosen = form or _guessed(output)
    compilation = compile_file(flow)
    if compilation.diagnostics:
        colour = sys.stderr.isatty()
        click.echo(render(compilation.diagnostics, compilation.sources, colour=colour), err=True, color=colour)
    if compilation.flow is None:
        raise SystemExit(1)
    drawing = WRITERS[chosen](compilation.flow)
    if output is None:
        click.echo(drawing, nl=False)
        return
    try:
        output.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {str(output)!r}: {error.strerror}") from error
    click.echo(f"{output}: {chosen}, {len(compilation.flow.states)} states", err=True)


def _guessed(output: Path | None) -> str:
    if output is None:
        return "mermaid"
    form = ENDINGS.get(output.suffix.lower())
    if form is None:
        known = ", ".join(sorted(ENDINGS))
        raise click.UsageError(f"no format is known by the ending of {str(output)!r} ({known}): say --format")
    return form
