"""How long the parts of a caller's turn took, as the record has them and as the API shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from flowengine.runtime.ports import Asked, TookTurn, TurnMeasured


class Wait(msgspec.Struct):
    """Something that was asked of another on the way to the answer, and how long that took, in ms."""

    what: Asked
    ms: int


class TurnTimes(msgspec.Struct):
    """The waterfall of one turn, in ms: each part begins where the one before ends. Null: it did not come any more.

    `turn` as the transcript counts it. `endpointing`: from the end of the voice to the final transcript;
    `understanding`: until an intent, or none, was found; `deciding`: until the first order to speak; `voicing`: until
    the first audio left; `playing`: until the first mark came back, `mark_late` after its audio must have been played.
    `reply`: the sum of all before `playing`. `waits`: for what. `underruns`: gaps in the answer's audio. `cut`: the
    answer was stopped, or its end was not proved.
    """

    turn: int | None
    by: TookTurn
    endpointing: int
    understanding: int | None
    deciding: int | None
    voicing: int | None
    playing: int | None
    reply: int | None
    mark_late: int | None
    waits: list[Wait]
    underruns: int
    cut: bool

    @property
    def parts(self) -> Iterator[tuple[str, int]]:
        """Those of the reply, as far as they came."""
        for name in ("endpointing", "understanding", "deciding", "voicing"):
            ms = getattr(self, name)
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
        understanding=kept.understanding,
        deciding=kept.deciding,
        voicing=kept.voicing,
        playing=kept.playing,
        reply=kept.reply,
        mark_late=kept.mark_late,
        waits=[Wait(what, ms) for what, ms in kept.asked],
        underruns=kept.underruns,
        cut=kept.cut,
    )
