"""A caller for the page who listens: each answer is spoken once its question was asked, and again when asked again.

The browser's own fake microphone plays a file from beginning to end, and says its lines whatever the agent does: on a
machine slower than the one it was timed on, or after one word misheard, it talks past the agent for the rest of the
call. This one goes by what the page shows (listening_caller.js), so it is the same caller on every machine.
"""

from __future__ import annotations

import base64
import io
import json
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flowengine.runtime.audio import SAMPLE_RATE, mulaw_to_pcm16
from flowengine.runtime.ports import Synthesiser

SCRIPT = Path(__file__).with_suffix(".js")
MOST = 4
"""So often one answer is given."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question with one of these words in it (lower case)."""

    asked: tuple[str, ...]
    says: str


async def listening_caller(answers: Sequence[Answer], voice: Synthesiser) -> str:
    """The script that makes such a caller of the page's microphone, to be run before the page's own.

    It leaves `listeningCaller` in the page: `said`, the numbers of the answers given, and `problem`, null if there is
    none.
    """
    told = [{"asked": each.asked, "wav": await _spoken(each.says, voice)} for each in answers]
    return f"{SCRIPT.read_text('utf-8').rstrip()}({json.dumps(told)}, {MOST});"


async def _spoken(text: str, voice: Synthesiser) -> str:
    """A WAV in base64."""
    mulaw = b"".join([chunk async for chunk in voice.speak(text)])
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(mulaw_to_pcm16(mulaw))
    return base64.b64encode(file.getvalue()).decode()
