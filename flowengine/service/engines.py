"""The speech engines of the settings, each with what stands in for it, and how they are loaded."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flowengine.adapters import registry
from flowengine.errors import FlowEngineError, MissingExtra
from flowengine.runtime.silent import SilentSynthesiser
from flowengine.runtime.spare_ears import SpareEars
from flowengine.runtime.spare_voice import SpareVoice
from flowengine.runtime.speech_cache import CachedSynthesiser
from flowengine.runtime.ticker import Ticker
from flowengine.service.calls import Engines
from flowengine.service.settings import Settings

log = logging.getLogger(__name__)

Progress = Callable[[str], None]
SERVICE_AT_ONCE = 4
"""Sentences prepared at the same time: enough to be ready in time, and no burden that its callers would notice."""


def open_engines(settings: Settings, progress: Progress) -> Engines:
    """Without the embedded engines installed, calls can still be typed. Nothing is loaded yet."""
    ticker, speech = Ticker(), settings.speech
    try:
        recogniser = registry.recogniser_from(settings.nova_stt_ws_url)
        voice = registry.synthesiser_from(settings.nova_tts_ws_url)
    except MissingExtra as error:
        progress(f"{error}; until then calls are typed, not spoken")
        return Engines(None, SilentSynthesiser(), CachedSynthesiser(SilentSynthesiser()), ticker)
    synthesiser = CachedSynthesiser(voice, folder=speech.folder(), at_once=_at_once(settings.nova_tts_ws_url))
    spare = None
    try:
        if speech.stt_backup is not None:
            recogniser = SpareEars(recogniser, registry.recogniser_from(speech.stt_backup))
        if speech.tts_backup is not None:
            voice_behind = registry.synthesiser_from(speech.tts_backup)
            backup = CachedSynthesiser(voice_behind, folder=speech.folder(), at_once=_at_once(speech.tts_backup))
            spare = SpareVoice(synthesiser, backup)
    except MissingExtra as error:
        progress(f"{error}; until then nothing stands in for an engine that fails")
    return Engines(recogniser, voice, synthesiser, ticker, spare)


def _at_once(address: str | None) -> int:
    """The embedded voice speaks one sentence after the other; a service has a socket for each."""
    return SERVICE_AT_ONCE if address else 1


async def warm_up(engines: Engines, progress: Progress) -> float | None:
    """Load whatever takes long; the seconds it took, or None when calls can be neither heard nor spoken to.

    An engine that cannot be loaded is said, and does no harm where another stands in for it.
    """
    recogniser, seconds = engines.recogniser, 0.0
    hearing = recogniser.both if isinstance(recogniser, SpareEars) else (recogniser,)
    speaking = (engines.voice,) if engines.spare is None else (engines.voice, engines.spare.second.behind)
    for role in (hearing, speaking):
        took = [await _warmed(engine, progress) for engine in role]
        known = [each for each in took if each is not None]
        if not known:
            return None
        seconds += sum(known)
    return seconds


async def _warmed(engine: object, progress: Progress) -> float | None:
    try:
        return await registry.warm_up(engine, progress=progress)
    except FlowEngineError as error:
        log.error("speech could not be loaded", extra={"error": str(error)})
        progress(f"speech could not be loaded: {error}")
        return None
