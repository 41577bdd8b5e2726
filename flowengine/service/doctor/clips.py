"""The clips: how much of what the flows always say alike has been spoken already."""

from __future__ import annotations

from collections.abc import Iterator

from flowengine.adapters import registry
from flowengine.errors import MissingExtra
from flowengine.graph.compile import compile_file, find_flows
from flowengine.runtime.clips import Line
from flowengine.runtime.rendering import lines_of
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.service.doctor.finding import Case, Finding
from flowengine.service.speech_settings import CLIPS


def check(case: Case) -> Iterator[Finding]:
    """The folder of clips, against every flow that runs. Nothing is read or made."""
    settings = case.settings
    folder = settings.speech.folder()
    if folder is None:
        yield Finding("clips", "note", f"none are kept ({CLIPS}=off): each start makes them anew, while it serves")
        return
    try:
        engine = CachedSynthesiser(registry.synthesiser_from(settings.nova_tts_ws_url)).engine
    except MissingExtra:
        return
    lines: set[Line] = set()
    for path in find_flows([settings.flows]) if settings.flows.exists() else ():
        compilation = compile_file(path)
        if compilation.flow is not None and not compilation.errors:
            lines.update(lines_of(compilation.flow))
    if not lines:
        return
    there = sum(folder.has(line, engine) for line in lines)
    says = f"{there} of {len(lines)} fixed lines are rendered, in {folder.folder}"
    if there == len(lines):
        yield Finding("clips", "ok", says)
    else:
        yield Finding("clips", "note", f"{says}; the rest is made when the service starts (flowengine render FOLDER)")
