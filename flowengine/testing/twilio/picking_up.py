"""What is heard of whoever picks up: the steps of a person's script, a machine's greeting and beep."""

from __future__ import annotations

from flowengine.runtime.ports import Synthesiser
from flowengine.testing.twilio.lines import Answers, Voicemail
from flowengine.testing.twilio.script import AnswerAsMachine, HangUp, PlayableStep, parse, spoken


async def steps_of(line: Answers | Voicemail, voice: Synthesiser) -> list[PlayableStep]:
    """What they say, in audio. Raises ScriptError, SynthesiserError."""
    if isinstance(line, Answers):
        return await spoken(parse(line.says or ()), voice) + ([HangUp()] if line.talks_s == 0 else [])
    return await spoken([AnswerAsMachine(line.greeting, line.records_s)], voice)
