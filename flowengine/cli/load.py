"""`flowengine load`: many simulated callers at once, and what the server made of them."""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowengine.cli.call import engines, flow_and_folder, running_elsewhere
from flowengine.cli.contact import contact_option
from flowengine.cli.writing import why_not_writable

if TYPE_CHECKING:
    from flowengine.testing.load.report import LoadReport

LADDER = (10, 25, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1200, 1500, 2000)
MOST_CALLS = 2000
KNEE_CALLS = 1000


class _Levels(click.ParamType[tuple[int, ...]]):
    """`100`, or `25,50,100`: more each time."""

    name = "N[,N…]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",")]
        if not all(
            part.isascii() and part.isdigit() and len(part) < 9 and 1 <= int(part) <= MOST_CALLS for part in parts
        ):
            self.fail(
                f"{value!r}: give a number of calls from 1 to {MOST_CALLS}, or several like 25,50,100", param, ctx
            )
        levels = tuple(map(int, parts))
        if sorted(set(levels)) != list(levels):
            self.fail(f"{value!r}: each number must be larger than the one before, since calls are added", param, ctx)
        return levels


class _Amount(click.FloatRange):
    """A number within bounds; "nan" is in none."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        amount = float(super().convert(value, param, ctx))  # type: ignore[arg-type]  # click passes what was typed
        if math.isnan(amount):
            self.fail(f"{value!r} is not a number", param, ctx)
        return amount


@click.command()
@click.argument("flow", required=False)
@click.option(
    "--calls", type=_Levels(), help="So many at once; several, like 25,50,100: one after the other. [default: 10]"
)
@click.option(
    "--minutes",
    default=1.0,
    show_default=True,
    type=_Amount(0.05, 24 * 60),
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
@click.option("--ramp", default=10.0, show_default=True, type=_Amount(0.1, 100), help="New calls a second.")
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

    Ctrl-C hangs up, and reports what was measured until then; a second one stops at once.

    The exit status is 1 when something did not hold; with --knee, when not even the first step did. A run that was
    stopped has 130, or 143 when it was by SIGTERM.

    Example: flowengine load --calls 25,50,100 --minutes 0.5 --html load.html
    """
    from flowengine.cli.load_run import Plan, can_pin, carry_out
    from flowengine.testing.load.persona import personas as named
    from flowengine.testing.load.process import usage

    if pid is not None and server is None:
        raise click.UsageError("--pid is for a server that is running already: give its --server too")
    if pid is not None and usage(pid) is None:
        raise click.UsageError(f"--pid {pid}: there is no such process on this machine, or it is not yours to look at")
    if knee and calls is not None and len(calls) > 1:
        raise click.UsageError("--knee adds calls by itself: give --calls one number, the most")
    if flow is None and contact:
        raise click.UsageError("--contact is for a flow that asks for it: name the FLOW")
    named(personas)
    _check_files(json_file, html_file)
    running = None if server is None else running_elsewhere(server, account, token, None, rest_port)
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
        speech_named=speech,
        server=running,
        pid=pid,
        pins=pin and running is None and can_pin(),
    )
    shows_progress = sys.stderr.isatty()
    done = carry_out(plan, _progress if shows_progress else _quiet)
    if shows_progress:
        click.echo("\r\033[K", err=True, nl=False)
    failed: list[str] = []
    if done.report is None:
        told = " and ".join(f"{file} is not written" for file in (json_file, html_file) if file is not None)
        click.echo(f"Stopped before anything was measured{f'; {told}' if told else ''}.", err=True)
    else:
        failed = _tell(done.report, json_file, html_file)
    if failed:
        click.ClickException("; ".join(failed)).show()
    if done.is_urgent:
        # Threads may wait yet for a server that answers no more, and would hold this process up.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(done.status)
    if done.report is None or done.status:
        sys.exit(done.status)
    if failed or not _is_well(done.report, searched=knee):
        sys.exit(1)


def _check_files(*files: Path | None) -> None:
    """A run may take hours: what cannot be written at its end is said now. Raises UsageError."""
    given = [file for file in files if file is not None]
    for file in given:
        if not file.parent.is_dir():
            raise click.UsageError(f"there is no folder {str(file.parent)!r} for {file.name}")
        if file.is_dir():
            raise click.UsageError(f"{file} is a folder: give a file in it, like {file / 'load.html'}")
        if not os.access(file if file.exists() else file.parent, os.W_OK):
            raise click.UsageError(f"{file} cannot be written: {'it' if file.exists() else 'its folder'} is protected")
        if (problem := why_not_writable(file)) is not None:
            raise click.UsageError(f"{file} cannot be written: {problem}; name another file")
    if len({file.resolve() for file in given}) < len(given):
        raise click.UsageError(f"--json and --html both name {given[0]}: give each a file of its own")


def _tell(report: LoadReport, json_file: Path | None, html_file: Path | None) -> list[str]:
    """The files that were asked for, and the table; one that fails takes nothing from the others. What failed."""
    from flowengine.testing.load.report_html import page
    from flowengine.testing.load.report_json import as_json
    from flowengine.testing.load.report_text import table
    from flowengine.testing.paint import Painter

    texts = {json_file: json.dumps(as_json(report), indent=2) + "\n", html_file: page(report)}
    failed = [said for file, text in texts.items() if file is not None and (said := _written(file, text)) is not None]
    # After the files: nobody may read what is printed any more.
    click.echo(table(report, Painter(sys.stdout.isatty())))
    return failed


def _is_well(report: LoadReport, *, searched: bool) -> bool:
    """All held; or, where the knee was searched for, it was found, and not below all that was tried."""
    if searched and report.knee is not None:
        return report.knee > 0
    return report.ended is None and all(level.holds for level in report.levels)


def _written(path: Path, text: str) -> str | None:
    """Why it could not be."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}"
    return None


def _ladder(calls: tuple[int, ...] | None) -> tuple[int, ...]:
    most = calls[0] if calls else KNEE_CALLS
    return (*(step for step in LADDER if step < most), most)


def _progress(text: str) -> None:
    click.echo(f"\r\033[K{click.style(text[:100], dim=True)}", err=True, nl=False)


def _quiet(text: str) -> None:
    """Nobody watches."""
