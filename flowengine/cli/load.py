"""`flowengine load`: many simulated callers at once, and what the server made of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowengine.cli.call import SCRIPTED, engines, flow_and_folder, running_elsewhere
from flowengine.cli.contact import contact_option
from flowengine.cli.stopping import stop_when_told

if TYPE_CHECKING:
    from flowengine.cli.call import Running
    from flowengine.runtime.ports import Synthesiser
    from flowengine.testing.load.report import LoadReport
    from flowengine.testing.twilio.exchange import Exchange

LADDER = (10, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000)
MOST_CALLS = 2000
KNEE_CALLS = 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ring, with how many, for how long. `flow` None: the flow that comes with this command."""

    flow: str | None
    folder: Path
    contact: dict[str, str]
    levels: tuple[int, ...]
    stops_at_knee: bool
    seconds: float
    a_second: float
    personas: tuple[str, ...]
    speech: tuple[str, str]
    server: Running | None
    pid: int | None
    pins: bool


class _Levels(click.ParamType[tuple[int, ...]]):
    """`100`, or `25,50,100`: more each time."""

    name = "N[,N…]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",")]
        if not all(part.isascii() and part.isdigit() and 1 <= int(part[:5]) <= MOST_CALLS for part in parts):
            self.fail(
                f"{value!r}: give a number of calls from 1 to {MOST_CALLS}, or several like 25,50,100", param, ctx
            )
        levels = tuple(map(int, parts))
        if sorted(set(levels)) != list(levels):
            self.fail(f"{value!r}: each number must be larger than the one before, since calls are added", param, ctx)
        return levels


@click.command()
@click.argument("flow", required=False)
@click.option(
    "--calls", type=_Levels(), help="So many at once; several, like 25,50,100: one after the other. [default: 10]"
)
@click.option(
    "--minutes",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0.05, 24 * 60),
    help="How long each number of calls is measured.",
)
@click.option("--knee", is_flag=True, help="More and more calls, up to --calls, until something gives way.")
@click.option(
    "--persona",
    "personas",
    multiple=True,
    metavar="NAME",
    help="Callers: agreeable, talkative, silent, hangs-up, drops, mixed; several: in turn. [default: agreeable]",
)
@click.option("--ramp", default=10.0, show_default=True, type=click.FloatRange(0.1, 100), help="New calls a second.")
@contact_option
@click.option(
    "--speech",
    default="scripted",
    show_default=True,
    metavar="scripted|local|STT,TTS",
    help="Of the server: tones that stand for words, the embedded engines, or two nova2.v1 addresses.",
)
@click.option("--flows", type=click.Path(path_type=Path), default=Path("flows"), help="Folder, when FLOW is a name.")
@click.option("--server", metavar="URL", help="Ring the server at its SERVER_BASE_URL, instead of starting one.")
@click.option("--pid", type=click.IntRange(1), help="That server's process, for its CPU and memory.")
@click.option("--account", metavar="SID", help="That server's TWILIO_ACCOUNT_SID. [default: from the settings]")
@click.option("--token", help="That server's TWILIO_AUTH_TOKEN. [default: from the settings]")
@click.option(
    "--rest-port",
    default=0,
    type=click.IntRange(0, 65535),
    help="Port for the simulated REST API, when that server's FLOWENGINE_TWILIO_API_URL names one.",
)
@click.option("--pin/--no-pin", default=True, help="Server and callers on a core each, where there are two.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write all figures to this file.")
@click.option("--html", "html_file", type=click.Path(path_type=Path), help="Write a page with plots to this file.")
def command(
    flow: str | None,
    calls: tuple[int, ...] | None,
    minutes: float,
    knee: bool,
    personas: tuple[str, ...],
    ramp: float,
    contact: dict[str, str],
    speech: str,
    flows: Path,
    server: str | None,
    pid: int | None,
    account: str | None,
    token: str | None,
    rest_port: int,
    pin: bool,
    json_file: Path | None,
    html_file: Path | None,
) -> None:
    """Ring FLOW with many callers at once, over Twilio's protocol, and measure how well they are served.

    Without FLOW a call is rung that goes on for as long as it likes. A caller whose call ends rings again, so that the
    number of calls stays. What is measured is what callers notice (how late the agent's audio is, how soon a reply
    comes, marks and under-runs), what the server takes for it, and whether the callers themselves could keep up.

    The exit status is 1 when something did not hold.

    Example: flowengine load --calls 25,50,100 --minutes 0.5 --html load.html
    """
    from flowengine.testing.load.persona import personas as named
    from flowengine.testing.load.process import usage
    from flowengine.testing.load.report import as_json
    from flowengine.testing.load.report_html import page
    from flowengine.testing.load.report_text import table
    from flowengine.testing.paint import Painter

    if pid is not None and server is None:
        raise click.UsageError("--pid is for a server that is running already: give its --server too")
    if pid is not None and usage(pid) is None:
        raise click.UsageError(f"--pid {pid}: there is no such process on this machine, or it is not yours to look at")
    if knee and calls is not None and len(calls) > 1:
        raise click.UsageError("--knee adds calls by itself: give --calls one number, the most")
    named(personas)
    running = None if server is None else running_elsewhere(server, account, token, None, rest_port)
    for file in filter(None, (json_file, html_file)):
        if not file.parent.is_dir():
            raise click.UsageError(f"there is no folder {str(file.parent)!r} for {file.name}")
    name, folder = (None, flows) if flow is None else flow_and_folder(flow, flows, contact, is_here=running is None)
    plan = Plan(
        flow=name,
        folder=folder,
        contact=contact,
        levels=_ladder(calls) if knee else calls or (10,),
        stops_at_knee=knee,
        seconds=minutes * 60,
        a_second=ramp,
        personas=personas or ("agreeable",),
        speech=engines(speech),
        server=running,
        pid=pid,
        pins=pin and running is None and can_pin(),
    )
    progress = _progress if sys.stderr.isatty() else _quiet
    try:
        report = _run(_measure(plan, speech, progress))
    except asyncio.CancelledError as error:
        raise click.Abort from error
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)
    click.echo(table(report, Painter(sys.stdout.isatty())))
    if json_file is not None:
        _write(json_file, json.dumps(as_json(report), indent=2) + "\n")
    if html_file is not None:
        _write(html_file, page(report))
    if not all(level.holds for level in report.levels):
        sys.exit(1)


