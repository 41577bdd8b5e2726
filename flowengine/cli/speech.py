"""`flowengine speech`: the embedded engines, for other machines and other programs."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

import click

from flowengine.adapters.nova2.server import speech_server
from flowengine.adapters.registry import recogniser_from, synthesiser_from, warm_up
from flowengine.cli.stopping import when_told


@click.command(short_help="Serve the embedded speech engines over the nova2.v1 contract.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0 takes any that is free."
)
@click.option("--engine", default=None, hidden=True, help="`scripted:` serves the fakes.")
def command(host: str, port: int, engine: str | None) -> None:
    """Serve speech to text and text to speech over WebSockets (the contract nova2.v1).

    Another flowengine uses it with NOVA_STT_WS_URL and NOVA_TTS_WS_URL set to the two addresses that are printed.
    There is no password: let nobody reach the port whom you would not let use it.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(host, port, engine))


async def _serve(host: str, port: int, engine: str | None) -> None:
    recogniser, synthesiser = recogniser_from(engine), synthesiser_from(engine)
    try:
        took = await warm_up(recogniser, synthesiser, progress=lambda step: click.echo(f"{step} …", err=True))
        click.echo(f"speech models loaded in {took:.1f} s", err=True)
        async with speech_server(recogniser, synthesiser, host=host, port=port) as addresses:
            click.echo(f"NOVA_STT_WS_URL={addresses.stt}")
            click.echo(f"NOVA_TTS_WS_URL={addresses.tts}")
            await _interrupted()
    finally:
        await recogniser.close()
        await synthesiser.close()


async def _interrupted() -> None:
    """Until Ctrl-C, or a service manager's request to stop."""
    stop = asyncio.Event()
    when_told(stop.set, signal.SIGINT, signal.SIGTERM)
    await stop.wait()
