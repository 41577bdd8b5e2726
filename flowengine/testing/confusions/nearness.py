"""What words that nothing understood come nearest to, by an engine of meanings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from flowengine.conversation.likely import choices
from flowengine.conversation.meaning import weighed
from flowengine.conversation.supposing import live_in
from flowengine.graph.model import Flow
from flowengine.runtime.ports import Lesson
from flowengine.testing.confusions.recorded import Turn


@dataclass(frozen=True, slots=True)
class Near:
    """What is meant most likely, how probable that is, and the example that comes nearest."""

    intent: str
    probability: float
    example: str = field(repr=False)


Nearness = dict[tuple[str, str], Near]
"""By the state and the words."""


async def nearness(lesson: Lesson, flow: Flow, turns: Iterable[Turn]) -> Nearness:
    """Compare each turn with what may be meant in its state. Raises MeaningError."""
    found: Nearness = {}
    for turn in turns:
        key = (turn.state, turn.said)
        if key in found or turn.state not in flow.states:
            continue
        likenesses = await lesson.liken(turn.said, tuple(choices(flow, live_in(flow, turn.state))))
        best = next(iter(weighed(likenesses)), None)
        if best is not None:
            example = next(each.example for each in likenesses if each.intent == best.intent)
            found[key] = Near(best.intent, best.score, example)
    return found
