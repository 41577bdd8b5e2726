"""`flowengine call`: ring a flow over Twilio's protocol, speak to it in audio, and read what both sides said."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import click

from flowengine.cli.contact import contact_option
from flowengine.cli.stopping import stop_when_told
from flowengine.cli.writing import why_not_writable

if TYPE_CHECKING:
    from flowengine.testing.twilio.call import Telephone
    from flowengine.testing.twilio.report_text import Rung
    from flowengine.testing.twilio.script import PlayableStep, Step

SCRIPTED = "scripted:"
WIDEST = 110
STOPPED = (
    "stopped before the call was over, so nothing of it is shown. A call lasts until the flow ends it: give a --say "
    'for each question that it asks, or let the caller leave with --say "(hangs up)"'
)


@dataclasses.dataclass(frozen=True, slots=True)
class Running:
    """A server that somebody else has started, and what it knows us by."""

    base: str
    account: str
    token: str = dataclasses.field(repr=False)
    api_key: str | None = dataclasses.field(repr=False)
    rest_port: int


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What to ring and how: `server`, or one of our own for the flows in `folder`. Speech addresses: "" is embedded."""

    flow: str
    contact: dict[str, str]
    folder: Path
    server: Running | None
    stt_url: str
    tts_url: str
    calls: int
    direction: str
    colleague: str | None = None


@click.command()
@click.argument("flow")
@click.option("--say", "says", multiple=True, help="A caller's line, or a cue: (silence 6s), (press 1), (hangs up), …")
@click.option(
    "--say-wav",
    "clips",
    multiple=True,
    type=click.Path(path_type=Path),
    help='A recording as a caller\'s line, after those of --say; in between: --say "(plays FILE)".',
)
@contact_option
@click.option(
    "--wav",
    type=click.Path(path_type=Path),
    help="Write the call as a stereo recording: caller left, agent right.",
)
@click.option(
    "--speech",
    default="local",
    show_default=True,
    metavar="local|scripted|STT,TTS",
    help="The embedded engines; tones that stand for words (quick); or the two addresses of nova2.v1 services.",
)
@click.option("--outbound", is_flag=True, help="Ring as a call that we made: calling hours then apply.")
@click.option("--calls", default=1, show_default=True, type=click.IntRange(1, 200), help="So many such calls at once.")
@click.option("--flows", type=click.Path(path_type=Path), default=Path("flows"), help="Folder, when FLOW is a name.")
@click.option("--server", metavar="URL", help="Ring the server at its SERVER_BASE_URL, instead of starting one.")
@click.option("--account", metavar="SID", help="That server's TWILIO_ACCOUNT_SID. [default: from the settings]")
@click.option("--token", help="That server's TWILIO_AUTH_TOKEN. [default: from the settings]")
@click.option("--api-key", help="A key to that server's API. [default: FLOWENGINE_API_KEY]")
@click.option(
    "--rest-port",
    default=0,
    type=click.IntRange(0, 65535),
    help="Port for the simulated REST API, when that server's FLOWENGINE_TWILIO_API_URL names one.",
)
@click.option(
    "--colleague",
    metavar="busy|no-answer|failed|declines|answers[:SECONDS]",
    help="What becomes of a transfer, cold or warm. [default: a cold one is answered, a warm one not taken]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    flow: str,
    says: tuple[str, ...],
    clips: tuple[Path, ...],
    contact: dict[str, str],
    wav: Path | None,
    speech: str,
    outbound: bool,
    calls: int,
    flows: Path,
    server: str | None,
    account: str | None,
    token: str | None,
    api_key: str | None,
    rest_port: int,
    colleague: str | None,
    as_json: bool,
) -> None:
    """Ring FLOW (a file, or a name in --flows) as Twilio would, on real sockets and in real time.

    Each --say is spoken once the agent has finished. Cues in brackets: (silence 6s) stays quiet, (press 1) presses a
    key, (plays yes.wav) plays a recording, (hangs up) leaves, (drops) breaks the line, "(interrupts after 1.5s) no
    thanks" talks over the agent, "(interrupts after 1.5s) (press 0)" presses a key over its words (so with plays, hangs
    up, drops), "(hangs up after 1.5s)" leaves in the middle of the agent's words, "(machine) leave a message after the
    tone" is an answering machine.

    The exit status is 1 when a call failed, or Twilio would have complained, as it does of a stream that broke off,
    also where the call came back.

    Example: flowengine call flows/reception.flow --say "what are your opening hours" --say "no thanks"
    """
    from flowengine.testing.paint import Painter
    from flowengine.testing.twilio.colleague import colleague_of
    from flowengine.testing.twilio.report_text import many_calls, one_call
    from flowengine.testing.twilio.script import clip, parse

    steps = [*parse(says), *map(clip, clips)]
    if wav is not None and (problem := why_not_writable(wav)) is not None:
        raise click.BadParameter(f"{wav} cannot be written: {problem}; name another file", param_hint="--wav")
    if colleague is not None:
        colleague_of(colleague)
    running = None if server is None else running_elsewhere(server, account, token, api_key, rest_port)
    name, folder = flow_and_folder(flow, flows, contact, is_here=running is None)
    stt_url, tts_url = engines(speech)
    direction = "outbound-api" if outbound else "inbound"
    plan = Plan(name, contact, folder, running, stt_url, tts_url, calls, direction, colleague)
    shows_progress = sys.stderr.isatty() and not as_json
    try:
        rung = asyncio.run(_ring(plan, steps, _progress if shows_progress else _quiet))
    except (asyncio.CancelledError, KeyboardInterrupt) as error:
        click.echo(f"Error: {STOPPED}", err=True)
        sys.exit(128 + (signal.SIGINT if isinstance(error, KeyboardInterrupt) else signal.SIGTERM))
    if shows_progress:
        click.echo("\r\033[K", err=True, nl=False)
    first = rung[0].report
    paint = Painter(sys.stdout.isatty())
    if as_json:
        click.echo(json.dumps([_as_json(one) for one in rung], indent=2))
    elif calls > 1:
        click.echo(many_calls(rung, paint))
    elif first is not None:
        click.echo(one_call(first, rung[0].record, paint, min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns)))
    if wav is not None and first is not None:
        _write(wav, first.caller_audio, first.agent_audio)
    if calls == 1 and rung[0].error is not None:
        raise click.ClickException(rung[0].error)
    if not all(one.is_good for one in rung):
        sys.exit(1)