def can_pin() -> bool:
    """Whether this process may run on two cores or more, and choose between them."""
    return hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1


async def _measure(plan: Plan, speech: str, progress: Callable[[str], None]) -> LoadReport:
    from flowengine.testing.load.persona import personas
    from flowengine.testing.load.process import usage
    from flowengine.testing.load.report import LoadReport, level_of
    from flowengine.testing.load.run import TALK, load_run
    from flowengine.testing.twilio.account import Account
    from flowengine.testing.twilio.exchange import Exchange

    stop_when_told()
    known = plan.server
    account, port = (Account(), 0) if known is None else (Account(known.account, known.token), known.rest_port)
    flow = plan.flow or TALK.stem
    callers = personas(plan.personas)
    levels = []
    voice = _voice(plan)
    with Exchange(account, port=port) as exchange:
        async with (
            _server(plan, exchange, progress) as (base, pid),
            load_run(
                exchange, base, flow, callers, contact=plan.contact, voice=voice, pid=pid, progress=progress
            ) as run,
        ):
            progress("the first call")
            await run.raise_to(1)
            await run.calm()
            idle = None if pid is None else usage(pid)
            for calls in plan.levels:
                progress(f"{calls} calls: ringing, {plan.a_second:g} a second")
                await run.raise_to(calls, a_second=plan.a_second)
                progress(f"{calls} calls: measuring for {plan.seconds:g} s")
                level = level_of(await run.measure(plan.seconds))
                if level.overload is not None:
                    # Others had the machine, or it needed a moment: it counts when it comes again.
                    progress(f"{calls} calls: once more, since {level.overload}")
                    level = level_of(await run.measure(plan.seconds, settles_s=0))
                levels.append(level)
                if plan.stops_at_knee and not levels[-1].holds:
                    break
    return LoadReport(
        flow=flow,
        server=known.base if known else "a server of our own",
        speech=f"{speech} speech",
        personas=tuple(caller.name for caller in callers),
        pinned=plan.pins,
        levels=tuple(levels),
        idle_memory=None if idle is None else idle.memory,
    )


@contextlib.asynccontextmanager
async def _server(
    plan: Plan, exchange: Exchange, progress: Callable[[str], None]
) -> AsyncIterator[tuple[str, int | None]]:
    """Its address, and its process where that is known. One of our own gets the first core, and we take the others."""
    from flowengine.testing.load.run import TALK
    from flowengine.testing.twilio.server import running_server

    if plan.server is not None:
        yield plan.server.base, plan.pid
        return
    stt_url, tts_url = plan.speech
    env = {
        "NOVA_STT_WS_URL": stt_url,
        "NOVA_TTS_WS_URL": tts_url,
        # A caller who rings again may do so before the call that has ended is over at the server.
        # What is looked for lies beyond the point at which it would refuse calls.
        "FLOWENGINE_MAX_LAG": "0",
        "FLOWENGINE_MAX_CALLS": str(2 * plan.levels[-1] + 10),
    }
    folder = TALK.parent if plan.flow is None else plan.folder
    pids: list[int] = []
    cores = os.sched_getaffinity(0) if plan.pins else set()
    try:
        if plan.pins:
            # A new process stays on the cores of the one that starts it.
            os.sched_setaffinity(0, {min(cores)})

        def started(pid: int) -> None:
            pids.append(pid)
            if plan.pins:
                os.sched_setaffinity(0, cores - {min(cores)})

        async with running_server(folder, exchange, env=env, progress=progress, started=started) as base:
            yield base, pids[0]
    finally:
        if plan.pins:
            os.sched_setaffinity(0, cores)


def _voice(plan: Plan) -> Synthesiser | None:
    """With what the callers speak: a recogniser of the real kind needs real words."""
    from flowengine.adapters.registry import synthesiser_from

    return None if plan.speech[1] == SCRIPTED else synthesiser_from(plan.speech[1] or None)


def _run(work: Coroutine[object, object, LoadReport]) -> LoadReport:
    """On the quicker event loop, where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _ladder(calls: tuple[int, ...] | None) -> tuple[int, ...]:
    most = calls[0] if calls else KNEE_CALLS
    return (*(step for step in LADDER if step < most), most)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from error


def _progress(text: str) -> None:
    click.echo(f"\r\033[K{click.style(text[:100], dim=True)}", err=True, nl=False)


def _quiet(text: str) -> None:
    """Nobody watches."""
