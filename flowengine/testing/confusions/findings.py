"""Recorded turns, sorted by what they teach: what was taken for another, what was asked, what nothing understood."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from flowengine.compliance.honoured import honoured
from flowengine.conversation.supposing import decided, listened_for, live_in, waiting_in
from flowengine.conversation.understanding import Matcher
from flowengine.graph.model import Flow, Llm
from flowengine.testing.confusions.nearness import Near, Nearness
from flowengine.testing.confusions.recorded import Turn

Teller = Literal["reviewer", "caller"]

WEAK = 0.75
"""A phrase that covers so little of what was said is right in three of four; above, in nearly all."""


@dataclass(frozen=True, slots=True)
class Mixed:
    """Turns that were taken for one intent and meant another, by whom that is known. `meant` None: no intent."""

    meant: str | None
    taken: str
    told_by: Teller
    turns: tuple[Turn, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Missed:
    """Turns that nothing understood, by what they come nearest to; None: to nothing, or nobody could compare."""

    near: str | None
    turns: tuple[tuple[Turn, Near | None], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Findings:
    """How many turns were understood, asked about and missed, and which. `groups`: what would be missed today too."""

    calls: int
    turns: int
    understood: int
    asked: int
    missed: int
    mixed: tuple[Mixed, ...]
    groups: tuple[Missed, ...]
    weak: tuple[Turn, ...] = field(repr=False)


def findings(flow: Flow, calls: int, turns: Sequence[Turn], near: Nearness) -> Findings:
    """Sort the turns, the most frequent first."""
    missed = [turn for turn in turns if turn.is_missed and not _is_for_a_model(flow, turn.state)]
    still = [turn for turn in still_missed(flow, missed) if not (turn.reviewed and turn.meant is None)]
    groups: dict[str | None, list[tuple[Turn, Near | None]]] = defaultdict(list)
    for turn in still:
        found = near.get((turn.state, turn.said))
        groups[None if found is None else found.intent].append((turn, found))
    return Findings(
        calls,
        len(turns),
        sum(turn.understood.intent is not None for turn in turns),
        sum(turn.asked for turn in turns),
        len(missed),
        tuple(sorted(_mixed(turns), key=lambda each: -len(each.turns))),
        tuple(
            Missed(name, tuple(sorted(members, key=lambda each: -each[1].probability if each[1] else 0.0)))
            for name, members in sorted(groups.items(), key=lambda each: (each[0] is None, -len(each[1])))
        ),
        tuple(turn for turn in turns if _is_weak(turn)),
    )


def still_missed(flow: Flow, turns: Iterable[Turn]) -> list[Turn]:
    """Those that the flow, as it is now, would not understand either."""
    matcher = Matcher(flow.intents)
    return [turn for turn in turns if taken_now(flow, matcher, turn) is None and honoured(turn.said) is None]


def taken_now(flow: Flow, matcher: Matcher, turn: Turn) -> str | None:
    """What the turn would be taken for today, by phrases; None: nothing, or its state is gone."""
    if turn.state not in flow.states:
        return None
    live = live_in(flow, turn.state)
    return decided(live, matcher.understand(turn.said, listened_for(flow, live))).intent


def _mixed(turns: Iterable[Turn]) -> Iterable[Mixed]:
    pairs: dict[tuple[str | None, str, Teller], list[Turn]] = defaultdict(list)
    for turn in turns:
        taken = turn.understood.intent
        if turn.reviewed and taken is not None and turn.meant != taken:
            pairs[turn.meant, taken, "reviewer"].append(turn)
        elif turn.asked and turn.resolved is not None:
            first = turn.understood.candidates[0].intent
            if turn.resolved != first:
                pairs[turn.resolved, first, "caller"].append(turn)
    return [Mixed(meant, taken, by, tuple(those)) for (meant, taken, by), those in pairs.items()]


def _is_weak(turn: Turn) -> bool:
    heard = turn.understood
    return (
        heard.intent is not None
        and not turn.reviewed
        and (heard.tier in ("meaning", "model") or (heard.tier == "phrase" and 0 < heard.score < WEAK))
    )


def _is_for_a_model(flow: Flow, state: str) -> bool:
    """Where a model has the floor, most words are the model's to answer and fit no intent."""
    if state not in flow.states:
        return False
    return any(isinstance(each, Llm) for each in waiting_in(flow, state))
