"""`flowengine render`: what flows always say alike, spoken into clips before anybody calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from flowengine.adapters import registry
from flowengine.cli.progress import bar
from flowengine.errors import SettingsError
from flowengine.graph.compile import compile_file, find_flows
from flowengine.graph.model import Flow
from flowengine.runtime.clips import ClipFolder, Line
from flowengine.runtime.rendering import Progress, Rendered, lines_of, render
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.service.settings import Settings
from flowengine.service.speech_settings import CLIPS, CLIPS_MB

TOGETHER = "all:"
"""No name of a flow."""
HEADINGS = ("flow", "lines", "made", "from cache", "failed", "seconds", "MB")
MOST_BYTES = 1 << 30
"""In memory while the command runs: far more than any flows say."""


@click.command(name="render", short_help="Speak all fixed lines of flows into clips, before anybody calls.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path), metavar="PATH...")
@click.option("--voice", help="This voice, in place of the one that each flow names.")
@click.option("--again", is_flag=True, help="Make every clip anew: another engine answers at the same address.")
def command(paths: tuple[Path, ...], voice: str | None, again: bool) -> None:
    """Speak the sentences that flows always say alike, and keep the clips in the folder of FLOWENGINE_CLIPS.

    PATH is a .flow file or a folder, searched to any depth. Settings come from the environment or a .env file, as for
    `flowengine serve`, which does the same in the background at its start. Sentences with a value filled in are
    personal, and are never kept. Exits with 1 when a flow has errors, or a clip could not be made or kept.
    """
    settings = Settings.from_env()
    folder = settings.speech.folder()
    if folder is None:
        raise SettingsError(f"{CLIPS} is off, so there is nowhere to keep clips: unset it, or name a folder")
    flows, broken = _flows(paths)
    for path in broken:
        click.echo(f"{path} has errors and was left out: flowengine validate {path}", err=True)
    if not flows:
        raise SystemExit(1)
    lines = {name: lines_of(flow, voice) for name, flow in flows.items()}
    with bar("Rendering") as progress:
        rendered, missing = asyncio.run(_rendered(settings, folder, lines, again, progress))
    _show(rendered)
    click.echo("")
    named = sorted({line.voice for wanted in lines.values() for line in wanted if line.voice})
    if named and not settings.nova_tts_ws_url:
        click.echo(_of_its_own(named), err=True)
    if missing:
        click.echo(_why_missing(folder, missing, settings), err=True)
    else:
        click.echo(f"kept in {folder.folder}")
    if broken or missing or any(each.failed for each in rendered.values()):
        raise SystemExit(1)


def _flows(paths: Sequence[Path]) -> tuple[dict[str, Flow], list[Path]]:
    """Those that can run, by name, and the files with errors."""
    flows: dict[str, Flow] = {}
    broken: list[Path] = []
    for path in find_flows(list(paths)):
        compilation = compile_file(path)
        if compilation.flow is None or compilation.errors:
            broken.append(path)
        else:
            flows[compilation.flow.name] = compilation.flow
    if not flows and not broken:
        raise SettingsError("there is no flow in " + ", ".join(repr(str(path)) for path in paths))
    return flows, broken


async def _rendered(
    settings: Settings, folder: ClipFolder, lines: Mapping[str, tuple[Line, ...]], again: bool, progress: Progress
) -> tuple[dict[str, Rendered], int]:
    """Flow by flow, then all: a line that two share counts once there. And how many clips are not in the folder after
    all, less the lines that failed. Raises MissingExtra, SpeechError."""
    synthesiser = registry.synthesiser_from(settings.nova_tts_ws_url)
    cache = CachedSynthesiser(synthesiser, MOST_BYTES, folder)
    whole = len({line for wanted in lines.values() for line in wanted})
    found, total = dict[str, Rendered](), Rendered()
    done: set[Line] = set()
    try:
        await registry.warm_up(synthesiser)
        for name, wanted in lines.items():
            cache.remember(wanted)
            fresh = tuple(line for line in wanted if line not in done)
            rendered = await render(cache, fresh, again=again, progress=_after(len(done), whole, progress))
            total = total.with_(rendered)
            found[name] = rendered.with_(await render(cache, tuple(line for line in wanted if line in done)))
            done.update(fresh)
    finally:
        await cache.close()
    missing = sum(not folder.has(line, cache.engine) for line in done) - total.failed
    return ({**found, TOGETHER: total} if len(found) > 1 else found), missing


def _of_its_own(named: Sequence[str]) -> str:
    """The embedded engine speaks whatever voice is asked for with the one that it has."""
    return (
        f"the embedded engine has one voice, and no other by name: {', '.join(named)} was not used; "
        "a name means something to a speech service, at NOVA_TTS_WS_URL"
    )


def _why_missing(folder: ClipFolder, missing: int, settings: Settings) -> str:
    said = f"{missing} clips are not kept: "
    if folder.trouble is not None:
        return (
            f"{said}{folder.folder} cannot be written ({folder.trouble}); make room there, or name another in {CLIPS}"
        )
    most = settings.speech.clips_bytes / 1e6
    return f"{said}{folder.folder} may hold {most:.1f} MB, and those used longest ago have left; raise {CLIPS_MB}"


def _after(before: int, whole: int, progress: Progress) -> Progress:
    """The progress of one flow as a part of all."""
    return lambda done, _: progress(before + done, whole)


def _show(rendered: Mapping[str, Rendered]) -> None:
    rows = [HEADINGS, *(_row(name, each) for name, each in rendered.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for name, *numbers in rows:
        cells = (cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True))
        click.echo("  ".join((name.ljust(widths[0]), *cells)))


def _row(name: str, one: Rendered) -> tuple[str, ...]:
    counts = (one.lines, one.made, one.kept, one.failed)
    return (name, *map(str, counts), f"{one.seconds:.1f}", f"{one.audio_bytes / 1e6:.2f}")
