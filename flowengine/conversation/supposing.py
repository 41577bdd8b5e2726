"""What words would be taken for in a state of a flow that a call has just entered, by its phrases and patterns.

For people who ask: a call itself has counts, values and questions besides, and further tiers behind what fits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from flowengine.compliance.honoured import NAMED, Honoured, honoured
from flowengine.conversation.commands import Candidate
from flowengine.conversation.deciding import OPT_OUT, fitting, rivals
from flowengine.conversation.honouring import CERTAIN
from flowengine.conversation.place import Fit, Live, OpenToCaller, intents_of
from flowengine.conversation.understanding import EQUAL, Matcher
from flowengine.graph.edges import own_statements
from flowengine.graph.model import Flow, Waiting


@dataclass(frozen=True, slots=True)
class Taken:
    """The intent (None: none), and the one that the caller would be asked about as well."""

    intent: str | None
    rival: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a call would do with weighed intents. `intent` None: no branch that is live handles what fits.

    `asked`: the caller is asked which of the two is meant. `fits`: the branches that fit, the first of them the one to
    take; empty where the engine itself handles an opt-out.
    """

    intent: str | None
    asked: Fit | None
    fits: tuple[Fit, ...]


def meanings_of(flow: Flow) -> tuple[str, ...]:
    """What a caller's words may be taken for: the flow's intents, and what every caller may say."""
    return tuple(dict.fromkeys((*flow.intents, *get_args(Honoured))))


def waiting_in(flow: Flow, state: str) -> Iterator[Waiting]:
    """The statements of the state that wait."""
    return (each for each in own_statements(flow.states[state].body) if isinstance(each, Waiting))


def listening_in(flow: Flow) -> list[str]:
    """The states in which the caller has the floor."""
    return [name for name in flow.states if any(isinstance(each, OpenToCaller) for each in waiting_in(flow, name))]


def live_in(flow: Flow, state: str) -> Live:
    """What is live while the state waits; where it may wait in several statements, in any of them."""
    own = tuple(branch for each in waiting_in(flow, state) for branch in each.branches)
    return (own, *(layer.branches for layer in flow.layers(flow.states[state].scope)))


def listened_for(flow: Flow, live: Live) -> tuple[str, ...]:
    """The live intents; an opt-out is heard everywhere."""
    return tuple(dict.fromkeys((*intents_of(live), *((OPT_OUT,) if OPT_OUT in flow.intents else ()))))


def decided(live: Live, candidates: Sequence[Candidate]) -> Decision:
    """What a call would take, when the state has just been entered."""
    fits = tuple(fitting(candidates, live, {}, {}))
    if any(each.intent == OPT_OUT for each in candidates):
        return Decision(OPT_OUT, None, fits)
    if not fits:
        return Decision(None, None, ())
    others = rivals(list(fits))
    return Decision(fits[0].intent, others[0] if others else None, fits)


def supposed(flow: Flow, matcher: Matcher, text: str, state: str | None) -> Taken:
    """What the words would be taken for; in a state that the flow does not have (any more), among all its intents."""
    if state is None or state not in flow.states:
        named = tuple(flow.intents)
        found = matcher.understand(text, named)
        protects = _protects(text, named, found)
        if protects is not None or not found:
            return Taken(protects)
        close = [each for each in found[1:] if found[0].tier != "protective" and found[0].score - each.score < EQUAL]
        return Taken(found[0].intent, close[0].intent if close else None)
    live = live_in(flow, state)
    named = listened_for(flow, live)
    candidates = matcher.understand(text, named)
    decision = decided(live, candidates)
    protects = None if decision.intent == OPT_OUT else _protects(text, named, candidates)
    if protects is not None:
        return Taken(protects)
    return Taken(decision.intent, None if decision.asked is None else decision.asked.intent)


def _protects(text: str, named: tuple[str, ...], candidates: tuple[Candidate, ...]) -> str | None:
    """What every caller may say, by the flow's own name for it where it listens for that."""
    kind = honoured(text)
    if kind is None or any(each.tier == "protective" for each in candidates):
        return None
    if kind != OPT_OUT and any(each.score >= CERTAIN for each in candidates):
        return None
    return next((name for name in NAMED.get(kind, (kind,)) if name in named), kind)