async def _ring(plan: Plan, steps: Sequence[Step], progress: Callable[[str], None]) -> list[Rung]:
    from flowengine.adapters.registry import synthesiser_from
    from flowengine.testing.twilio.account import Account
    from flowengine.testing.twilio.call import Telephone
    from flowengine.testing.twilio.colleague import colleague_of
    from flowengine.testing.twilio.script import spoken

    stop_when_told()
    progress("speaking the caller's lines")
    voice = synthesiser_from(plan.tts_url or None)
    try:
        playable = await spoken(steps, voice)
    finally:
        await voice.close()
    known = plan.server
    account, port = (Account(), 0) if known is None else (Account(known.account, known.token), known.rest_port)
    async with Telephone(account, rest_port=port) as telephone, _server(plan, telephone, progress) as base:
        if plan.colleague is not None:
            telephone.exchange.default = colleague_of(plan.colleague)[1]
        progress("ringing, in real time")
        return await asyncio.gather(*(_call(plan, telephone, base, playable) for _ in range(plan.calls)))


@contextlib.asynccontextmanager
async def _server(plan: Plan, telephone: Telephone, progress: Callable[[str], None]) -> AsyncIterator[str]:
    from flowengine.testing.twilio.server import running_server

    if plan.server is not None:
        yield plan.server.base
        return
    env = {
        "NOVA_STT_WS_URL": plan.stt_url,
        "NOVA_TTS_WS_URL": plan.tts_url,
        "FLOWENGINE_MAX_CALLS": str(max(50, plan.calls)),
    }
    async with running_server(plan.folder, telephone, env=env, progress=progress) as base:
        yield base


async def _call(plan: Plan, telephone: Telephone, base: str, steps: Sequence[PlayableStep]) -> Rung:
    from flowengine.errors import FlowEngineError
    from flowengine.runtime.silent import SilentSynthesiser
    from flowengine.testing.twilio.colleague import colleague_of
    from flowengine.testing.twilio.report_text import Rung
    from flowengine.testing.twilio.server import kept
    from flowengine.testing.twilio.speech_only import keep_to_speech

    query = urlencode({"flow": plan.flow, **{f"contact.{key}": value for key, value in plan.contact.items()}})
    try:
        report = await telephone.ring(
            f"{base}/twilio/voice?{query}",
            steps,
            SilentSynthesiser(),
            direction=plan.direction,
            colleague=colleague_of(plan.colleague)[0] if plan.colleague is not None else None,
            status_url=f"{base}/twilio/status-callback",
        )
    except FlowEngineError as error:
        return Rung(None, error=str(error))
    record = await kept(base, report.call_sid, plan.server.api_key if plan.server else None)
    keep_to_speech(report, record)
    if plan.calls == 1:
        # Of several at once nobody could tell whose colleague it was.
        report.reached += telephone.reached()
    return Rung(report, record)


