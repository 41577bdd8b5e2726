"""`flowengine calls`: the record, read in a terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import click

from flowengine.cli.database import opened
from flowengine.cli.waterfall import waterfalls
from flowengine.conversation.shown import shown
from flowengine.service.settings import Settings

if TYPE_CHECKING:
    from flowengine.store.detail import CallDetail, TranscriptLine
    from flowengine.store.labels import Label
    from flowengine.store.store import CallRow, Store

LONDON = ZoneInfo("Europe/London")
WIDEST = 100
SHORT_ID = 8


@click.command()
@click.argument("call", required=False)
@click.option("--db", help="Where the record is kept. [default: FLOWENGINE_DATABASE_URL or sqlite:///flowengine.db]")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many calls to list.")
@click.option("--flow", help="List the calls of this flow only.")
@click.option(
    "--flows",
    "folder",
    type=click.Path(exists=True, path_type=Path),
    help="The folder of the call's flow, which says what is an amount of money. [default: FLOWENGINE_FLOWS or flows]",
)
@click.option("--numbers", is_flag=True, help="Show telephone numbers whole.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; one call as GET /api/call/{sid} gives it.")
def command(
    call: str | None, db: str | None, limit: int, flow: str | None, folder: Path | None, numbers: bool, as_json: bool
) -> None:
    """List recorded calls, newest first, or show one as a conversation.

    CALL is a call_id (its beginning will do), Twilio's CallSid, or `last`. Times are London's.
    """
    # SQLAlchemy takes its time to load; --help need not wait for it.
    from flowengine.store.store import Store

    url = Settings.of_record(db).database_url
    if not Store.is_there(url):
        _nothing(f"No calls are recorded yet: there is no {url}. It begins with `flowengine serve`.", call, as_json)
        return
    with opened(db) as database:
        store = Store(database)
        if call is None:
            _list(store.calls(limit=limit, flow=flow), flow, whole=numbers, as_json=as_json)
        else:
            _show(store, found_call(store, call), folder, whole=numbers, as_json=as_json)


def _nothing(message: str, call: str | None, as_json: bool) -> None:
    if call is not None:
        raise click.ClickException(message)
    click.echo("[]" if as_json else message)


def found_call(store: Store, wanted: str) -> CallRow:
    """The call of this id, or of this beginning of one, or the `last`. Raises ClickException."""
    found = store.calls(limit=1) if wanted == "last" else store.calls_like(wanted, limit=6)
    exact = [row for row in found if wanted in (row.call_id, row.call_sid)]
    match exact or found:
        case [row]:
            return row
        case []:
            raise click.ClickException(f"no call has the id {wanted!r}; list them with: flowengine calls")
        case several:
            ids = ", ".join(row.call_id[: len(wanted) + SHORT_ID] for row in several)
            raise click.ClickException(f"more than one call begins with {wanted!r} ({ids}): give more of its id")


# The list.


def _list(rows: Sequence[CallRow], flow: str | None, *, whole: bool, as_json: bool) -> None:
    if as_json:
        _print_json([_facts(row, whole=whole) for row in rows])
        return
    if not rows:
        click.echo("No calls are recorded yet." if flow is None else f"No call of the flow {flow!r} is recorded.")
        return
    head = ("started", "call", "flow", "to or from", "length", "outcome")
    table = [head, *(_cells(row, whole=whole) for row in rows)]
    widths = [max(len(line[column]) for line in table) for column in range(len(head) - 1)]
    for number, (*cells, outcome) in enumerate(table):
        columns = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
        columns[-1] = cells[-1].rjust(widths[-1])
        line = "  ".join(columns)
        click.echo(click.style(f"{line}  {outcome}", dim=True) if number == 0 else f"{line}  {_toned(outcome)}")


def _cells(row: CallRow, *, whole: bool) -> tuple[str, ...]:
    length = "–" if row.ended_at is None else _length((row.ended_at - row.started_at).total_seconds())
    outcome = row.outcome or IN_PROGRESS
    if row.abnormal and row.reason:
        outcome += f" ({row.reason})"
    person = _masked(row.to_number if row.direction == "outbound" else row.from_number, whole=whole)
    return _local(row.started_at), row.call_id[:SHORT_ID], row.flow, person or "the page", length, outcome


IN_PROGRESS = "in progress"


def _toned(outcome: str) -> str:
    if outcome == IN_PROGRESS:
        return click.style(outcome, fg="cyan")
    return click.style(outcome, fg="red") if outcome.startswith("failed") else outcome


def _facts(row: CallRow, *, whole: bool) -> dict[str, object]:
    facts = asdict(row)
    # What a contact is told about stays in the database: nobody who lists calls needs it.
    del facts["contact"]
    for name in ("from_number", "to_number"):
        facts[name] = _masked(facts[name], whole=whole)
    return facts


# One call.


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the conversation; `who` "" for remarks."""

    at: float
    who: Literal["agent", "caller", ""]
    text: str


