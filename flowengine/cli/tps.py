"""`flowengine tps`: the list of the Telephone Preference Service, taken over from its file."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from flowengine.cli.database import note, opened
from flowengine.cli.moments import Moment, day
from flowengine.cli.progress import bar
from flowengine.errors import StoreError
from flowengine.service.settings import Settings
from flowengine.store.list_files import rubbish_lines
from flowengine.store.tps import KINDS, TpsHeader, TpsKind, TpsList, check_whole, list_file

OLDEST = timedelta(days=28)
"""PECR 21: a list of 28 days ago counts as known."""


@click.group(name="tps")
def command() -> None:
    """Import the list of the Telephone Preference Service; say how old it is.

    The lists lie in FLOWENGINE_TPS_FILE, by default flowengine.tps beside the database.
    """


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--list", "kind", type=click.Choice(KINDS), default="tps", show_default=True, help="Persons or companies."
)
@click.option("--snapshot", type=Moment(), help="When the TPS made the list. [default: the file's own time]")
@click.option("--force", is_flag=True, help="Take a file that looks wrong: mostly rubbish, far shorter or older.")
def import_(file: Path, kind: TpsKind, snapshot: datetime | None, force: bool) -> None:
    """Take over FILE in place of the list in use, at once and whole.

    FILE has a number a line, in any spelling; other columns do no harm. It may be packed: .gz, .zip.
    Running services use the new list within a second.
    """
    from flowengine.store.tps_import import import_tps

    target = Settings.from_env().tps_file
    began = time.monotonic()
    with bar(f"Reading {file.name}") as progress:
        imported = import_tps(
            file, target, kind, now=datetime.now(UTC), snapshot=snapshot, force=force, progress=progress
        )
    reading = imported.reading
    for line in rubbish_lines(reading.rubbish, reading.examples):
        click.echo(line, err=True)
    repeated = f", {imported.repeated:,} of them twice" if imported.repeated else ""
    before = f" (before: {imported.replaced.count:,})" if imported.replaced else ""
    click.echo(
        f"{kind.upper()}: {imported.header.count:,} numbers{before} of {day(imported.header.snapshot)}, "
        f"in {time.monotonic() - began:.0f} s{repeated}; they lie in {list_file(target, kind)}"
    )
    _note_import(kind, imported.header, forced=force)
    if datetime.now(UTC) - imported.header.snapshot > OLDEST:
        click.echo(f"This list is older than {OLDEST.days} days, so it allows no call: fetch a new one.", err=True)


def _note_import(kind: TpsKind, header: TpsHeader, *, forced: bool) -> None:
    """Into the audit log, where there is a record: the list is in use already, whatever becomes of the entry."""
    from flowengine.store.connection import Database

    try:
        if not Database.is_there(Settings.of_record().database_url):
            return
        with opened(None) as database:
            facts = {"numbers": header.count, "of": header.snapshot.isoformat(), "forced": forced}
            note(database, "tps.import", f"list:{kind}", **facts)
    except StoreError as error:
        click.echo(f"The import is not in the audit log: {error}", err=True)


@command.command()
@click.option("--check", is_flag=True, help="Read each list whole and compare its checksum.")
def status(check: bool) -> None:
    """Say which lists are in use and how old they are. The exit status is 1 when calls would be refused for it."""
    target = Settings.from_env().tps_file
    lists = TpsList.open(target)
    now = datetime.now(UTC)
    for kind, header in lists.headers().items():
        if check:
            check_whole(list_file(target, kind))
        click.echo(
            f"{kind.upper()}: {header.count:,} numbers of {day(header.snapshot)}, {(now - header.snapshot).days} days "
            f"old; imported {day(header.imported_at)} from {header.source} to {list_file(target, kind)}"
            + (", checked" if check else "")
        )
    age = lists.age(now)
    if age is None:
        raise click.ClickException(f"there is no TPS list at {target}: flowengine tps import FILE")
    if age > OLDEST:
        raise click.ClickException(
            f"a list is over {OLDEST.days} days old, so it allows no call; fetch a new one: flowengine tps import FILE"
        )
