"""`flowengine new`: a flow to start from, and its tests. Both are whole: they validate and pass as they are written."""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from pathlib import Path

import click

from flowengine.cli.writing import create_files
from flowengine.testing.paint import Painter

TEMPLATES = files("flowengine.cli").joinpath("templates")
_NAME = re.compile(r"[^\W\d]\w*")
_NEXT = (
    ("validate", "{flow}", "check it; --watch checks at every change"),
    ("test", "{tests}", "play its tests"),
    ("chat", "{flow}{contact}", "talk to it by typing"),
    ("graph", "{flow} -o {drawing}", "draw it"),
)


@click.command(name="new")
@click.argument("name")
@click.option("--inbound", "direction", flag_value="inbound", default="inbound", help="A call to us. [default]")
@click.option("--outbound", "direction", flag_value="outbound", help="A call that we make.")
@click.option(
    "--path",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Where to write; made if it is not there. [default: the current folder]",
)
def command(name: str, direction: str, folder: Path) -> None:
    """Write a flow to start from, NAME.flow, and its tests, NAME.flowtest.

    Nothing is overwritten.
    """
    if _NAME.fullmatch(name) is None:
        raise click.UsageError(_unfit(name))
    texts = {folder / f"{name}{ending}": template(direction, ending, name) for ending in (".flow", ".flowtest")}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        create_files(texts)
    except FileExistsError as error:
        raise click.ClickException(f"{error.filename} is there already: choose another name or --path") from error
    except OSError as error:
        raise click.ClickException(f"cannot write {error.filename}: {error.strerror}") from error
    _tell(list(texts), direction)


def template(direction: str, ending: str, name: str) -> str:
    """A template's text with its flow called `name`."""
    title = name.replace("_", " ").strip().capitalize()
    text = TEMPLATES.joinpath(f"{direction}{ending}").read_text("utf-8")
    return re.sub(r"\bnew_flow\b", name, text).replace('"New flow"', f'"{title}"')


def _unfit(name: str) -> str:
    """Why this is no name, and the nearest that is."""
    stem = Path(name).stem if name.endswith((".flow", ".flowtest")) or "/" in name else name
    near = re.sub(r"\W+", "_", stem).strip("_").lower()
    near = near if _NAME.fullmatch(near) else f"flow_{near}".rstrip("_")
    folder = "; --path says in which folder" if Path(name).name != name else ""
    return f"{name!r} is no name for a flow: letters, digits and '_', beginning with a letter, such as {near}{folder}"


def _tell(written: list[Path], direction: str) -> None:
    paint = Painter(sys.stdout.isatty())
    flow, tests = (f"'{path}'" if " " in str(path) else str(path) for path in written)
    contact = " --contact name=Sam --contact visit=2026-12-01T10:30" if direction == "outbound" else ""
    drawing = Path(written[0].with_suffix(".svg").name)
    click.echo(f"{paint.good('wrote')} {flow} and {tests}\n", color=paint.colour)
    click.echo("Read the flow aloud and make it yours. Then:\n")
    steps = [
        (verb, rest.format(flow=flow, tests=tests, contact=contact, drawing=drawing), why) for verb, rest, why in _NEXT
    ]
    for verb, rest, why in steps:
        line = f"  flowengine {paint.strong(verb)} {rest}"
        click.echo(f"{line}\n      {paint.dim(why)}", color=paint.colour)
