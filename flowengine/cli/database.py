"""`--db`: the record that a command works on, and who is at work, for the audit log."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flowengine.service.settings import Settings

if TYPE_CHECKING:
    from flowengine.store.connection import Database

db_option = click.option(
    "--db", help="Where the record is kept. [default: FLOWENGINE_DATABASE_URL or sqlite:///flowengine.db]"
)


@contextlib.contextmanager
def opened(db: str | None, *, must_be_there: bool = False) -> Iterator[Database]:
    """The database of `--db`, or of the settings. Raises StoreError; ClickException where none is there yet."""
    # SQLAlchemy takes its time to load; --help need not wait for it.
    from flowengine.service.database import open_database
    from flowengine.store.connection import Database
    from flowengine.store.database import file_of, parsed

    settings = Settings.of_record(db)
    is_there = Database.is_there(settings.database_url)
    if must_be_there and not is_there:
        raise click.ClickException(
            f"there is no {settings.database_url}; name another with --db, or begin with: flowengine serve"
        )
    database = open_database(settings)
    file = file_of(parsed(settings.database_url))
    if file is not None and not is_there:
        # Whoever mistyped --db, or stands in another folder, would believe that a service reads it.
        click.echo(
            f"There was no record at {settings.database_url}: a new one was made, in {file.resolve()}.\n"
            "A service reads it only when its FLOWENGINE_DATABASE_URL names that file; --db names another record.",
            err=True,
        )
    tell_new_keys(database)
    try:
        yield database
    finally:
        database.close()


def tell_new_keys(database: Database) -> None:
    """Say, once in the life of a record, that its keys were made and must be kept."""
    if database.new_keys is not None:
        click.echo(
            f"\nThe record's personal data are sealed with new keys, in {database.new_keys}. Keep a copy of it,\n"
            "apart from the copies of the record: without it they are lost for good.\n",
            err=True,
        )


def actor() -> str:
    """Who is at work on this machine: the number of their login, which names nobody to others."""
    return f"cli:{os.getuid()}" if hasattr(os, "getuid") else "cli"


def note(database: Database, action: str, subject: str, **detail: object) -> None:
    """Put what was just done into the audit log. Raises StoreError."""
    from flowengine.store.audit import AuditLog

    AuditLog(database).append(actor(), action, subject, detail, datetime.now(UTC))
