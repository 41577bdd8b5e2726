"""`flowengine replay`: a recorded call lived through again, and whether it is the same call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowengine.cli.calls import found_call
from flowengine.cli.compiled import flow_of_call
from flowengine.cli.database import db_option, opened

if TYPE_CHECKING:
    from flowengine.conversation.replaying import Difference

HIDDEN_NOTE = "A secret was given in this call, which the record does not hold: the flow may have decided by it."


@click.command()
@click.argument("call")
@db_option
@click.option(
    "--flow",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of the call's flow. [default: looked for by its name in FLOWENGINE_FLOWS]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(call: str, db: str | None, path: Path | None, as_json: bool) -> None:
    """Live through a recorded call again, and say whether it is the same.

    Everything that happened to the call is given to its flow once more; whatever the flow orders is compared with the
    record. CALL is a call_id (its beginning will do), Twilio's CallSid, or `last`. Exit code 1 when the two differ:
    another version of the flow, or of flowengine, decides otherwise. What it prints is personal data.
    """
    from flowengine.conversation.hiding import HIDDEN, HIDDEN_KEY
    from flowengine.service.replayed import recorded, replayed
    from flowengine.store.store import Store

    with opened(db, must_be_there=True) as database:
        store = Store(database)
        row = found_call(store, call)
        record = recorded(store.entries(row.call_id))
    if not record:
        raise click.ClickException("nothing is kept of what happened in this call: it was purged, or has just begun")
    flow = flow_of_call(path, row.flow)
    done = replayed(row, flow, record)[1]
    same_version = flow.version == row.flow_version
    if as_json:
        told = {
            "call_id": row.call_id,
            "flow": row.flow,
            "recorded_version": row.flow_version,
            "version": flow.version,
            "entries": len(record),
            "same": done.commands,
            "difference": _facts(done.difference),
        }
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        if not same_version:
            click.echo(f"The flow is another version now: {flow.version}; the call had {row.flow_version}.", err=True)
        if done.difference is None:
            rest = f", and {len(done.unwritten)} that the record ends before" if done.unwritten else ""
            click.echo(f"The same call: {done.commands} commands, each as recorded{rest}.")
        else:
            _tell(done.difference, done.commands)
            if any(each.payload.get("key") == HIDDEN_KEY or each.payload.get("text") == HIDDEN for each in record):
                click.echo(HIDDEN_NOTE)
    if done.difference is not None:
        raise click.exceptions.Exit(1)


def _tell(difference: Difference, same: int) -> None:
    click.echo(f"Another call from {difference.at:.1f} s on (entry {difference.number}), after {same} commands alike.")
    click.echo(f"  recorded: {_shown(difference.recorded)}")
    click.echo(f"  replayed: {_shown(difference.replayed)}")


def _shown(command: Mapping[str, object] | None) -> str:
    return "nothing" if command is None else json.dumps(command, ensure_ascii=False)


def _facts(difference: Difference | None) -> dict[str, object] | None:
    if difference is None:
        return None
    return {
        "entry": difference.number,
        "at": difference.at,
        "recorded": difference.recorded,
        "replayed": difference.replayed,
    }
