"""What a simulated caller does: lines to speak, and cues in brackets.

`yes speaking` · `(silence 6s)` · `(press 1)` · `(hangs up)` · `(interrupts after 1.5s) no thanks` · `(wait 2s)` ·
`(drops)` (the socket breaks off, 1006)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flowengine.errors import FlowEngineError


class ScriptError(FlowEngineError):
    """A caller's cue cannot be read; the message shows those that can."""


@dataclass(frozen=True, slots=True)
class SayLine:
    """Speak, once the agent has finished; `interrupts_after` s of agent speech instead, when given."""

    text: str
    interrupts_after: float | None = None


@dataclass(frozen=True, slots=True)
class PlayClip:
    """Play this audio (mu-law 8 kHz) as a caller's line; `text` names it in the report."""

    text: str
    mulaw: bytes


@dataclass(frozen=True, slots=True)
class StaySilent:
    """Say nothing for so long after the agent has finished."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Press these keys, once the agent has finished."""

    keys: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """Leave, at once; `abruptly`: the line breaks, without a goodbye on the wire."""

    abruptly: bool = False


Step = SayLine | PlayClip | StaySilent | PressKeys | HangUp

_CUE = re.compile(r"^\((?P<cue>[^)]*)\)\s*(?P<rest>.*)$", re.DOTALL)
_INTERRUPT = re.compile(r"^interrupts after (\d+(?:\.\d+)?)\s*s$")
_SILENCE = re.compile(r"^(?:silence|wait) (\d+(?:\.\d+)?)\s*s$")
_PRESS = re.compile(r"^press ([0-9*#]+)$")
_EXAMPLES = "(silence 6s), (press 1), (hangs up), (drops), (interrupts after 1.5s) no thanks"


def parse(lines: Iterable[str]) -> list[Step]:
    """Steps from the words after `--say`. Raises ScriptError."""
    return [_step(line.strip()) for line in lines]


def _step(line: str) -> Step:
    cue = _CUE.match(line)
    if cue is None:
        if not line:
            raise ScriptError(f"an empty line; write words, or a cue like {_EXAMPLES}")
        return SayLine(line)
    name, rest = cue["cue"].strip().lower(), cue["rest"].strip()
    if (match := _INTERRUPT.match(name)) and rest:
        return SayLine(rest, interrupts_after=float(match[1]))
    if not rest:
        if match := _SILENCE.match(name):
            return StaySilent(float(match[1]))
        if match := _PRESS.match(name):
            return PressKeys(match[1])
        if name in ("hangs up", "hang up"):
            return HangUp()
        if name == "drops":
            return HangUp(abruptly=True)
    raise ScriptError(f"the cue {line!r} is not understood; use one of {_EXAMPLES}")
