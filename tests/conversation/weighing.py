"""Answers to what the further tiers ask, made at random: right ones, wrong ones, none."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from flowengine.conversation.call import Further
from flowengine.conversation.commands import ChooseIntent, ReadValue, Weigh, WeighMeaning
from flowengine.conversation.events import Event, IntentChosen, MeaningWeighed, ValueRead, WeighingFailed
from flowengine.conversation.meaning import Likeness

EVERY: frozenset[Further] = frozenset({"meaning", "model"})
NEAR = (0.1, 0.55, 0.58, 0.6, 0.7, 0.95)
VALUES = ("2026-11-27", "next Tuesday", "nonsense", "Sam", "123456")


def answer_to(order: Weigh, at: float, pick: Callable[[int], int]) -> Event:
    """What comes of an order; `pick` gives a number below its argument."""
    if pick(8) == 0:
        return WeighingFailed(at, order.request_id, "the engine is away")
    match order:
        case WeighMeaning(intents=intents):
            names = [*intents, "nonsense"]
            found = (Likeness(name, near := NEAR[pick(len(NEAR))], near - 0.02, name) for name in names)
            return MeaningWeighed(at, order.request_id, tuple(found))
        case ChooseIntent(choices=choices):
            named = [None, "nonsense", *(name for name, _ in choices)]
            return IntentChosen(at, order.request_id, named[pick(len(named))])
        case ReadValue():
            return ValueRead(at, order.request_id, (None, *VALUES)[pick(len(VALUES) + 1)])
        case _:
            assert_never(order)
