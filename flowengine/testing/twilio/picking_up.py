"""What is heard of whoever picks up: the steps of a person's script, a machine's greeting and beep."""

from __future__ import annotations

import math
import struct

from flowengine.runtime.audio import SAMPLE_RATE, pcm16_to_mulaw
from flowengine.runtime.ports import Synthesiser
from flowengine.testing.twilio.lines import Answers, Voicemail
from flowengine.testing.twilio.script import HangUp, PlayableStep, PlayClip, parse, spoken

BEEP_HZ = 1000
BEEP_S = 0.5
LOUD = 12000
"""Of 32767: about −9 dB, as loud as machines are."""


async def steps_of(line: Answers | Voicemail, voice: Synthesiser) -> list[PlayableStep]:
    """What they say, in audio. Raises ScriptError, SynthesiserError."""
    if isinstance(line, Answers):
        return await spoken(parse(line.says or ()), voice) + ([HangUp()] if line.talks_s == 0 else [])
    greeting = b"".join([chunk async for chunk in voice.speak(line.greeting)])
    return [PlayClip(line.greeting, greeting + beep(), at_once=True)]


def beep() -> bytes:
    """The tone after which to speak: mu-law, 8 kHz."""
    samples = (
        round(LOUD * math.sin(2 * math.pi * BEEP_HZ * n / SAMPLE_RATE)) for n in range(int(BEEP_S * SAMPLE_RATE))
    )
    return pcm16_to_mulaw(b"".join(struct.pack("<h", sample) for sample in samples))
