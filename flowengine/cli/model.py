"""`flowengine model simulate`: stand in for a language model, to try a flow or a server without one."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flowengine.cli.stopping import Told


@click.group()
def command() -> None:
    """Stand in for a language model."""


@command.command()
@click.option("--port", default=8091, show_default=True, type=click.IntRange(0, 65535), help="Where it listens.")
@click.option(
    "--script",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help='Turns to give first, JSON like [{"text": "It covers old boilers.", "first_s": 2}, {"exit": "convinced"}].',
)
def simulate(port: int, script: Path | None) -> None:
    """Speak OpenAI's streaming protocol on this machine, without a model: answers are scripted, or made of the facts.

    After the script, and without one, it picks the fact that fits the caller's words best, and takes an exit at a plain
    yes or no. /simulator shows what it was asked, as JSON; a post to /simulator/turns scripts further turns.

    Example: flowengine model simulate --port 8091
    """
    from flowengine.testing.model.server import ModelServer
    from flowengine.testing.model.turns import read_turns

    turns = [] if script is None else read_turns(script.read_text("utf-8"))
    try:
        server = ModelServer(turns, port=port)
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be opened ({error.strerror}); take another --port") from error
    stopped = Told()
    with server:
        click.echo("A model that is none runs here. Start the server with:\n")
        click.echo(f"FLOWENGINE_MODEL_URL={server.url}")
        click.echo("FLOWENGINE_MODEL=simulated\n")
        click.echo(f"What it was asked: {server.url.removesuffix('/v1')}/simulator")
        sys.stdout.flush()
        stopped.wait()
