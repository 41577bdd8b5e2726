"""What the commands for lists have in common: a number as typed, and the report of an imported file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flowengine.store.list_import import ListImported


def typed(number: str) -> str:
    """E.164 of a number in any spelling. Raises BadParameter with what is wrong with it."""
    # The tables of telephone numbers take their time to load; --help need not wait for them.
    from flowengine.store.list_rows import list_number

    e164, why = list_number(number)
    if e164 is None:
        raise click.BadParameter(f"{number!r}: {why}", param_hint="NUMBER")
    return e164


def report(imported: ListImported, seconds: float) -> None:
    """Say what became of a file, and leave with exit status 1 when a line of it could not be taken."""
    click.echo(f"{imported.added:,} added, {imported.known:,} known already, in {seconds:.0f} s")
    if imported.rejected_to is None:
        return
    lines = "line gives" if imported.rejected == 1 else "lines give"
    click.echo(click.style(f"{imported.rejected:,} {lines} no number, or not only numbers:", fg="red"), err=True)
    for number, text, why in imported.examples:
        click.echo(f"  line {number}: {text} ({why})", err=True)
    if imported.rejected > len(imported.examples):
        click.echo(f"  and {imported.rejected - len(imported.examples):,} more", err=True)
    click.echo(f"They are in {imported.rejected_to}: mend them there, and import that file.", err=True)
    raise SystemExit(1)