def flow_and_folder(flow: str, flows: Path, contact: dict[str, str], *, is_here: bool) -> tuple[str, Path]:
    """Name and folder of a flow given as a file or a name, its inputs checked before anything is started."""
    from flowengine.conversation.slots import check_contact
    from flowengine.errors import ContactNotValid, FlowNotValid
    from flowengine.graph.compile import compile_file
    from flowengine.graph.namesakes import namesake
    from flowengine.language.render import render

    path = Path(flow) if flow.endswith(".flow") else flows / f"{flow}.flow"
    if not path.is_file():
        if not is_here and not flow.endswith(".flow"):
            return flow, flows
        raise FlowNotValid(f"there is no file {str(path)!r}; give a .flow file, or a name and its folder with --flows")
    compilation = compile_file(path)
    if compilation.flow is None:
        text = render(compilation.diagnostics, compilation.sources, colour=sys.stderr.isatty())
        raise FlowNotValid(text or f"{path} is a library: it has no 'flow' line")
    try:
        check_contact(compilation.flow, contact)
    except ContactNotValid as error:
        raise ContactNotValid(f"{error}; give it with --contact NAME=VALUE") from error
    twin = namesake(path.parent, path, compilation.flow.name) if is_here else None
    if twin is not None:
        raise FlowNotValid(
            f"{path} and {twin} both hold a flow {compilation.flow.name!r}, so a server of their folder runs neither; "
            "rename one, or move it to another folder"
        )
    return compilation.flow.name, path.parent


def running_elsewhere(
    server: str, account: str | None, token: str | None, api_key: str | None, rest_port: int
) -> Running:
    """What is not given is taken from the settings, which the server here was probably started with.

    Raises BadParameter, UsageError, SettingsError.
    """
    from flowengine.cli.server_address import server_address
    from flowengine.service.settings import Settings

    base = server_address(server)
    # The settings of a line are whole or refused, and its address is given here. An account that is given needs none.
    given = {"SERVER_BASE_URL": base}
    if account and token:
        given |= {"TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": ""}
    settings = Settings.from_env({**os.environ, **given})
    account = account or settings.twilio_account_sid
    token = token or settings.twilio_auth_token
    if account is None or token is None:
        raise click.UsageError(
            "--server needs what that server is started with: --account and --token, "
            "or TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the environment or in .env"
        )
    return Running(base, account, token, api_key or settings.api_key, rest_port)


def engines(speech: str) -> tuple[str, str]:
    """The addresses of recogniser and synthesiser; "" is the embedded one."""
    match speech.split(","):
        case ["local"]:
            return "", ""
        case ["scripted"]:
            return SCRIPTED, SCRIPTED
        case [stt, tts] if all(url.strip().startswith(("ws://", "wss://")) for url in (stt, tts)):
            return stt.strip(), tts.strip()
        case _:
            raise click.BadParameter(
                f"{speech!r}: expected local, scripted, or two addresses like ws://host:8765/stt,ws://host:8765/tts",
                param_hint="--speech",
            )


def _write(path: Path, left: bytes, right: bytes) -> None:
    from flowengine.testing.twilio.recording import write_stereo

    try:
        write_stereo(path, left, right)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error


def _progress(text: str) -> None:
    click.echo(f"\r\033[K{click.style(text[:100], dim=True)}", err=True, nl=False)


def _quiet(text: str) -> None:
    """Nobody watches."""


def _as_json(rung: Rung) -> dict[str, Any]:
    from flowengine.testing.twilio.story import story

    report, record = rung.report, rung.record
    if report is None:
        return {"good": False, "error": rung.error}
    return {
        "good": rung.is_good,
        "call_sid": report.call_sid,
        "outcome": record.get("outcome") if record else None,
        "ended_by": report.ended_by,
        "story": [dataclasses.asdict(told) for told in story(report, record)],
        "transcript": record.get("transcript", []) if record else [],
        "caller": [dataclasses.asdict(line) for line in report.caller],
        "agent": [dataclasses.asdict(utterance) for utterance in report.agent],
        "sentences": [dataclasses.asdict(sentence) for sentence in report.sentences],
        "pauses": report.pauses,
        "clicks": report.clicks,
        "no_line": [{"from": left, "until": at} for left, at in report.dead],
        "gaps": [dataclasses.asdict(gap) for gap in report.gaps],
        "reply_seconds": [round(reply, 3) for reply in report.replies],
        "marks_in_order": report.marks_in_order,
        "warnings": dataclasses.asdict(report.warned),
        "problems": report.problems,
        "never_said": report.unsaid,
        "said_by_twilio": list(report.said_by_twilio),
        "dialled": [dataclasses.asdict(one) for one in report.reached],
        "rooms": report.rooms,
    }
