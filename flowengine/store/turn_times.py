"""How long the parts of a caller's turn took, as the record has them and as the API shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from flowengine.runtime.measured import REPLY_PARTS, Asked, TookTurn, TurnMeasured


class Wait(msgspec.Struct):
    """Something that was asked of another on the way to the answer, and how long that took, in ms."""

    what: Asked
    ms: int


class TurnTimes(msgspec.Struct):
    """The waterfall of one turn, in ms: each part begins where the one before ends. Null: it did not come any more.

    `turn` as the transcript counts it. `endpointing`: from the end of the voice to the final transcript; `waiting`:
    until the words were taken, which a line that must be heard out, or keys that may go on, put off; `understanding`:
    until an intent, or none, was found; `deciding`: until the first order to speak or to act; `acting`: until what an
    action, the guard, the model or a colleague was asked had come to an order to speak; `voicing`: until the first
    audio of the answer left; `playing`: until the first mark came back, `mark_late` after its audio must have been
    played. `reply`: the sum of all before `playing`. `filler`: from the end of the voice to the first audio of what
    bridged the wait; null where nothing did. `voice_to_voice`: `filler`, or else `reply`. `waits`: for what.
    `underruns`: gaps in the answer's audio. `cut`: the answer was stopped, or its end was not proved.
    """

    turn: int | None
    by: TookTurn
    endpointing: int
    waiting: int | None
    understanding: int | None
    deciding: int | None
    acting: int | None
    voicing: int | None
    playing: int | None
    reply: int | None
    filler: int | None
    voice_to_voice: int | None
    mark_late: int | None
    waits: list[Wait]
    underruns: int
    cut: bool

    @property
    def parts(self) -> Iterator[tuple[str, int]]:
        """Those of the reply, as far as they came."""
        for name in REPLY_PARTS:
            ms: int | None = getattr(self, name)
            if ms is None:
                return
            yield name, ms


def turn_times(facts: dict[str, Any], turn: int | None) -> TurnTimes:
    """From an entry of the record. Raises ValueError, which names what is wrong with it."""
    kept = msgspec.convert(facts, TurnMeasured)
    return TurnTimes(
        turn=turn,
        by=kept.by,
        endpointing=kept.endpointing,
        waiting=kept.waiting,
        understanding=kept.understanding,
        deciding=kept.deciding,
        acting=kept.acting,
        voicing=kept.voicing,
        playing=kept.playing,
        reply=kept.reply,
        filler=kept.filler,
        voice_to_voice=kept.voice_to_voice,
        mark_late=kept.mark_late,
        waits=[Wait(what, ms) for what, ms in kept.asked],
        underruns=kept.underruns,
        cut=kept.cut,
    )
