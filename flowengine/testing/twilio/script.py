"""What a simulated caller does: lines to speak, and cues in brackets.

`yes speaking` · `(interrupts after 1.5s) no thanks` · `(plays hello.wav)` · `(silence 6s)` · `(press 1)` ·
`(interrupts after 1.5s) (press 1)`, and so with `(plays …)`, `(hangs up)` and `(drops)` ·
`(machine) leave a message after the tone`, `(machine for 20s) …`: an answering machine, and how long it records ·
`(hangs up)`, `(hangs up after 1.5s)` of the agent's words · `(drops)`, `(drops after 1.5s)`: the line breaks, 1006
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from flowengine.errors import FlowEngineError, ProtocolError
from flowengine.runtime.audio import BYTES_A_SECOND, SILENCE
from flowengine.runtime.ports import Synthesiser
from flowengine.runtime.wav import read_wav
from flowengine.testing.twilio.beep import beep


class ScriptError(FlowEngineError):
    """A caller's cue cannot be read or played; the message shows those that can."""


@dataclass(frozen=True, slots=True)
class SayLine:
    """Speak, once the agent has finished; `interrupts_after` s of agent speech instead, when given."""

    text: str
    interrupts_after: float | None = None


@dataclass(frozen=True, slots=True)
class AnswerAsMachine:
    """Say this greeting at once, beep, record what is said for so long, then hang up."""

    greeting: str
    records_s: float = 60.0


@dataclass(frozen=True, slots=True)
class RecordMessage:
    """A machine records, for so long at most, and hangs up."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PlayClip:
    """Play this audio (mu-law 8 kHz) as a caller's line; `text` names it in the report.

    `at_once`: without waiting for the agent, as an answering machine speaks.
    """

    text: str
    mulaw: bytes = field(repr=False)
    interrupts_after: float | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class StaySilent:
    """Say nothing for so long after the agent has finished."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Press these keys, once the agent has finished; after `interrupts_after` s of agent speech instead, when given."""

    keys: str
    interrupts_after: float | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """Leave at once, or `after` s of agent speech; `abruptly`: the line breaks, without a goodbye on the wire."""

    abruptly: bool = False
    after: float | None = None


LEAD_IN = SILENCE * round(0.4 * BYTES_A_SECOND)
"""A machine that has picked up says nothing for a moment."""

Step = SayLine | AnswerAsMachine | PlayClip | StaySilent | PressKeys | RecordMessage | HangUp
PlayableStep = PlayClip | StaySilent | PressKeys | RecordMessage | HangUp

_CUE = re.compile(r"^\((?P<cue>[^)]*)\)\s*(?P<rest>.*)$", re.DOTALL)
_SECONDS = r"(\d+(?:\.\d+)?)\s*s$"
_INTERRUPT = re.compile(rf"^interrupts after {_SECONDS}", re.IGNORECASE)
_SILENCE = re.compile(rf"^(?:silence|wait) {_SECONDS}", re.IGNORECASE)
_LEAVE = re.compile(rf"^(hangs? up|drops)(?: after {_SECONDS[:-1]})?$", re.IGNORECASE)
_PRESS = re.compile(r"^press ([0-9*#]+)$", re.IGNORECASE)
_MACHINE = re.compile(rf"^machine(?: for {_SECONDS[:-1]})?$", re.IGNORECASE)
_PLAY = re.compile(r"^plays (.+)$", re.IGNORECASE)
EXAMPLES = (
    "(silence 6s), (press 1), (plays hello.wav), (hangs up), (drops), (interrupts after 1.5s) no thanks, "
    "(machine) leave a message after the tone"
)
INTERRUPTING = "words, (press 1), (plays hello.wav), (hangs up) or (drops)"


def parse(lines: Iterable[str]) -> list[Step]:
    """Steps from the words after `--say`. Raises ScriptError."""
    return [_step(line.strip()) for line in lines]


def clip(path: Path) -> PlayClip:
    """A recording as a caller's line. Raises ScriptError."""
    try:
        return PlayClip(f"[{path.name}]", read_wav(path))
    except OSError as error:
        raise ScriptError(f"{path} cannot be read: {error.strerror}") from error
    except ProtocolError as error:
        raise ScriptError(f"{path} cannot be played: {error}") from error


async def spoken(steps: Sequence[Step], voice: Synthesiser) -> list[PlayableStep]:
    """The same steps with every line in audio, so that a call, or many, need no synthesis. Raises SynthesiserError."""
    texts = dict.fromkeys(text for step in steps if (text := _words_of(step)) is not None)
    clips = {text: b"".join([chunk async for chunk in voice.speak(text)]) for text in texts}
    return [playable for step in steps for playable in _in_audio(step, clips)]


def _words_of(step: Step) -> str | None:
    match step:
        case SayLine(text=text) | AnswerAsMachine(greeting=text):
            return text
        case _:
            return None


def _in_audio(step: Step, clips: Mapping[str, bytes]) -> list[PlayableStep]:
    match step:
        case SayLine(text=text, interrupts_after=after):
            return [PlayClip(text, clips[text], after)]
        case AnswerAsMachine(greeting=text, records_s=seconds):
            return [PlayClip(text, LEAD_IN + clips[text] + beep(), at_once=True), RecordMessage(seconds)]
        case _:
            return [step]


def described(step: Step) -> str:
    """A step as somebody would write it."""
    match step:
        case SayLine(text=text) | PlayClip(text=text):
            return text
        case AnswerAsMachine(greeting=greeting):
            return f"(machine) {greeting}"
        case RecordMessage(seconds=seconds):
            return f"(records for {seconds:g}s)"
        case StaySilent(seconds=seconds):
            return f"(silence {seconds:g}s)"
        case PressKeys(keys=keys):
            return f"(press {keys})"
        case HangUp(abruptly=abruptly):
            return "(drops)" if abruptly else "(hangs up)"


def _step(line: str) -> Step:
    if not line:
        raise ScriptError(f"an empty line; write words, or a cue like {EXAMPLES}")
    if not line.startswith("("):
        return SayLine(line)
    cue = _CUE.match(line)
    name, rest = (cue["cue"].strip(), cue["rest"].strip()) if cue else ("", "")
    if (match := _INTERRUPT.match(name)) and rest:
        return _interrupting(line, float(match[1]), rest)
    if (match := _MACHINE.match(name)) and rest:
        return AnswerAsMachine(rest, float(match[1]) if match[1] else 60.0)
    if not rest:
        if match := _SILENCE.match(name):
            return StaySilent(float(match[1]))
        if match := _PRESS.match(name):
            return PressKeys(match[1])
        if match := _LEAVE.match(name):
            return HangUp(match[1].lower() == "drops", float(match[2]) if match[2] else None)
        if match := _PLAY.match(name):
            return clip(Path(match[1]))
    raise ScriptError(f"the cue {line!r} is not understood; use one of {EXAMPLES}")


def _interrupting(line: str, seconds: float, rest: str) -> Step:
    """What is done over the agent's words: speak, press, play, leave."""
    match _step(rest):
        case (
            SayLine(interrupts_after=None) | PlayClip(interrupts_after=None) | PressKeys(interrupts_after=None)
        ) as step:
            return replace(step, interrupts_after=seconds)
        case HangUp(after=None) as step:
            return replace(step, after=seconds)
        case _:
            raise ScriptError(
                f"the cue {line!r} cannot be carried out: {rest!r} does not go with (interrupts after {seconds:g}s); "
                f"write {INTERRUPTING} behind it"
            )
