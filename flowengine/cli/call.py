"""`flowengine call`: ring a flow over Twilio's protocol, speak to it in audio, and read what both sides said."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import click

if TYPE_CHECKING:
    from flowengine.testing.twilio.call import CallReport
    from flowengine.testing.twilio.script import Step

WIDTH = 76


@click.command()
@click.argument("flow")
@click.option("--say", "says", multiple=True, help="A caller's line, or a cue: (silence 6s), (press 1), (hangs up), …")
@click.option(
    "--say-wav",
    "clips",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A recording to play as caller's lines, after those of --say.",
)
@click.option("--contact", "contacts", multiple=True, metavar="NAME=VALUE", help="An input of the flow.")
@click.option(
    "--wav", type=click.Path(path_type=Path), help="Write the call as a stereo recording: caller left, agent right."
)
@click.option(
    "--speech",
    type=click.Choice(["local", "scripted"]),
    default="local",
    show_default=True,
    help="Real engines, or tones that stand for words (quick).",
)
@click.option("--outbound", is_flag=True, help="Ring as a call that we made: calling hours then apply.")
@click.option("--calls", default=1, show_default=True, type=click.IntRange(1, 200), help="So many such calls at once.")
@click.option(
    "--flows",
    type=click.Path(exists=True, path_type=Path),
    default=Path("flows"),
    help="Folder, when FLOW is a name. [default: flows]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    flow: str,
    says: tuple[str, ...],
    clips: tuple[Path, ...],
    contacts: tuple[str, ...],
    wav: Path | None,
    speech: str,
    outbound: bool,
    calls: int,
    flows: Path,
    as_json: bool,
) -> None:
    """Ring FLOW (a file, or a name in --flows) as Twilio would, on real sockets and in real time.

    Each --say is spoken once the agent has finished. Cues in brackets: (silence 6s) stays quiet, (press 1) presses a
    key, (hangs up) leaves, (drops) breaks the line, "(interrupts after 1.5s) no thanks" talks over the agent.

    Example: flowengine call flows/reception.flow --say "what are your opening hours" --say "no thanks"
    """
    from flowengine.adapters.registry import synthesiser_from
    from flowengine.runtime.wav import read_wav
    from flowengine.testing.twilio.call import Telephone
    from flowengine.testing.twilio.script import PlayClip, parse
    from flowengine.testing.twilio.server import running_server

    steps: list[Step] = [*parse(says), *(PlayClip(f"[{clip.name}]", read_wav(clip)) for clip in clips)]
    contact = dict(map(_pair, contacts))
    name, folder = _flow(flow, flows, contact)
    query = urlencode({"flow": name, **{f"contact.{key}": value for key, value in contact.items()}})
    engines = {} if speech == "local" else {"NOVA_STT_WS_URL": "scripted:", "NOVA_TTS_WS_URL": "scripted:"}
    quiet = as_json or not sys.stderr.isatty()

    async def ring() -> list[Rung]:
        voice = synthesiser_from(None if speech == "local" else "scripted:")
        try:
            async with (
                Telephone() as telephone,
                running_server(folder, telephone, env=engines, progress=None if quiet else _progress) as base,
            ):
                url = f"{base}/twilio/voice?{query}"
                direction = "outbound-api" if outbound else "inbound"
                reports = await asyncio.gather(
                    *(telephone.ring(url, steps, voice, direction=direction) for _ in range(calls))
                )
                return [(report, await _record(base, report.call_sid)) for report in reports]
        finally:
            await voice.close()

    rung = asyncio.run(ring())
    if wav is not None:
        from flowengine.testing.twilio.recording import write_stereo

        write_stereo(wav, rung[0][0].caller_audio, rung[0][0].agent_audio)
    if as_json:
        click.echo(json.dumps([_as_json(report, record) for report, record in rung], indent=2))
    elif calls == 1:
        _print_call(*rung[0])
    else:
        _print_table(rung)
    if any(_is_bad(report, record) for report, record in rung):
        sys.exit(1)


Rung = tuple["CallReport", dict[str, Any]]


def _flow(flow: str, flows: Path, contact: dict[str, str]) -> tuple[str, Path]:
    """Name and folder of a flow given as a file or a name, its inputs checked before anything is started."""
    from flowengine.conversation.slots import check_contact
    from flowengine.errors import ContactNotValid, FlowNotValid
    from flowengine.graph.compile import compile_file
    from flowengine.language.render import render

    path = Path(flow) if flow.endswith(".flow") else flows / f"{flow}.flow"
    compilation = compile_file(path)
    if compilation.flow is None:
        text = render(compilation.diagnostics, compilation.sources, colour=sys.stderr.isatty())
        raise FlowNotValid(text or f"{path} is a library: it has no 'flow' line")
    try:
        check_contact(compilation.flow, contact)
    except ContactNotValid as error:
        raise ContactNotValid(f"{error}; give it with --contact NAME=VALUE") from error
    return compilation.flow.name, path.parent


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.BadParameter(f"{text!r}: expected NAME=VALUE, like name=Sam", param_hint="--contact")
    return name.strip(), value


def _progress(text: str) -> None:
    click.echo(f"\r\033[K{click.style(text[:100], dim=True)}", err=True, nl=False)


async def _record(base: str, call_sid: str) -> dict[str, Any]:
    """What the server kept of the call; {} when it kept none (a call that was refused)."""
    from flowengine.testing.twilio.server import get

    for _ in range(50):
        status, body = await get(f"{base}/api/call/{call_sid}")
        record: dict[str, Any] = json.loads(body) if status == 200 else {}
        if status == 404 or record.get("ended_at"):
            return record
        await asyncio.sleep(0.1)
    return {}


def _is_bad(report: CallReport, record: dict[str, Any]) -> bool:
    warned = report.warned.binary_31950 + report.warned.invalid_31951
    return bool(warned) or not report.marks_in_order or not record or record["abnormal"]


def _as_json(report: CallReport, record: dict[str, Any]) -> dict[str, Any]:
    return {
        "call_sid": report.call_sid,
        "outcome": record.get("outcome"),
        "ended_by": report.ended_by,
        "transcript": record.get("transcript", []),
        "caller": [dataclasses.asdict(line) for line in report.caller],
        "agent": [dataclasses.asdict(utterance) for utterance in report.agent],
        "gaps": [dataclasses.asdict(gap) for gap in report.gaps],
        "reply_seconds": report.replies,
        "marks_in_order": report.marks_in_order,
        "warnings": dataclasses.asdict(report.warned),
    }


def _print_call(report: CallReport, record: dict[str, Any]) -> None:
    """Both sides by time: what the caller spoke, and how it was understood; what the agent was heard to say."""
    if not sys.stderr.isatty():
        click.echo()
    else:
        click.echo("\r\033[K", err=True, nl=False)
    spoken = iter(report.caller)
    heard_until = 0.0
    for line in record.get("transcript", []):
        if line["speaker"] == "agent":
            # Ordered together, heard one after the other.
            start = max(line["at"], heard_until)
            heard_until = line["ended_at"] or start
            cut = "" if line["complete"] else click.style("  — cut off", dim=True)
            _print_line(start, click.style("agent ", fg="cyan"), line["text"] + cut)
        else:
            said = next(spoken, None)
            understood = line["intent"] or "nothing that fits here"
            score = f" {line['score']:.2f}" if line["score"] is not None else ""
            _print_line(line["at"] if said is None else said.start, click.style("caller", fg="green"), line["text"])
            said_text = f"spoken {said.text!r}; " if said is not None and said.text != line["text"] else ""
            click.echo(click.style(f"{'':17}{said_text}understood: {understood}{score}", dim=True))
    for line in report.said_by_twilio:
        _print_line(0.0, click.style("twilio", fg="yellow"), line)
    click.echo()
    for name, value in _summary(report, record):
        click.echo(f"  {click.style(f'{name:<16}', dim=True)} {value}")


def _print_line(at: float, who: str, text: str) -> None:
    for number, part in enumerate(textwrap.wrap(text, WIDTH) or [""]):
        click.echo(f"{at:7.2f} s  {who}  {part}" if number == 0 else f"{'':17}{part}")


def _summary(report: CallReport, record: dict[str, Any]) -> list[tuple[str, str]]:
    speech = sum(utterance.length for utterance in report.agent)
    levels = [utterance.level for utterance in report.agent]
    level = f", {min(levels):.0f} to {max(levels):.0f} dBFS" if levels else ""
    gaps = f"{len(report.gaps)} gaps (longest {report.latest_frame * 1000:.0f} ms)" if report.gaps else "no gaps"
    replies = ", ".join(f"{reply:.2f} s" for reply in report.replies) or "–"
    warned = report.warned.binary_31950 + report.warned.invalid_31951
    return [
        ("outcome", f"{record.get('outcome', 'none: the call was refused')}, ended by {report.ended_by}"),
        ("agent's audio", f"{speech:.1f} s in {len(report.agent)} utterances{level}, {gaps}"),
        ("replies after", replies),
        ("marks", "in order" if report.marks_in_order else "OUT OF ORDER"),
        ("Twilio warnings", f"{warned}" if warned else "none"),
    ]


def _print_table(rung: list[Rung]) -> None:
    """A line a call, for many at once."""
    click.echo(
        f"{'call':>4}  {'outcome':<16} {'marks':<12} {'gaps':>4} {'latest frame':>13} {'replies, median / worst':>24}"
    )
    for number, (report, record) in enumerate(rung, 1):
        replies = sorted(report.replies) or [0.0]
        middle = f"{replies[len(replies) // 2]:.2f} s / {replies[-1]:.2f} s"
        marks = "in order" if report.marks_in_order else "OUT OF ORDER"
        late = f"{report.latest_frame * 1000:.0f} ms"
        outcome = str(record.get("outcome", "refused"))
        click.echo(f"{number:>4}  {outcome:<16} {marks:<12} {len(report.gaps):>4} {late:>13} {middle:>24}")
