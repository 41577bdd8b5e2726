"""How the caller felt in each turn, as a model finds it after the call: a part of the form that is filled in then.

The rules of `conversation.sentiment` decide while the call goes on; this is a second opinion for whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowengine.conversation.hiding import HIDDEN
from flowengine.conversation.transcript import Utterance
from flowengine.runtime.ports import Felt, FormField, FormValue, TurnsFelt

MOST_TURNS = 30
"""Of the caller's, the first ones: beyond that the form costs more than it tells."""
FELT: Mapping[str, Felt] = {"positive": "positive", "neutral": "neutral", "negative": "negative"}


def fields(transcript: Iterable[Utterance]) -> tuple[FormField, ...]:
    """What to ask: one field a turn of the caller's."""
    return tuple(
        FormField(name, f"how the caller felt when they spoke for the {_ordinal(number)} time", "choice", tuple(FELT))
        for number, (name, _) in enumerate(_turns(transcript).items(), 1)
    )


def found(transcript: Iterable[Utterance], answers: Mapping[str, FormValue]) -> TurnsFelt | None:
    """What the model has found, by the time of each turn; None where it has found nothing."""
    felt = tuple(
        (turn.at, FELT[value])
        for name, turn in _turns(transcript).items()
        if isinstance(value := answers.get(name), str) and value in FELT
    )
    return TurnsFelt(felt) if felt else None


def _turns(transcript: Iterable[Utterance]) -> dict[str, Utterance]:
    """The caller's turns by their fields' names, which no field of a flow's summary can have."""
    spoken = [each for each in transcript if each.speaker == "caller" and each.text and each.text != HIDDEN]
    return {f"turn {number}": each for number, each in enumerate(spoken[:MOST_TURNS], 1)}


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 not in (11, 12, 13) else "th"
    return f"{number}{ending}"
