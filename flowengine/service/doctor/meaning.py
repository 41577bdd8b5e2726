"""Meaning: whether the engine that compares meanings is there, and how soon it has an answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from flowengine.adapters import registry
from flowengine.errors import FlowEngineError, MissingExtra
from flowengine.runtime.ports import Meaning
from flowengine.service.doctor.finding import Case, Finding

PATIENCE_S = 60.0
"""The first start converts the model, which takes a few seconds, on a slow machine more."""
EXAMPLES = {"stop": ("Please stop calling me.",), "price": ("How much does it cost?",)}
SAID, MEANT = "what would I have to pay", "price"


def check(case: Case) -> Iterator[Finding]:
    """The engine of the settings, and with `speaks` an utterance that shares no word with what it means."""
    try:
        engine = registry.meaning_from(case.settings.meaning)
    except MissingExtra as error:
        says = f"callers are understood by phrases and patterns alone: {error}"
        wanted = case.settings.meaning is not None
        # Without a setting it is used where it happens to be: its absence is no mistake then.
        remedy = "install it, or set FLOWENGINE_MEANING=off" if wanted else ""
        yield Finding("meaning", "warning" if wanted else "note", says, remedy)
        return
    if engine is None:
        says = "callers are understood by phrases and patterns alone (FLOWENGINE_MEANING=off)"
        yield Finding("meaning", "note", says)
    elif not case.speaks:
        yield Finding("meaning", "ok", f"{engine.name}; not tried (leave --quick out to try it)")
    else:
        yield asyncio.run(_tried(engine))


async def _tried(engine: Meaning) -> Finding:
    remedy = "do what the sentence says, or set FLOWENGINE_MEANING=off; until then callers are understood by phrases"
    try:
        async with asyncio.timeout(PATIENCE_S):
            began = time.monotonic()
            lesson = await engine.learn(EXAMPLES)
            loaded = time.monotonic() - began
            began = time.monotonic()
            found = await lesson.liken(SAID, tuple(EXAMPLES))
            took = time.monotonic() - began
    except TimeoutError:
        return Finding("meaning", "problem", f"nothing was likened in {PATIENCE_S:.0f} s", remedy)
    except FlowEngineError as error:
        return Finding("meaning", "problem", str(error), remedy)
    finally:
        await engine.close()
    if not found or found[0].intent != MEANT:
        return Finding("meaning", "problem", f"{engine.name} took {SAID!r} for something else", remedy)
    return Finding("meaning", "ok", f"{engine.name}: {1000 * took:.0f} ms an utterance (loaded in {loaded:.1f} s)")
