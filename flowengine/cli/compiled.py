"""The flow of a file or of a recorded call, for commands that look at one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flowengine.cli.terminal import columns
from flowengine.errors import FlowNotValid
from flowengine.graph.compile import compile_file
from flowengine.graph.model import Flow
from flowengine.language.render import render
from flowengine.service.settings import Settings


def compiled(path: Path) -> Flow:
    """The checked flow; ends the command with its mistakes when there is none."""
    compilation = compile_file(path)
    if compilation.flow is None:
        colour = sys.stderr.isatty()
        shown = render(compilation.diagnostics, compilation.sources, colour=colour, columns=columns(sys.stderr))
        click.echo(shown, err=True, color=colour)
        raise SystemExit(1)
    return compilation.flow


def flow_of_call(path: Path | None, name: str) -> Flow:
    """The flow by its file, or by its name in the settings' folder. Raises ClickException."""
    # It compiles, and draws: other commands need not wait for it.
    from flowengine.service.library import FlowLibrary

    if path is None:
        library = FlowLibrary(Settings.from_env().flows)
        library.refresh()
        try:
            return library.get(name)
        except FlowNotValid as error:
            raise click.ClickException(f"{error}; name its file with --flow") from error
    flow = compile_file(path).flow
    if flow is None:
        raise click.ClickException(f"{path} has errors: flowengine validate {path} shows them")
    if flow.name != name:
        raise click.ClickException(f"the call was one of the flow {name!r}, and {path} holds {flow.name!r}")
    return flow
