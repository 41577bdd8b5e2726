"""`flowengine keys`: who may use the page and the API of a service."""

from __future__ import annotations

from datetime import UTC, datetime

import click
import msgspec

from flowengine.cli.database import actor, db_option, opened

ROLES = ("viewer", "operator", "admin")


@click.group()
def command() -> None:
    """Make, list and revoke keys to the API.

    A viewer reads; an operator also places calls, acts on them and adds to lists; an admin also makes keys, removes
    and imports. A running service takes part within seconds.
    """


@command.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What it may.")
@db_option
def create(name: str, role: str, db: str | None) -> None:
    """Make a key and print it, this once: NAME says whose it is or what it is for."""
    from flowengine.store.keys import ApiKeys, Role

    with opened(db) as database:
        try:
            key_id, secret = ApiKeys(database).create(
                name, msgspec.convert(role, Role), datetime.now(UTC), actor=actor()
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"The {role} key {key_id}, shown this once:", err=True)
    click.echo(secret)


@command.command("list")
@db_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as GET /api/keys gives it.")
def list_(db: str | None, as_json: bool) -> None:
    """List all keys, without their secrets; revoked ones too."""
    from flowengine.store.keys import ApiKeys

    with opened(db, must_be_there=True) as database:
        keys = ApiKeys(database).list()
    if as_json:
        click.echo(msgspec.json.encode({"keys": keys}))
        return
    if not keys:
        click.echo("There is no key; make one with: flowengine keys create NAME --role admin")
        return
    table = [("id", "role", "made", "last used", "name")]
    for key in keys:
        name = f"{key.name} (revoked {_day(key.revoked_at)})" if key.revoked_at else key.name
        table.append((key.key_id, key.role, _day(key.created_at), _minute(key.last_used_at), name))
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]) - 1)]
    for number, row in enumerate(table):
        line = "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        click.echo(click.style(line, dim=True) if number == 0 or "(revoked" in row[-1] else line)


@command.command()
@click.argument("key_id", metavar="ID")
@db_option
def revoke(key_id: str, db: str | None) -> None:
    """Let the key ID open nothing from now on."""
    from flowengine.store.keys import ApiKeys

    with opened(db, must_be_there=True) as database:
        if not ApiKeys(database).revoke(key_id, datetime.now(UTC), actor=actor()):
            raise click.ClickException(f"no key that opens anything has the id {key_id!r}; see: flowengine keys list")
    click.echo(f"The key {key_id} is revoked.")


def _day(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d}"


def _minute(at: datetime | None) -> str:
    return "never" if at is None else f"{at:%Y-%m-%d %H:%M}"
