"""Speech: whether the engines of the settings are there, and whether they can say a sentence and hear it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

from flowengine.adapters import registry
from flowengine.errors import FlowEngineError, MissingExtra, RecogniserError
from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE
from flowengine.runtime.ports import FinalTranscript, Recogniser, RecogniserFailed, Synthesiser
from flowengine.service.doctor.finding import Case, Finding

SENTENCE = "Hello, this is a test of the voice."
PATIENCE_S = 60.0
"""The first start converts the models, which takes about ten seconds, on a slow machine more."""
FRAME = BYTES_A_SECOND // 50


def check(case: Case) -> Iterator[Finding]:
    """The engines, and with `speaks` a sentence through both."""
    settings = case.settings
    try:
        recogniser = registry.recogniser_from(settings.nova_stt_ws_url)
        synthesiser = registry.synthesiser_from(settings.nova_tts_ws_url)
    except MissingExtra as error:
        yield Finding("speech", "warning", f"calls can only be typed: {error}", 'pip install "flowengine[local]"')
        return
    if not case.speaks:
        yield Finding("speech", "ok", f"{recogniser.name} hears; not tried (leave --quick out to try it)")
        return
    yield from asyncio.run(_tried(recogniser, synthesiser))
    yield from _backups(case)


def _backups(case: Case) -> Iterator[Finding]:
    """What stands in for the engines, where something does: each is tried with the engine of the other role."""
    settings, speech = case.settings, case.settings.speech
    if speech.stt_backup is None and speech.tts_backup is None:
        return
    stt = settings.nova_stt_ws_url if speech.stt_backup is None else speech.stt_backup
    tts = settings.nova_tts_ws_url if speech.tts_backup is None else speech.tts_backup
    try:
        tried = asyncio.run(_tried(registry.recogniser_from(stt), registry.synthesiser_from(tts)))
    except MissingExtra as error:
        yield Finding("backup", "warning", f"nothing stands in: {error}", 'pip install "flowengine[local]"')
        return
    yield from (replace(finding, subject="backup") for finding in tried)


async def _tried(recogniser: Recogniser, synthesiser: Synthesiser) -> list[Finding]:
    remedy = "see that NOVA_TTS_WS_URL and NOVA_STT_WS_URL lead to running services; without them speech is embedded"
    findings: list[Finding] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            began = time.monotonic()
            await registry.warm_up(recogniser, synthesiser)
            loaded = time.monotonic() - began
            audio = b"".join([chunk async for chunk in synthesiser.speak(SENTENCE)])
            seconds = len(audio) / BYTES_A_SECOND
            findings.append(Finding("speech", "ok", f"spoke {seconds:.1f} s (loaded in {loaded:.1f} s)"))
            heard = await _heard(recogniser, audio)
            if heard:
                findings.append(Finding("speech", "ok", f"{recogniser.name} heard it as {heard!r}"))
            else:
                findings.append(Finding("speech", "problem", f"{recogniser.name} heard nothing of it", remedy))
    except FlowEngineError as error:
        findings.append(Finding("speech", "problem", str(error), remedy))
    except TimeoutError:
        findings.append(Finding("speech", "problem", f"no sentence was spoken and heard in {PATIENCE_S:.0f} s", remedy))
    finally:
        await recogniser.close()
        await synthesiser.close()
    return findings


async def _heard(recogniser: Recogniser, audio: bytes) -> str:
    """What is recognised of the audio, given at the pace of a telephone. Raises RecogniserError, TimeoutError."""
    stream = await recogniser.open("doctor")
    try:
        padded = audio + SILENCE * BYTES_A_SECOND
        for start in range(0, len(padded), FRAME):
            stream.push(padded[start : start + FRAME])
            await asyncio.sleep(FRAME / BYTES_A_SECOND)
        stream.finalize()
        async for event in stream.events():
            match event:
                case FinalTranscript(text=text) if text.strip():
                    return text
                case RecogniserFailed(reason=reason):
                    raise RecogniserError(reason)
                case _:
                    pass
    finally:
        await stream.close()
    return ""
