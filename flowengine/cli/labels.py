"""`flowengine labels`: what reviewers said of a flow's calls, and what follows for its tests and phrases."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowengine.cli.database import db_option, opened
from flowengine.testing.paint import Painter

if TYPE_CHECKING:
    from flowengine.graph.model import Flow
    from flowengine.store.store import Store
    from flowengine.testing.labelled.reviewing import Reviewed

SHORT_ID = 8


@click.command(name="labels")
@click.argument("path", metavar="FLOW", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1, 100_000), help="The newest so many.")
@click.option(
    "--tests", "tests", type=click.Path(dir_okay=False, path_type=Path), help="Write tests to this .flowtest."
)
@click.option("--phrases", is_flag=True, help="Propose phrases for what is not understood as it was meant.")
@click.option(
    "--with-personal-data", is_flag=True, help="Write names, numbers and what callers said of themselves too."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@db_option
def command(
    path: Path,
    limit: int,
    tests: Path | None,
    phrases: bool,
    with_personal_data: bool,
    as_json: bool,
    db: str | None,
) -> None:
    """List what reviewers said of the calls of FLOW, a flow's file, and how it takes the same words now.

    mended: it was wrong, and is understood now. open: it still is not. right: understood then and now. lost: it was
    understood, and is not any more. value: a slot's value was wrong. unknown: the flow has no such intent any more.
    """
    from flowengine.graph.compile import compile_file
    from flowengine.store.labels import labels_of
    from flowengine.store.store import Store
    from flowengine.testing.labelled.reviewing import reviewed

    if phrases and tests is not None:
        raise click.UsageError("give --tests or --phrases, not both")
    flow = compile_file(path).flow
    if flow is None:
        raise click.ClickException(f"{path} has errors: flowengine validate {path} shows them")
    with opened(db, must_be_there=True) as database:
        store = Store(database)
        found = reviewed(flow, labels_of(store, flow.name, limit=limit))
        if tests is not None:
            _write_tests(store, flow, path, found, tests, personal=with_personal_data)
            return
    if phrases:
        _propose(flow, found, personal=with_personal_data)
    elif as_json:
        _print_json(found)
    else:
        _list(flow, found)


def _list(flow: Flow, found: Sequence[Reviewed]) -> None:
    if not found:
        click.echo(f"No turn of a call of {flow.name!r} is labelled yet: flowengine label CALL TURN INTENT")
        return
    paint = Painter(sys.stdout.isatty())
    for each in found:
        label, line = each.labelled.label, each.labelled.line
        status = {"mended": paint.good, "right": paint.good, "open": paint.bad, "lost": paint.bad}.get(each.status, str)
        now = each.now or "nothing"
        click.echo(
            f"{label.call_id[:SHORT_ID]} turn {label.turn}  {status(each.status):<7}  {line.text}", color=paint.colour
        )
        click.echo(
            paint.dim(f"  meant {label.shown}, then understood as {line.intent or 'nothing'}, now as {now}"),
            color=paint.colour,
        )
    counted = {
        status: sum(each.status == status for each in found) for status in dict.fromkeys(e.status for e in found)
    }
    click.echo(", ".join(f"{count} {status}" for status, count in counted.items()))


def _print_json(found: Sequence[Reviewed]) -> None:
    import msgspec

    rows = [
        {
            "call_id": each.labelled.label.call_id,
            "turn": each.labelled.label.turn,
            "said": each.labelled.line.text,
            "state": each.labelled.line.state,
            "meaning": each.labelled.label.meaning,
            "name": each.labelled.label.name,
            "value": each.labelled.label.value,
            "understood": each.labelled.line.intent,
            "now": each.now,
            "status": each.status,
            "labelled_by": each.labelled.label.labelled_by,
            "labelled_at": each.labelled.label.labelled_at,
        }
        for each in found
    ]
    click.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())


def _propose(flow: Flow, found: Sequence[Reviewed], *, personal: bool) -> None:
    from flowengine.testing.labelled.proposing import proposals

    made = proposals(flow, found, personal=personal)
    for intent, phrases in made.phrases.items():
        click.echo(f"intent {intent}")
        click.echo("\n".join(f'  "{phrase}"' for phrase in phrases))
    for left in made.left_out:
        click.echo(f"left out: {left.phrase!r} for {left.intent}: {left.why}", err=True)
    if not made.phrases:
        click.echo("Nothing to propose.", err=True)


def _write_tests(
    store: Store, flow: Flow, path: Path, found: Sequence[Reviewed], file: Path, *, personal: bool
) -> None:
    from flowengine.testing.labelled.playing import recorded_tests

    if file.suffix != ".flowtest":
        raise click.UsageError(f"{file} should end in .flowtest")
    if file.exists():
        raise click.ClickException(f"{file} is there already: name another file, or move it away")
    made = recorded_tests(store, flow, path, file, found, personal=personal)
    for left in made.left_out:
        click.echo(f"left out: {left}", err=True)
    if made.personal:
        click.echo("These tests would hold what callers said of themselves:", err=True)
        click.echo("\n".join(f"  {each}" for each in made.personal), err=True)
        click.echo("Nothing of them is written; --with-personal-data writes them too.", err=True)
    if not made.tests:
        raise click.ClickException("no test to write")
    file.write_text(made.text, encoding="utf-8")
    tests = "1 test" if len(made.tests) == 1 else f"{len(made.tests)} tests"
    click.echo(f"{tests} in {file}: flowengine test {file}")
