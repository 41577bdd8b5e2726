"""`flowengine label`: what a caller's turn in a recorded call really meant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowengine.cli.calls import found_call
from flowengine.cli.compiled import flow_of_call
from flowengine.cli.database import actor, db_option, note, opened

if TYPE_CHECKING:
    from flowengine.store.labels import Meaning


@click.command(name="label")
@click.argument("call")
@click.argument("turn", type=click.IntRange(min=1))
@click.argument("meaning", required=False)
@click.option("--slot", help="In place of a meaning: this slot got a wrong value.")
@click.option("--value", help="What the slot should have got, in words or as ISO 8601.")
@click.option("--remove", is_flag=True, help="Take the turn's label back.")
@click.option("--flow", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The flow's file.")
@db_option
def command(
    call: str,
    turn: int,
    meaning: str | None,
    slot: str | None,
    value: str | None,
    remove: bool,
    path: Path | None,
    db: str | None,
) -> None:
    """Say what the caller's TURN in CALL meant: an intent, `none` of them, or that it was understood `right`.

    CALL is a call_id (its beginning will do), Twilio's CallSid, or `last`; `flowengine calls CALL` numbers the turns.
    The flow is looked for by its name in the settings' folder of flows, or named by --flow.
    """
    from flowengine.service.labelling import label_for
    from flowengine.store.detail import detail
    from flowengine.store.labels import Labels, turn_of
    from flowengine.store.store import Store

    if (meaning is not None) + (slot is not None) + remove != 1:
        raise click.UsageError("give one of: an intent, none, right, --slot NAME, --remove")
    if value is not None and slot is None:
        raise click.UsageError("--value is what a slot should have got: name it with --slot")
    with opened(db, must_be_there=True) as database:
        store = Store(database)
        row = found_call(store, call)
        if remove:
            if not Labels(database).remove(row.call_id, turn):
                raise click.ClickException(f"turn {turn} has no label")
            note(database, "label.remove", row.call_id, turn=turn)
            click.echo(f"The label of turn {turn} was taken back.")
            return
        told = detail(row, store.entries(row.call_id))
        kind, name = _meaning(meaning, slot)
        label = label_for(flow_of_call(path, row.flow), told, turn, kind, name, value, by=actor(), at=datetime.now(UTC))
        if not Labels(database).put(label):
            raise click.ClickException("what was said in this call was deleted, so nothing of it can be labelled")
        note(database, "label.put", row.call_id, turn=turn, meaning=kind, name=name)
        line = turn_of(told, turn)
    assert line is not None
    click.echo(f"turn {turn}  {line.text}")
    click.echo(f"  understood as {line.intent or 'nothing'}, labelled {label.shown}")


def _meaning(meaning: str | None, slot: str | None) -> tuple[Meaning, str | None]:
    if slot is not None:
        return "slot", slot
    match meaning:
        case "none" | "right":
            return meaning, None
        case _:
            return "intent", meaning
