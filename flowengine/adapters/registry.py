"""From a setting to an engine: which recogniser and synthesiser an address stands for, which model, and what else.

| address | engine |
|---|---|
| none | embedded, in a process of its own (`flowengine[local]`) |
| `ws://…`, `wss://…` | a service that speaks nova2.v1 |
| `scripted:` | the fakes; `scripted:first line\\|second line` scripts the caller |

Engines are imported when they are asked for, so that the base install needs none of their packages.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, Protocol, runtime_checkable
from urllib.parse import unquote, urlsplit

from flowengine.adapters.openai.options import ModelOptions
from flowengine.errors import MissingExtra, SettingsError
from flowengine.runtime.ports import Meaning, Model, Recogniser, Synthesiser

MeaningChoice = Literal["embedded", "off"]
"""Which engine compares meanings; None in its place: the embedded one, where it is installed."""


@runtime_checkable
class Warms(Protocol):
    """An engine that takes long to start. `progress` is told what it does, one short phrase a step."""

    async def warm_up(self, progress: Callable[[str], None]) -> None: ...


def recogniser_from(url: str | None) -> Recogniser:
    """The recogniser of this address. Raises MissingExtra, or SettingsError for an address of another kind."""
    match urlsplit(url).scheme if url else "":
        case "":
            from flowengine.adapters.local.recogniser import LocalRecogniser

            return LocalRecogniser()
        case "ws" | "wss":
            from flowengine.adapters.nova2.recogniser import Nova2Recogniser

            return Nova2Recogniser(str(url))
        case "scripted":
            from flowengine.adapters.scripted.recogniser import ScriptedRecogniser

            script = unquote(str(url).partition(":")[2]).strip("/")
            return ScriptedRecogniser(tuple(line.strip() for line in script.split("|")) if script else ())
        case scheme:
            raise _unknown("speech recogniser", scheme)


def synthesiser_from(url: str | None) -> Synthesiser:
    """The synthesiser of this address. Raises MissingExtra, or SettingsError for an address of another kind."""
    match urlsplit(url).scheme if url else "":
        case "":
            from flowengine.adapters.local.synthesiser import LocalSynthesiser

            return LocalSynthesiser()
        case "ws" | "wss":
            from flowengine.adapters.nova2.synthesiser import Nova2Synthesiser

            return Nova2Synthesiser(str(url))
        case "scripted":
            from flowengine.adapters.scripted.synthesiser import ScriptedSynthesiser

            return ScriptedSynthesiser()
        case scheme:
            raise _unknown("speech synthesiser", scheme)


def meaning_from(choice: MeaningChoice | None) -> Meaning | None:
    """The engine that compares meanings; None for "off". Raises MissingExtra, naming the commands that install it."""
    if choice == "off":
        return None
    from flowengine.adapters.local.meaning import LocalMeaning

    return LocalMeaning()


def model_from(options: ModelOptions) -> Model:
    """The language model of these options. Raises MissingExtra."""
    try:
        from flowengine.adapters.openai.model import OpenAiModel
    except ModuleNotFoundError as error:
        if error.name != "openai":
            raise
        raise MissingExtra('a language model needs a package: pip install "flowengine[model]"') from None
    return OpenAiModel(options)


async def warm_up(*engines: object, progress: Callable[[str], None] | None = None) -> float:
    """Load whatever takes long in these engines, so that the first call finds it ready.

    Gives the seconds it took. Raises SpeechError or MeaningError.
    """
    began = time.monotonic()
    for engine in engines:
        if isinstance(engine, Warms):
            await engine.warm_up(progress or _quiet)
    return time.monotonic() - began


def _quiet(step: str) -> None:
    """Nobody watches."""


def _unknown(what: str, scheme: str) -> SettingsError:
    return SettingsError(
        f"no {what} answers at addresses that begin with {scheme!r}: use ws:// or wss://, or leave it out"
    )
