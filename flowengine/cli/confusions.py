"""`flowengine confusions`: which intents get mixed up, and which phrases would help."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowengine.cli.compiled import compiled
from flowengine.cli.database import db_option, opened
from flowengine.cli.meanings import engine_option, with_lesson
from flowengine.cli.moments import Moment
from flowengine.graph.model import Flow
from flowengine.language.reading import read_source
from flowengine.language.source import Source
from flowengine.testing.confusions.examples import borders
from flowengine.testing.paint import Painter

if TYPE_CHECKING:
    from flowengine.testing.confusions.nearness import Nearness
    from flowengine.testing.confusions.recorded import Turn
    from flowengine.testing.confusions.report import Report
    from flowengine.testing.confusions.wording import Wording

_AGO = re.compile(r"(\d{1,4})([dw])")


class Since(Moment):
    """`30d`, `4w`, or a day or moment in ISO 8601."""

    name = "30d"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        ago = _AGO.fullmatch(str(value))
        if ago is None:
            return super().convert(value, param, ctx)
        days = int(ago[1]) * (7 if ago[2] == "w" else 1)
        return datetime.now(UTC) - timedelta(days=days)


@click.command(name="confusions")
@click.argument("flow", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--calls", is_flag=True, help="Look at the recorded calls of this flow too, and propose phrases.")
@click.option("--since", type=Since(), help="Only calls since then: 30d, 4w, or a day like 2026-11-01.")
@db_option
@click.option("--with-words", is_flag=True, help="Show what callers said as it is recorded, names and places too.")
@click.option("--diff", "as_diff", is_flag=True, help="Print the proposed phrases as a change of the flow's file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@engine_option
def command(
    flow: Path,
    calls: bool,
    since: datetime | None,
    db: str | None,
    with_words: bool,
    as_diff: bool,
    as_json: bool,
    engine: str | None,
) -> None:
    """Show which intents of FLOW get mixed up, and which phrases would help.

    From its own phrases: each is said as if the flow did not have it, in every state where its intent is live. From
    recorded calls (--calls): what callers were asked about and what they answered, what nothing understood, what was
    understood by little, and what reviewers say was meant. Words that are not the flow's own are shown as ••• unless
    --with-words is given; long numbers always are. Phrases are proposed only from words that are shown.
    """
    if as_diff and as_json:
        raise click.UsageError("--diff and --json exclude each other")
    from flowengine.testing.confusions import report as texts
    from flowengine.testing.confusions.wording import Wording

    graph = compiled(flow)
    wording = Wording(graph, whole=with_words)
    found = texts.Report(graph.name, borders(graph))
    if calls or since is not None or as_diff:
        found = _with_calls(found, graph, db, since, wording, engine)
    if as_diff:
        click.echo(_diff(flow, found), nl=False)
    elif as_json:
        click.echo(json.dumps(_body(found, wording), indent=2, ensure_ascii=False))
    else:
        paint = Painter(sys.stdout.isatty())
        click.echo("\n".join(texts.lines(found, wording, paint)), color=paint.colour)


def _with_calls(
    found: Report, flow: Flow, db: str | None, since: datetime | None, wording: Wording, engine: str | None
) -> Report:
    # SQLAlchemy takes its time to load; whoever looks at phrases alone need not wait for it.
    from flowengine.store.store import Store
    from flowengine.testing.confusions.findings import findings, still_missed
    from flowengine.testing.confusions.proposals import proposals
    from flowengine.testing.confusions.recorded import turns_of

    with opened(db, must_be_there=True) as database:
        calls, turns = turns_of(Store(database), flow.name, since=since)
    missed = still_missed(flow, [turn for turn in turns if turn.is_missed])
    near = _nearness(flow, missed, engine)
    return replace(
        found,
        recorded=findings(flow, calls, turns, near or {}),
        proposals=tuple(proposals(flow, turns, near or {}, wording)),
        compared=near is not None,
    )


def _nearness(flow: Flow, turns: Sequence[Turn], engine: str | None) -> Nearness | None:
    """None: there is no engine to compare with, which one line says."""
    from flowengine.testing.confusions.nearness import nearness

    if not turns:
        return {}
    near = with_lesson(flow, engine, lambda lesson: nearness(lesson, flow, turns))
    if isinstance(near, str):
        click.echo(click.style(near, dim=True), err=True)
        return None
    return near


def _diff(path: Path, found: Report) -> str:
    from flowengine.testing.confusions.patch import diff

    source = read_source(path)
    if not isinstance(source, Source):
        raise click.ClickException(f"{path} cannot be read any more: {source.message}")
    kept = [each for each in found.proposals if not each.clashes]
    if not kept:
        click.echo("No phrase is proposed.", err=True)
    return diff(source, kept)


def _body(found: Report, wording: Wording) -> Mapping[str, object]:
    phrases = {
        "mixed_up": [
            {
                "meant": each.meant,
                "taken_for": each.taken,
                "phrase": each.phrase,
                "asked": each.asked,
                "states": each.states,
            }
            for each in found.borders.slips
        ],
        "in_two_intents": [
            {"phrase": each.phrase, "intents": each.intents, "states": each.states} for each in found.borders.shared
        ],
        "intents": [
            {
                "intent": each.intent,
                "phrases": each.phrases,
                "right": each.right,
                "mixed_up": each.mixed_up,
                "nothing": each.nothing,
            }
            for each in found.borders.standings
        ],
    }
    calls = found.recorded
    if calls is None:
        return {"flow": found.flow, "phrases": phrases}
    return {
        "flow": found.flow,
        "phrases": phrases,
        "calls": {
            "calls": calls.calls,
            "turns": calls.turns,
            "understood": calls.understood,
            "asked": calls.asked,
            "missed": calls.missed,
            "mixed_up": [
                {
                    "meant": each.meant,
                    "taken_for": each.taken,
                    "told_by": each.told_by,
                    "turns": _turns(each.turns, wording),
                }
                for each in calls.mixed
            ],
            "understood_by_nothing": [
                {
                    "near": group.near,
                    "turns": [
                        {
                            **_turn(turn, wording),
                            "probability": None if near is None else near.probability,
                            "example": None if near is None else near.example,
                        }
                        for turn, near in group.turns
                    ],
                }
                for group in calls.groups
            ],
            "understood_by_little": _turns(calls.weak, wording),
        },
        "proposed": [
            {
                "intent": each.intent,
                "phrase": each.phrase,
                "times": each.times,
                "reason": each.reason,
                "clashes": each.clashes,
            }
            for each in found.proposals
        ],
    }


def _turns(turns: Iterable[Turn], wording: Wording) -> list[dict[str, object]]:
    return [_turn(turn, wording) for turn in turns]


def _turn(turn: Turn, wording: Wording) -> dict[str, object]:
    heard = turn.understood
    return {
        "call": turn.call_id,
        "state": turn.state,
        "said": wording.shown(turn.said),
        "intent": heard.intent,
        "score": heard.score,
        "tier": heard.tier,
    }
