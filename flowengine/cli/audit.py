"""`flowengine audit`: the audit log, read and checked on the machine itself."""

from __future__ import annotations

import click
import msgspec

from flowengine.cli.database import db_option, opened


@click.group()
def command() -> None:
    """Read the audit log, or check that nothing in it was changed."""


@command.command()
@db_option
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100_000), help="How many entries.")
@click.option("--before", type=click.IntRange(1), help="Only entries before this one's number.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, an entry a line.")
def show(db: str | None, limit: int, before: int | None, as_json: bool) -> None:
    """Show who did what, the newest first. Times are UTC."""
    from flowengine.store.audit import AuditLog

    with opened(db, must_be_there=True) as database:
        entries = AuditLog(database).page(limit=limit, before=before)
    for entry in entries:
        if as_json:
            click.echo(msgspec.json.encode(entry))
        else:
            facts = [f"{entry.seq:>6}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.actor}", entry.action, entry.subject]
            click.echo("  ".join([*facts, "" if entry.detail == "{}" else entry.detail]).rstrip())
    if not entries and not as_json:
        click.echo("Nothing is in the audit log yet.")


@command.command()
@db_option
@click.option("--last", metavar="HASH", help="The last hash as the service's log had it: it must still be there.")
def verify(db: str | None, last: str | None) -> None:
    """Check the whole chain: exit code 1, and the first entry that does not fit, when something was changed.

    A chain that was made anew as a whole, or cut off at its end, is whole in itself. Give --last a hash that the
    service's log had ("audit log so far"), to see that the chain still goes through it.
    """
    from flowengine.store.audit import AuditLog

    with opened(db, must_be_there=True) as database:
        log = AuditLog(database)
        found = log.verify()
        is_there = last is None or log.has(last)
    if found.broken_at is not None:
        raise click.ClickException(f"entry {found.broken_at}: {found.why}; the {found.entries:,} before it fit")
    if not is_there:
        raise click.ClickException(
            f"the {found.entries:,} entries fit together, but none has this hash: the log was cut off or made anew"
        )
    click.echo(f"{found.entries:,} entries, none changed. Last hash: {found.last_hash}")
