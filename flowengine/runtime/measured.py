"""What is measured of a call's turns, as its record has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Asked = Literal["meaning", "intent", "value", "model", "action", "guard"]
"""What a turn may wait for: likeness; a model that chooses an intent, reads a value or speaks; an action; the guard."""
TookTurn = Literal["voice", "text", "keys"]


TURN_PARTS = ("endpointing", "waiting", "understanding", "deciding", "acting", "voicing", "playing")
"""Those of a measured turn, in order. All but the last are the caller's wait for the answer."""
REPLY_PARTS = TURN_PARTS[:-1]


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """The first audio of a reply left `ms` milliseconds after the caller's voice had ended.

    `filler`: of the words that bridge a wait, and not yet of the answer.
    """

    ms: int
    filler: bool = False


@dataclass(frozen=True, slots=True)
class TurnMeasured:
    """How long the parts of one turn took, in ms; one follows the other, and None is what did not come any more.

    `said_at`: when the conversation was told the caller's words or key, in seconds since the connection. `endpointing`:
    from the end of the voice to the final transcript; `waiting`: until the words were taken, which a line that must be
    heard out, or keys that may go on, put off; `understanding`: until an intent, or none, was found; `deciding`: until
    the first order to speak, or to ask an action, the guard, the model or a colleague; `acting`: until that had come to
    an order to speak, and what was said meanwhile was over; `voicing`: until the first audio of the answer left;
    `playing`: until the first mark came back, `mark_late` after its audio must have been played.

    `filler`: from the end of the voice to the first audio of what bridged the wait, where anything did. `asked`: what
    was asked of others, and how long the answer took. `underruns`: gaps in the answer's audio. `cut`: the answer was
    stopped, or its end was not proved. Earlier releases had neither `waiting` nor `acting`, and counted them under what
    follows and what precedes.
    """

    said_at: float
    by: TookTurn
    endpointing: int
    waiting: int | None = 0
    understanding: int | None = None
    deciding: int | None = None
    acting: int | None = 0
    voicing: int | None = None
    playing: int | None = None
    mark_late: int | None = None
    filler: int | None = None
    asked: tuple[tuple[Asked, int], ...] = ()
    underruns: int = 0
    cut: bool = False

    @property
    def parts(self) -> Iterator[tuple[str, int]]:
        """By name and in order, as far as they came."""
        for name in TURN_PARTS:
            ms: int | None = getattr(self, name)
            if ms is None:
                return
            yield name, ms

    @property
    def reply(self) -> int | None:
        """From the end of the voice to the first audio of the answer: all that the caller waited for, whatever for."""
        waits = [ms for name, ms in self.parts if name != "playing"]
        return sum(waits) if len(waits) == len(REPLY_PARTS) else None

    @property
    def voice_to_voice(self) -> int | None:
        """From the end of the voice to the first audio of ours that it led to: a filler's, or else the answer's."""
        return self.reply if self.filler is None else self.filler


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The caller's voice stopped the agent; not `in_earnest`: it was a cough, or a noise of listening."""

    in_earnest: bool
