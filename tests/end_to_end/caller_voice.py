"""A caller's side of a whole call as one WAV: each line at the moment the agent will have finished.

A browser plays a WAV as its microphone from beginning to end and cannot wait, so the agent's part is timed beforehand:
the flow is played in virtual time for its words, and the embedded voice says them once for their length.
"""

from __future__ import annotations

import wave
from array import array
from collections.abc import Sequence
from pathlib import Path

from flowengine.graph.model import Flow
from flowengine.runtime.audio import duration_ms, mulaw_to_pcm16
from flowengine.runtime.ports import Synthesiser
from flowengine.runtime.resample import Resampler
from flowengine.testing.player import Player

RATE = 48_000
PICK_UP_S = 0.5
"""From opening the microphone to the agent's first word."""
THINK_S = 1.3
"""How long our caller waits once the agent has finished."""
REPLY_S = 1.1
"""From the caller's last word to the agent's first: end of turn, recognition, first audio."""


async def record_caller(flow: Flow, lines: Sequence[str], contact: dict[str, object], voice: Synthesiser) -> bytes:
    """Both sides timed, the caller's alone audible: mu-law at 8 kHz, from the microphone's opening to the last line."""
    player = Player(flow, contact)
    track = bytearray(_silence(PICK_UP_S))
    for line in lines:
        spoken = [said.text for said in player.listen().said]
        agent = sum([duration_ms(await _say(voice, text)) for text in spoken]) / 1000
        track += _silence(agent + THINK_S) + await _say(voice, line) + _silence(REPLY_S)
        player.say(line)
    return bytes(track)


def write_microphone(path: Path, mulaw: bytes) -> None:
    """As a browser's fake microphone takes it: 48 kHz, 16 bits, mono."""
    samples = array("h", mulaw_to_pcm16(mulaw))
    resampler = Resampler(8_000, RATE)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(resampler.feed(samples).tobytes() + resampler.flush().tobytes())


async def _say(voice: Synthesiser, text: str) -> bytes:
    return b"".join([chunk async for chunk in voice.speak(text)])


def _silence(seconds: float) -> bytes:
    return b"\xff" * (8 * round(seconds * 1000))
