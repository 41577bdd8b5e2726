"""`flowengine serve`: the service, with what it runs on printed before it starts."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from flowengine.cli.database import tell_new_keys
from flowengine.cli.starter import end_with_input
from flowengine.errors import SettingsError
from flowengine.service.settings import Settings
from flowengine.service.values import shown

OURS = "flowengine-"
"""How the names of our own temporary folders begin."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 picks a free one."
)
@click.option("--flows", type=click.Path(exists=True, path_type=Path), help="Folder of .flow files. [default: flows]")
@click.option("--db", help="Where the record is kept, as a database URL. [default: sqlite:///flowengine.db]")
@click.option(
    "--log-level", default="INFO", type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"]), help="How much to log."
)
@click.option("--log-personal-data", is_flag=True, help="Let numbers and words appear in the log.")
@click.option(
    "--with-starter",
    is_flag=True,
    help="End, as after two Ctrl-C, when standard input does: for a program that starts this one and may be killed.",
)
@click.option(
    "--scratch",
    type=click.Path(path_type=Path),
    hidden=True,
    help="The starter's temporary folder, removed in its place when it has been killed.",
)
def command(
    host: str,
    port: int,
    flows: Path | None,
    db: str | None,
    log_level: str,
    log_personal_data: bool,
    with_starter: bool,
    scratch: Path | None,
) -> None:
    """Run the service: telephone calls, the browser page, the API.

    Settings come from the environment or a .env file (docs/reference/settings.md); with none at all it starts with
    embedded speech, SQLite and the page, and no telephone line. A socket that systemd hands over is listened on, in
    place of --host and --port.
    """
    if scratch is not None and not scratch.name.startswith(OURS):
        raise click.BadParameter(f"{scratch}: only a folder of ours, {OURS}…, is removed", param_hint="--scratch")
    if with_starter:
        # Before anything is loaded, which takes seconds.
        end_with_input(scratch)
    from flowengine.service.app import create_app
    from flowengine.service.database import open_database
    from flowengine.service.handed_over import handed_over
    from flowengine.service.hold_music import hold_music
    from flowengine.service.logs import set_up_logging
    from flowengine.service.policy_settings import start_warnings
    from flowengine.service.server import DrainingServer

    settings = Settings.from_env()
    if flows is not None:
        settings = dataclasses.replace(settings, flows=flows)
    if db is not None:
        settings = dataclasses.replace(settings, database_url=db)
    if not _is_folder(settings.flows):
        what = shown(str(settings.flows))
        raise SettingsError(f"there is no folder {what}; name one of .flow files with --flows or FLOWENGINE_FLOWS")
    set_up_logging(log_level, with_personal_data=log_personal_data)
    # Tried once before anything is loaded: what cannot be used should be known at once, and in a sentence.
    hold_music(settings.hold_music)
    settings.speech.try_folder()
    database = open_database(settings)
    database.close()
    listener = handed_over() or _listen(host, port)
    host, port = listener.getsockname()[:2]
    address = f"http://{'localhost' if host in ('127.0.0.1', '::1', '0.0.0.0', '::') else host}:{port}/"
    secret = first_key(settings)

    for name, value in settings.described():
        click.echo(f"  {click.style(f'{name:<15}', dim=True)} {value}")
    tell_new_keys(database)
    if secret is not None:
        click.echo(f"\nThe first key to the page and the API, an admin's. It is shown this once:\n\n    {secret}\n")
    began = time.monotonic()

    def progress(text: str) -> None:
        click.echo(f"  {click.style(f'{time.monotonic() - began:5.1f} s', dim=True)}         {text}")

    of_the_line = start_warnings(settings.policy) if settings.has_telephone else []
    for warning in [*settings.unknown_said, *of_the_line]:
        progress(f"{click.style('warning', fg='yellow')}: {warning}")
    app = create_app(settings, progress=progress)
    click.echo(f"\nOpen {click.style(address, bold=True)} and press Call.   (Ctrl-C stops)\n")
    # uvicorn raises Ctrl-C again when all has ended well.
    with contextlib.suppress(KeyboardInterrupt):
        DrainingServer(app, settings.websockets).run(sockets=[listener])


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A name that is too long for one.
        return False


def first_key(settings: Settings) -> str | None:
    """The secret of an admin key for a service that can be reached from outside, the first time that it starts.

    Made last of all that can fail, since nobody can see it again.
    """
    from flowengine.service.database import open_database
    from flowengine.store.keys import ApiKeys

    database = open_database(settings)
    try:
        if not settings.is_public or settings.api_key is not None:
            return None
        made = ApiKeys(database).create_first("first key", datetime.now(UTC), actor="first-start")
        return None if made is None else made[1]
    finally:
        database.close()


def _listen(host: str, port: int) -> socket.socket:
    """Bind before anything is loaded: a port that is taken should be known at once."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        raise SettingsError(f"cannot listen on {host}:{port} ({error.strerror}); choose another with --port") from error
    return listener
