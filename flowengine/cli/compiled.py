"""The flow of a file or of a recorded call, for commands that look at one."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from flowengine.cli.terminal import columns
from flowengine.conversation.shown import amounts_of
from flowengine.errors import FlowEngineError, FlowNotValid
from flowengine.graph.compile import compile_file, find_flows
from flowengine.graph.libraries import load, on_disk
from flowengine.graph.lower import lower
from flowengine.graph.model import Flow
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.parser import parse
from flowengine.language.reading import read_source
from flowengine.language.render import render
from flowengine.service.settings import Settings

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def compiled(path: Path) -> Flow:
    """The checked flow; ends the command with its mistakes when there is none."""
    compilation = compile_file(path)
    if compilation.flow is None:
        colour = sys.stderr.isatty()
        shown = render(compilation.diagnostics, compilation.sources, colour=colour, columns=columns(sys.stderr))
        click.echo(shown, err=True, color=colour)
        raise SystemExit(1)
    return compilation.flow


def amounts_of_call(name: str, values: Iterable[str | None], folder: Path | None = None) -> frozenset[str]:
    """Which names hold amounts of money in a call of this flow, where one of these values may be one.

    By the flow's file in `folder`, or else the settings', as it is now, without its checks, which take longer; none
    without a file: the record has numbers, and not what they are of.
    """
    if not any(value is not None and _NUMBER.fullmatch(value) for value in values):
        return frozenset()
    begins = re.compile(rf"^flow\s+{re.escape(name)}\b", re.MULTILINE)
    try:
        files = find_flows([folder or Settings.from_env().flows])
    except (FlowEngineError, OSError):
        return frozenset()
    for path in files:
        source = read_source(path)
        if not isinstance(source, Diagnostic) and begins.search(source.text):
            return amounts_of(lower(load(source, on_disk, parse).found)[0].flow)
    return frozenset()


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
