"""`flowengine consent`: what people agreed to, with its evidence."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import click

from flowengine.cli.database import actor, db_option, opened
from flowengine.cli.list_files import at_hand, report, typed
from flowengine.cli.moments import Moment, day
from flowengine.cli.progress import bar

KINDS = ("automated", "tps", "sector:claims", "sector:pensions")
"""As `store.consents` has them, which takes its time to load."""


@click.group()
def command() -> None:
    """Keep what people agreed to: that a machine calls them (automated), that you call them although they are on the
    TPS (tps), calls about claims or pensions (sector:claims, sector:pensions).
    """


@command.command()
@click.argument("number")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What was agreed to.")
@click.option("--source", required=True, help="The evidence: a form, a recording, a letter.")
@click.option("--given-at", type=Moment(), help="When it was given. [default: now]")
@db_option
def give(number: str, kind: str, source: str, given_at: datetime | None, db: str | None) -> None:
    """Keep a consent that NUMBER gave."""
    from flowengine.store.consents import NewConsent
    from flowengine.store.lists import Lists

    e164, now = typed(number), datetime.now(UTC)
    if given_at is not None and given_at > now:
        raise click.BadParameter("it is still to come", param_hint="--given-at")
    try:
        consent = NewConsent(e164, kind, source, given_at or now)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with opened(db) as database:
        Lists(database).consents.give(consent, now, actor=actor())
    click.echo(f"{e164} agreed to {kind} on {day(consent.given_at)}.")


@command.command()
@click.argument("number")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What holds no more.")
@db_option
def withdraw(number: str, kind: str, db: str | None) -> None:
    """NUMBER takes a consent back. What was given before stays in the record."""
    from flowengine.store.lists import Lists

    e164 = typed(number)
    with opened(db, must_be_there=True) as database:
        held = Lists(database).consents.withdraw(e164, kind, datetime.now(UTC), actor=actor())
    if not held:
        raise click.ClickException(f"{e164} has given no consent of the kind {kind}, or took it back before")
    click.echo(f"{e164} agrees to {kind} no more.")


@command.command()
@click.argument("number")
@db_option
def show(number: str, db: str | None) -> None:
    """List what NUMBER agreed to, the newest first."""
    from flowengine.store.lists import Lists

    e164 = typed(number)
    with opened(db, must_be_there=True) as database:
        consents = Lists(database).consents.of(e164)
    if not consents:
        click.echo(f"{e164} has given no consent.")
    for consent in consents:
        end = f", withdrawn {day(consent.withdrawn_at)}" if consent.withdrawn_at else ""
        click.echo(f"{consent.kind}: {day(consent.given_at)}{end}; {consent.source}")


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(KINDS), help="What was agreed to, where the file has no column for it.")
@click.option("--source", help="The evidence, where the file has no column for it.")
@db_option
def import_(file: Path, kind: str | None, source: str | None, db: str | None) -> None:
    """Keep every consent of FILE: CSV with the columns number, kind, source, given_at (with its time zone). - is
    standard input.

    A line that cannot be used goes to FILE.rejected (or, where there is one, FILE.rejected.2 and so on), and the exit
    status is 1.
    """
    from flowengine.store.list_import import import_consents

    began = time.monotonic()
    with at_hand(file) as (list_file, beside), opened(db) as database, bar(f"Reading {beside.name}") as progress:
        imported = import_consents(
            list_file,
            database,
            datetime.now(UTC),
            actor=actor(),
            kind=kind,
            source=source,
            beside=beside,
            progress=progress,
        )
    report(imported, time.monotonic() - began)