def _show(store: Store, call: CallRow, folder: Path | None, *, whole: bool, as_json: bool) -> None:
    from flowengine.cli.compiled import amounts_of_call
    from flowengine.store.detail import detail
    from flowengine.store.labels import Labels

    told = detail(call, store.entries(call.call_id))
    if as_json:
        _print_json(told)
        return
    duration = told.timings.duration
    click.echo(
        f"{click.style(told.flow, bold=True)}  {told.direction}, {_local(told.started_at)}, "
        f"{IN_PROGRESS if duration is None else _length(duration)}"
    )
    click.echo(click.style(f"call {told.call_id}, CallSid {told.call_sid}, flow version {told.version}", dim=True))
    numbers = [
        f"{way} {_masked(number, whole=whole)}"
        for way, number in (("from", call.from_number), ("to", call.to_number))
        if number is not None
    ]
    if numbers:
        click.echo(click.style(" ".join(numbers), dim=True))
    click.echo()
    width = min(WIDEST, shutil.get_terminal_size().columns)
    for row in sorted(_rows(told, Labels(store.database).of_call(call.call_id)), key=lambda row: row.at):
        _print_row(row, width)
    click.echo()
    for waterfall in waterfalls(told.timings, width):
        click.echo(waterfall)
    amounts = amounts_of_call(told.flow, (*told.slots.values(), *told.summary.values()), folder)
    for name, value in told.slots.items():
        click.echo(f"{click.style(name, dim=True)} = {shown(name, value, amounts)}")
    for split, variant in told.variants.items():
        click.echo(f"{click.style(f'split {split}', dim=True)} = {variant}")
    for name, kept in told.summary.items():
        value = click.style("null", dim=True) if kept is None else shown(name, kept, amounts)
        click.echo(f"{click.style(f'summary {name}', dim=True)} = {value}")
    if told.answered_by_machine:
        click.echo(click.style("answered by a machine", dim=True))
    reason = f", {told.reason}" if told.reason else ""
    click.echo(f"{click.style('outcome', dim=True)} {_toned(told.outcome or IN_PROGRESS)}{reason}")


def _rows(told: CallDetail, labels: Mapping[int, Label]) -> Iterator[Row]:
    """Of what happened at the same moment, first what was heard, then what was thought, then what was answered."""
    from flowengine.testing.transcript import felt

    meant = {line.at: line.intent for line in told.transcript if line.intent is not None}
    for line in told.transcript:
        if line.speaker == "caller":
            yield Row(line.at, "caller", line.text)
            taken = "" if line.intent is None else f"understood as {line.intent}{_score(line.score)}"
            said = (taken + felt(line.sentiment)).removeprefix(", ")
            if line.felt not in (None, "neutral"):
                said = ", ".join(filter(None, (said, f"{line.felt} to the model")))
            label = labels.get(line.turn or 0)
            marked = [] if label is None else [f"labelled {label.shown}"]
            yield Row(line.at, "", f"turn {line.turn}: {'; '.join(filter(None, (said, *marked)))}".rstrip(": "))
    for visit in told.states:
        why = "" if visit.by in (meant.get(visit.at), "start") else f" ({visit.by})"
        yield Row(visit.at, "", f"→ {visit.state}{why}")
    for check in told.guards:
        answer = {True: "allowed", False: "refused", None: "not answered"}[check.allowed]
        yield Row(check.at, "", f"guard {check.guard}: {', '.join([answer, *check.reasons])}")
    yield from _beside(told)
    known = set(_noted(told))
    for note in told.notes:
        if note.text not in known:
            yield Row(note.at, "", f"note: {note.text}")
    for line in told.transcript:
        if line.speaker == "agent":
            yield Row(line.at, "agent", line.text + _lost(line, is_live=told.ended_at is None))


def _beside(told: CallDetail) -> Iterator[Row]:
    """What was done beside the conversation."""
    for run in told.actions:
        took = "" if run.duration is None else f" after {run.duration:.1f} s"
        why = "" if run.reason is None else f" ({run.reason})"
        yield Row(run.at, "", f"action {run.action}: {run.result or 'no answer'}{took}{why}")
    for transfer in told.transfers:
        took = "" if transfer.duration is None else f" after {transfer.duration:.1f} s"
        yield Row(transfer.at, "", f"put through: {(transfer.result or 'not over').replace('_', ' ')}{took}")
    for mark in told.recordings:
        why = "" if mark.problem is None else f": not done, {mark.problem}"
        yield Row(mark.at, "", f"recording {'starts' if mark.on else 'stops'}{why}")


def _noted(told: CallDetail) -> Iterator[str]:
    """What the engine remarks on that has a row of its own."""
    for run in told.actions:
        yield f"action {run.action} {run.result}" + (f": {run.reason}" if run.reason else "")
    for check in told.guards:
        yield " ".join((f"guard {check.guard} {'allowed' if check.allowed else 'refused'}", *check.reasons))
    for transfer in told.transfers:
        yield f"transfer {transfer.result}"


def _lost(line: TranscriptLine, *, is_live: bool) -> str:
    if line.pending:
        return " … (being said)" if is_live else " … (not known to be heard)"
    return "" if line.complete else " … (interrupted)"


def _score(score: float | None) -> str:
    return "" if score is None else f", {score:.2f}"


def _print_row(row: Row, width: int) -> None:
    clock = f"{_length(row.at)}.{int(row.at * 10) % 10}"
    head = f"{clock:>8}  {row.who:<6}  "
    tone = {"agent": "cyan", "caller": "green", "": None}[row.who]
    for number, part in enumerate(textwrap.wrap(row.text, max(24, width - len(head)), break_on_hyphens=False)):
        if row.who == "":
            click.echo(click.style(f"{'':{len(head)}}{part}", dim=True))
        elif number == 0:
            click.echo(f"{click.style(f'{clock:>8}', dim=True)}  {click.style(f'{row.who:<6}', fg=tone)}  {part}")
        else:
            click.echo(f"{'':{len(head)}}{part}")


# Both.


def _print_json(what: object) -> None:
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(what)).decode())


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"


def _length(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _masked(number: str | None, *, whole: bool) -> str | None:
    """Enough to tell two numbers apart, too little to ring one."""
    if number is None or whole:
        return number
    return f"{number[:3]}…{number[-3:]}" if len(number) > 8 else "…"
