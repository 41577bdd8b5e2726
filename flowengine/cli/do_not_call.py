"""`flowengine do-not-call`: the company's own list of those who must not be called."""

from __future__ import annotations

import csv
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, assert_never

import click

from flowengine.cli.database import actor, db_option, opened
from flowengine.cli.list_files import at_hand, report, typed
from flowengine.cli.moments import day
from flowengine.cli.progress import bar

if TYPE_CHECKING:
    from flowengine.store.connection import Database

COLUMNS = ("number", "reason", "call_id", "written_by", "written_at")


@click.group()
def command() -> None:
    """Keep the list of those who must not be called: permanent, and over all campaigns.

    Who says so in a call is put on it by the call itself.
    """


@command.command()
@click.argument("number")
@click.option("--reason", default="asked not to be called", show_default=True, help="Why; no names.")
@db_option
def add(number: str, reason: str, db: str | None) -> None:
    """Put NUMBER, in any spelling, on the list."""
    from flowengine.store.lists import Lists

    e164 = typed(number)
    with opened(db) as database:
        is_new = Lists(database).do_not_call.add(e164, reason, datetime.now(UTC), actor=actor())
    click.echo(f"{e164} is on the do-not-call list" + ("." if is_new else ", as it was before."))


@command.command()
@click.argument("number")
@db_option
def check(number: str, db: str | None) -> None:
    """Say whether NUMBER is on the list. The exit status is 1 when it is."""
    from flowengine.store.lists import Lists

    e164 = typed(number)
    with opened(db, must_be_there=True) as database:
        entry = Lists(database).do_not_call.find(e164)
    if entry is None:
        click.echo(f"{e164} is not on the do-not-call list.")
        return
    where = f", in the call {entry.call_id}" if entry.call_id else ""
    by = f" by {entry.written_by}" if entry.written_by else ""
    click.echo(f"{e164} is on the do-not-call list since {day(entry.written_at)}{by}{where}: {entry.reason}")
    raise SystemExit(1)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--reason", default="imported", show_default=True, help="Why, where the file has no column for it.")
@db_option
def import_(file: Path, reason: str, db: str | None) -> None:
    """Put every number of FILE on the list: a number a line, or CSV; plain, .gz or .zip. - is standard input.

    A line that gives no number is not passed over: it goes to FILE.rejected (or, where there is one, FILE.rejected.2
    and so on), and the exit status is 1.
    """
    from flowengine.store.list_import import import_do_not_call

    began = time.monotonic()
    with at_hand(file) as (list_file, beside), opened(db) as database, bar(f"Reading {beside.name}") as progress:
        imported = import_do_not_call(
            list_file, database, datetime.now(UTC), actor=actor(), reason=reason, beside=beside, progress=progress
        )
    report(imported, time.monotonic() - began)


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@db_option
def export(file: Path, db: str | None) -> None:
    """Write the list, numbers whole, to FILE as CSV that can be imported again; - is the terminal."""
    with opened(db, must_be_there=True) as database:
        if str(file) == "-":
            _write(database, sys.stdout)
            return
        try:
            # It holds telephone numbers: only the owner may read it. An older file is not written over.
            descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened_file:
                count = _write(database, opened_file)
        except OSError as error:
            raise click.ClickException(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"{count:,} number{'' if count == 1 else 's'} in {file}", err=True)


@command.command()
@click.argument("number")
@click.option(
    "--reason",
    required=True,
    help="Why the entry was a mistake. The audit log keeps it, in clear: no names, no numbers.",
)
@db_option
def remove(number: str, reason: str, db: str | None) -> None:
    """Take back an entry that was made by mistake.

    Whoever asked not to be called stays on the list: the law knows no end to it. An entry that a call made is refused.
    """
    from flowengine.store.lists import Lists

    e164 = typed(number)
    if not reason.strip():
        raise click.BadParameter("say why the entry was a mistake", param_hint="--reason")
    with opened(db, must_be_there=True) as database:
        removed = Lists(database).do_not_call.remove(e164, reason, datetime.now(UTC), actor=actor())
    match removed:
        case "not listed":
            raise click.ClickException(f"{e164} is not on the do-not-call list")
        case "opted out":
            raise click.ClickException(
                f"{e164} said in a call that they want no more calls: that is permanent (rule D1), and nobody can take "
                "it back; only entries made by hand or from a file by mistake can be removed"
            )
        case "removed":
            pass
        case _:
            assert_never(removed)
    click.echo(f"{e164} is off the do-not-call list; the audit log says who did it and why.")


def _write(database: Database, file: TextIO) -> int:
    from flowengine.store.list_import import exported

    writer = csv.DictWriter(file, COLUMNS)
    writer.writeheader()
    count = 0
    for row in exported(database):
        writer.writerow(row)
        count += 1
    return count
