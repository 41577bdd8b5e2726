"""`flowengine graph`: a flow as Mermaid, DOT or SVG, to the screen or into a file."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import click

from flowengine.cli.terminal import columns
from flowengine.cli.unknown import unknown
from flowengine.graph.compile import analyse
from flowengine.graph.export import View, around, drawn, to_dot, to_mermaid, to_svg
from flowengine.graph.model import Flow
from flowengine.language.diagnostics import Diagnostic
from flowengine.language.reading import read_source
from flowengine.language.render import render
from flowengine.language.source import Source

WRITERS = {"mermaid": to_mermaid, "dot": to_dot, "svg": to_svg}
ENDINGS = {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg"}


@click.command()
@click.argument("flow", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(sorted(WRITERS)), help="Default: by the ending of -o, else mermaid."
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--policy", metavar="NAME", help="Show this policy alone: the places it keeps, and where its facts come.")
@click.option("--only", metavar="STATE[,STATE]", help="Draw these states only.")
@click.option("--around", "centre", metavar="STATE", help="Draw this state and those near it.")
@click.option("--depth", type=click.IntRange(0), default=1, show_default=True, help="How many moves count as near.")
@click.option("--no-libraries", is_flag=True, help="Leave out the states of libraries and subflows.")
def command(
    flow: Path,
    form: str | None,
    output: Path | None,
    policy: str | None,
    only: str | None,
    centre: str | None,
    depth: int,
    no_libraries: bool,
) -> None:
    """Draw FLOW: its states, the moves between them, what is handled everywhere, and what its policies promise.

    The SVG needs no other program and follows the reader's light or dark setting. A flow that breaks a policy, or has
    other mistakes that leave its states and moves as they are, is drawn as well, with exit status 1.
    """
    chosen = form or _guessed(output)
    found, faulty = _read(flow)
    view = _view(found, policy, only, centre, depth, libraries=not no_libraries)
    drawing = WRITERS[chosen](found, view)
    if output is None:
        click.echo(drawing, nl=False)
    else:
        try:
            output.write_text(drawing, encoding="utf-8")
        except OSError as error:
            raise click.ClickException(f"cannot write {str(output)!r}: {error.strerror}") from error
        click.echo(f"{output}: {chosen}, {_counted(found, view)}", err=True)
    if faulty:
        raise SystemExit(1)


def _counted(flow: Flow, view: View) -> str:
    """How many states were drawn, and of how many."""
    many = f"{len(flow.states)} {'state' if len(flow.states) == 1 else 'states'}"
    return f"{len(drawn(flow, view))} of {many}" if view.is_part else many


def _read(path: Path) -> tuple[Flow, bool]:
    """The flow of a file, and whether it has errors; these are shown. Exits where there is nothing sound to draw."""
    source = read_source(path)
    if isinstance(source, Diagnostic):
        _show((source,), {})
        raise SystemExit(1)
    analysis = analyse(source)
    draft = analysis.draft
    _show(analysis.diagnostics, {unit.source.path: unit.source for unit in draft.units})
    errors = [problem for problem in analysis.diagnostics if problem.severity == "error"]
    if draft.library_alone:
        raise click.ClickException(f"{str(path)!r} has no 'flow' line, so it is a library: there is no call to draw")
    if any(problem.code.startswith(("FL1", "FL2")) for problem in errors):
        raise click.ClickException("not drawn: with these errors it is not clear which states and moves are meant")
    return draft.flow, bool(errors)


def _show(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source]) -> None:
    if diagnostics:
        colour = sys.stderr.isatty()
        click.echo(render(diagnostics, sources, colour=colour, columns=columns(sys.stderr)), err=True, color=colour)


def _view(flow: Flow, policy: str | None, only: str | None, centre: str | None, depth: int, *, libraries: bool) -> View:
    if policy is not None:
        _known("policy", policy, [each.name for each in flow.policies])
    if only is not None and centre is not None:
        raise click.UsageError("--only and --around exclude each other")
    states: frozenset[str] | None = None
    if only is not None:
        states = frozenset(name.strip() for name in only.split(",") if name.strip())
        for name in sorted(states):
            _known("state", name, flow.states)
    elif centre is not None:
        _known("state", centre, flow.states)
        states = around(flow, centre, depth)
    return View(states, policy, libraries)


def _known(kind: str, name: str, names: Collection[str]) -> None:
    if name not in names:
        raise click.UsageError(unknown(kind, name, names))


def _guessed(output: Path | None) -> str:
    if output is None:
        return "mermaid"
    form = ENDINGS.get(output.suffix.lower())
    if form is None:
        known = ", ".join(sorted(ENDINGS))
        raise click.UsageError(f"no format is known by the ending of {str(output)!r} ({known}): say --format")
    return form
