"""The engine of meanings, for commands that look at a flow: what words come nearest to, where it is installed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from flowengine.adapters import registry
from flowengine.conversation.teaching import examples
from flowengine.errors import MeaningError, MissingExtra, SettingsError
from flowengine.graph.model import Flow
from flowengine.runtime.ports import Lesson, Meaning
from flowengine.service.settings import Settings

Found = TypeVar("Found")

engine_option = click.option("--engine", default=None, hidden=True, help="`scripted:` compares by the words in common.")


def with_lesson(flow: Flow, engine: str | None, ask: Callable[[Lesson], Awaitable[Found]]) -> Found | str:
    """What `ask` finds with the examples of this flow; a sentence where there is no engine, or it fails."""
    try:
        return asyncio.run(_with_lesson(_engine(engine), flow, ask))
    except MissingExtra as missing:
        return f"by phrases alone: {missing}"
    except MeaningError as failed:
        return f"by phrases alone, since {failed}"


def _engine(address: str | None) -> Meaning:
    if address is None:
        found = registry.meaning_from(Settings.from_env().meaning)
        if found is None:
            raise MissingExtra("likeness is off (FLOWENGINE_MEANING)")
        return found
    if address == "scripted:":
        from flowengine.adapters.scripted.meaning import ScriptedMeaning

        return ScriptedMeaning()
    raise SettingsError(f"{address!r} is no engine of meanings; leave --engine out, or give scripted:")


async def _with_lesson(engine: Meaning, flow: Flow, ask: Callable[[Lesson], Awaitable[Found]]) -> Found:
    try:
        if sys.stderr.isatty():
            # The first time, a flow of two thousand phrases takes some seconds.
            click.echo(click.style("comparing meanings …", dim=True), err=True)
        return await ask(await engine.learn(examples(flow.intents)))
    finally:
        await engine.close()
