"""`flowengine record`: the keys of the record, whether all of it opens, and what is too old in it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from flowengine.cli.database import db_option, note, opened
from flowengine.cli.progress import bar
from flowengine.service.settings import Settings

if TYPE_CHECKING:
    from flowengine.store.connection import Database
    from flowengine.store.retention import Purged

PASSES = 3
"""A service that runs seals a few more fields with its old key while it is on its way to the new one."""


@click.group()
def command() -> None:
    """Look after the record: its keys, its soundness, its age."""


@command.command()
def keys() -> None:
    """Print a new set of keys, for FLOWENGINE_RECORD_KEYS.

    For a new record only: one that exists needs its own. Without this setting the keys are in a file.
    """
    from flowengine.store.vault import new_keys

    lines = [line for line in new_keys(datetime.now(UTC)).splitlines() if not line.startswith("#")]
    click.echo(f"FLOWENGINE_RECORD_KEYS={','.join(lines)}")


@command.command()
@db_option
def check(db: str | None) -> None:
    """Open every sealed field, and say which keys sealed them. Exit code 1 when one does not open."""
    from flowengine.store.rotation import check, keys_in_use

    with opened(db, must_be_there=True) as database:
        with bar("opening") as progress:
            found = check(database, progress)
        in_use = keys_in_use(database)
    for key_id, count in sorted(in_use.items()):
        click.echo(f"{count:>12,}  {key_id or 'no known key'}")
    if found.damaged:
        raise click.ClickException(f"fields that do not open: {_counted(found.damaged)}")
    click.echo(f"All {found.fields:,} sealed fields open.")


@command.command("rotate-keys")
@db_option
@click.option("--forget-old", is_flag=True, help="Then take keys that nothing needs any more out of the key file.")
def rotate_keys(db: str | None, forget_old: bool) -> None:
    """Put a new sealing key first, and seal all of the record with it. The service may run meanwhile.

    One that was interrupted goes on when it is run again. With keys in FLOWENGINE_RECORD_KEYS it prints what to put
    there first. Copy the key file again afterwards. With --forget-old after a rotation, it only takes out old keys.
    """
    from flowengine.store.rotation import forget_old as forget_keys

    with opened(db, must_be_there=True) as database:
        if not _new_key(database, only_forget=forget_old):
            return
        if forget_old:
            _let_arrive(database)
        _seal(database)
        if forget_old:
            for key_id in forget_keys(database):
                click.echo(f"The key {key_id} was taken out.")
        note(database, "record.rotate-keys", f"sealing-key:{database.vault.current}", forget_old=forget_old)


@command.command()
@db_option
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option("--days", type=click.IntRange(8, 36_500), help="Keep so many. [default: FLOWENGINE_KEEP_CALLS or 730]")
def purge(db: str | None, dry_run: bool, days: int | None) -> None:
    """Delete what is older than it may be, as the service does daily.

    Old calls lose the person and what was said; old attempts, decisions and status reports go. The do-not-call list
    stays.
    """
    from flowengine.store import retention

    keep = retention.Keep(timedelta(days=days or Settings.of_record(db).keep_calls_days))
    with opened(db, must_be_there=True) as database:
        now = datetime.now(UTC)
        purged = retention.due(database, now, keep) if dry_run else retention.purge(database, now, keep)
        if not dry_run:
            note(database, "record.purge", "record", days=keep.calls.days, **asdict(purged))
    click.echo(_purged(purged, "would go" if dry_run else "gone", keep.calls.days))


@command.command()
@db_option
def refused(db: str | None) -> None:
    """Print what no database took: the lines of the spool's .refused file, in clear, JSON each."""
    from flowengine.store.spool import Spool

    with opened(db, must_be_there=True) as database:
        try:
            for line in Spool(database.spool, database.vault).refused():
                click.echo(line)
        except OSError as error:
            raise click.ClickException(f"{database.spool}.refused cannot be read ({error.strerror})") from error


def _new_key(database: Database, *, only_forget: bool) -> bool:
    """Whether there is anything to do: False when the next step is the operator's."""
    from flowengine.store.keyfile import FileVault, add_key
    from flowengine.store.rotation import keys_in_use
    from flowengine.store.vault import new_key_line

    vault = database.vault
    if set(keys_in_use(database)) & set(vault.key_ids[1:]):
        click.echo(f"Going on: not all is sealed with {vault.current} yet.")
        return True
    if isinstance(vault, FileVault):
        if only_forget and len(vault.key_ids) > 1:
            return True
        added = add_key(vault.file, datetime.now(UTC))
        vault.look()
        click.echo(f"The new key {added} is in {vault.file}: copy that file again.")
        return True
    click.echo("All is sealed with the first key. For a new one put this before the others in FLOWENGINE_RECORD_KEYS,")
    click.echo("restart the service, and run this again:")
    click.echo(f"\n    {new_key_line(datetime.now(UTC))}\n")
    if len(vault.key_ids) > 1:
        click.echo(f"No field needs {', '.join(vault.key_ids[1:])} any more.")
    return False


def _seal(database: Database) -> None:
    from flowengine.store.rotation import keys_in_use, seal_anew

    fields, damaged = 0, Counter[str]()
    for _ in range(PASSES):
        with bar("sealing anew") as progress:
            done = seal_anew(database, progress)
        fields, damaged = fields + done.fields, done.damaged
        others = set(keys_in_use(database)) - {database.vault.current}
        if damaged or not others:
            break
    click.echo(f"{fields:,} fields were sealed anew." if fields else "All is sealed with the first key.")
    if damaged:
        raise click.ClickException(f"fields that do not open were left as they were: {_counted(damaged)}")
    if others:
        raise click.ClickException(
            f"something still seals with {', '.join(sorted(others))}: restart services that have older keys, "
            "and run this again"
        )


def _let_arrive(database: Database) -> None:
    """A process that runs may have sealed something with an old key that is still on its way into the database."""
    from flowengine.store.keyfile import FileVault, unsettled_s

    if isinstance(database.vault, FileVault):
        seconds = unsettled_s(database.vault.file, datetime.now(UTC))
        if seconds:
            click.echo(f"Waiting {seconds:.0f} s, until nothing sealed with an old key is on its way any more.")
            time.sleep(seconds)


def _purged(purged: Purged, verb: str, days: int) -> str:
    if purged.is_nothing:
        return f"Nothing is older than {days:,} days."
    return (
        f"Older than {days:,} days and {verb}: the personal data of {purged.calls:,} calls ({purged.events:,} events, "
        f"{purged.labels:,} labels), {purged.attempts:,} attempts, {purged.decisions:,} decisions, "
        f"{purged.queue:,} calls of the queue, {purged.status_callbacks:,} status reports."
    )


def _counted(damaged: Counter[str]) -> str:
    return ", ".join(f"{count:,} of {place}" for place, count in sorted(damaged.items()))
