"""The flow of a file, for commands that look at one; its mistakes shown where it has any."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flowengine.cli.terminal import columns
from flowengine.graph.compile import compile_file
from flowengine.graph.model import Flow
from flowengine.language.render import render


def compiled(path: Path) -> Flow:
    """The checked flow; ends the command with its mistakes when there is none."""
    compilation = compile_file(path)
    if compilation.flow is None:
        colour = sys.stderr.isatty()
        shown = render(compilation.diagnostics, compilation.sources, colour=colour, columns=columns(sys.stderr))
        click.echo(shown, err=True, color=colour)
        raise SystemExit(1)
    return compilation.flow
