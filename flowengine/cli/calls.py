"""`flowengine calls`: the record, read in a terminal."""

from __future__ import annotations

import os
import textwrap
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from flowengine.store.detail import CallDetail
    from flowengine.store.store import CallRow

DEFAULT_DATABASE = "sqlite:///flowengine.db"
LONDON = ZoneInfo("Europe/London")
WIDTH = 76


@click.command()
@click.argument("call", required=False)
@click.option("--db", help="Where the record is kept. [default: FLOWENGINE_DATABASE_URL or sqlite:///flowengine.db]")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many calls to list.")
@click.option("--flow", help="List the calls of this flow only.")
@click.option("--numbers", is_flag=True, help="Show telephone numbers whole.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as GET /api/call/{sid} does.")
def command(call: str | None, db: str | None, limit: int, flow: str | None, numbers: bool, as_json: bool) -> None:
    """List recorded calls, newest first, or show one: CALL is a call_id (its beginning will do) or Twilio's CallSid."""
    from pathlib import Path

    from flowengine.errors import StoreError
    from flowengine.store.detail import find
    from flowengine.store.store import Store

    url = db or os.environ.get("FLOWENGINE_DATABASE_URL") or DEFAULT_DATABASE
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        raise StoreError(f"there is no record at {url} yet; it begins with the first call (flowengine serve)")
    store = Store.open(url)
    try:
        if call is not None:
            _show(find(store, call), as_json=as_json)
        else:
            _list(store.calls(limit=limit, flow=flow), numbers=numbers, as_json=as_json)
    finally:
        store.close()


def _list(rows: list[CallRow], *, numbers: bool, as_json: bool) -> None:
    if as_json:
        import msgspec

        shown = [_private(row, numbers=numbers) for row in rows]
        click.echo(msgspec.json.format(msgspec.json.encode(shown)).decode())
        return
    if not rows:
        click.echo("No calls yet.")
        return
    click.echo(
        click.style(f"{'started':<17} {'call':<8}  {'flow':<18} {'to or from':<15} {'length':>7}  outcome", dim=True)
    )
    for row in rows:
        length = "–" if row.ended_at is None else _length((row.ended_at - row.started_at).total_seconds())
        outcome = row.outcome or click.style("in progress", fg="cyan")
        if row.abnormal:
            outcome += click.style(f" ({row.reason})", fg="red")
        click.echo(
            f"{_local(row.started_at):<17} {row.call_id[:8]:<8}  {row.flow:<18} "
            f"{_number(row, whole=numbers):<15} {length:>7}  {outcome}"
        )


def _show(detail: CallDetail | None, *, as_json: bool) -> None:
    if detail is None:
        raise click.ClickException("no call has this id; list them with: flowengine calls")
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(detail)).decode())
        return
    length = "in progress" if detail.timings.duration is None else _length(detail.timings.duration)
    click.echo(f"{click.style(detail.flow, bold=True)}  {detail.direction}, {_local(detail.started_at)}, {length}")
    click.echo(
        click.style(f"call_id {detail.call_id}   CallSid {detail.call_sid}   version {detail.version}", dim=True)
    )
    click.echo()
    visits = list(detail.states)
    for item in detail.transcript:
        while visits and (visits[0].at < item.at or (visits[0].at == item.at and item.speaker == "agent")):
            visit = visits.pop(0)
            click.echo(click.style(f"{visit.at:7.2f} s  → {visit.state} ({visit.by})", dim=True))
        at = item.at
        who = click.style("agent ", fg="cyan") if item.speaker == "agent" else click.style("caller", fg="green")
        parts = textwrap.wrap(item.text, WIDTH)
        click.echo(f"{at:7.2f} s  {who}  {parts[0]}")
        for part in parts[1:]:
            click.echo(f"{'':19}{part}")
        if item.speaker == "agent" and not item.complete:
            click.echo(click.style(f"{'':19}— cut off here", dim=True))
        elif item.intent is not None:
            score = f" {item.score:.2f}" if item.score is not None else ""
            click.echo(click.style(f"{'':19}understood: {item.intent}{score}", dim=True))
    click.echo()
    for name, value in detail.slots.items():
        click.echo(f"  {click.style(f'{name:<16}', dim=True)} {value}")
    for note in detail.notes:
        click.echo(f"  {click.style('note            ', dim=True)} {note}")
    outcome = detail.outcome or "in progress"
    reason = f" ({detail.reason})" if detail.reason else ""
    click.echo(f"  {click.style('outcome         ', dim=True)} {outcome}{reason}")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"


def _length(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _number(row: CallRow, *, whole: bool) -> str:
    number = row.to_number if row.direction == "outbound" else row.from_number
    if number is None:
        return "the page"
    return number if whole else f"{number[:4]}…{number[-3:]}"


def _private(row: CallRow, *, numbers: bool) -> dict[str, object]:
    import dataclasses

    facts = dataclasses.asdict(row)
    del facts["contact"]
    if not numbers:
        del facts["from_number"], facts["to_number"]
    return facts
